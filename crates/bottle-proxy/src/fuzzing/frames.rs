//! An HTTP/2 connection of any frames.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::request::Parts;
use http::{Method, Request, Response};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::ext::Protocol;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::time::timeout;

use super::journey;
use super::pieces::{Pieces, Split, runtime};
use crate::body::Body;
use crate::engine::http2_server;
use crate::limits::H2_CLIENT_CONNECTION_WINDOW;

/// What every HTTP/2 client sends first (RFC 9113 §3.4), with settings that leave everything as it is.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";

/// A connection whose client has left ends at once; this is for a slow machine.
const END: Duration = Duration::from_secs(5);

/// Frames after the preface end a connection or become requests, each of which goes where it was judged to go.
///
/// # Panics
///
/// When it is otherwise.
pub fn h2_frames(bytes: &[u8]) {
    let all = [PREFACE, bytes].concat();
    let [whole, single, ..] = Split::several(bytes);
    for split in [whole, single] {
        for parts in requests(&all, split) {
            journey::check(&parts, journey::secure_tunnel().as_ref());
        }
    }
}

fn requests(bytes: &[u8], split: Split) -> Vec<Parts> {
    let seen = Arc::<Mutex<Vec<Parts>>>::default();
    let record = Arc::clone(&seen);
    let runtime = runtime();
    let ended = runtime.block_on(async move {
        let service = service_fn(move |request| answer(Arc::clone(&record), request));
        let client = TokioIo::new(Pieces::ending(bytes, split));
        timeout(
            END,
            http2_server(H2_CLIENT_CONNECTION_WINDOW).serve_connection(client, service),
        )
        .await
    });
    assert!(ended.is_ok(), "the client has left, but is served");
    drop(runtime);
    std::mem::take(&mut seen.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Records a request and answers it with its own body.
async fn answer(
    seen: Arc<Mutex<Vec<Parts>>>,
    request: Request<Incoming>,
) -> Result<Response<Body>, Infallible> {
    let (mut parts, mut incoming) = request.into_parts();
    if parts.method == Method::CONNECT && parts.extensions.get::<Protocol>().is_some() {
        // As the engine does with a WebSocket.
        parts.method = Method::GET;
    }
    seen.lock()
        .unwrap_or_else(PoisonError::into_inner)
        .push(parts);
    let mut body = Vec::new();
    while let Some(Ok(frame)) = incoming.frame().await {
        body.extend_from_slice(frame.data_ref().map_or(&[], |data| data));
    }
    Ok(Response::new(Body::whole(Bytes::from(body))))
}

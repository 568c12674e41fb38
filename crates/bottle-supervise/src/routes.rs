//! The live table, asked of egress as any request of the agent's goes.

use std::net::SocketAddr;

use bytes::Bytes;
use http::{Request, StatusCode, header};
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::limits::{MAX_ROUTES, ROUTES_TIMEOUT};

/// What the proxy answers itself, in the form in which a proxy is asked.
const PAGE: &str = "http://_egress.local/allowlist";
/// The host of that.
const HOST: &str = "_egress.local";

/// Why the table cannot be shown.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum RoutesError {
    /// Nobody answers.
    #[error("the proxy cannot be reached")]
    Unreachable,
    /// It takes too long.
    #[error("the proxy does not answer in time")]
    Slow,
    /// It is refused.
    #[error("the proxy answers {0}")]
    Refused(StatusCode),
    /// It is not a table.
    #[error("the proxy answers something else than its table")]
    Form,
}

/// The table as egress has it now, as an object: what a tool returns is one.
///
/// # Errors
///
/// When egress does not show it.
pub(crate) async fn shown(egress: SocketAddr) -> Result<Value, RoutesError> {
    let asked = timeout(ROUTES_TIMEOUT, ask(egress)).await;
    asked.map_err(|_| RoutesError::Slow)?
}

async fn ask(egress: SocketAddr) -> Result<Value, RoutesError> {
    let unreachable = |_| RoutesError::Unreachable;
    let stream = TcpStream::connect(egress).await;
    let stream = TokioIo::new(stream.map_err(|_| RoutesError::Unreachable)?);
    let (mut sender, connection) = http1::handshake(stream).await.map_err(unreachable)?;
    let request = Request::get(PAGE)
        .header(header::HOST, HOST)
        .header(header::CONNECTION, "close")
        .body(Empty::<Bytes>::new())
        .map_err(|_| RoutesError::Form)?;
    let exchange = async {
        let response = sender.send_request(request).await.map_err(unreachable)?;
        if response.status() != StatusCode::OK {
            return Err(RoutesError::Refused(response.status()));
        }
        let body = Limited::new(response.into_body(), MAX_ROUTES)
            .collect()
            .await;
        let body = body.map_err(|_| RoutesError::Form)?.to_bytes();
        match serde_json::from_slice(&body) {
            Ok(routes @ Value::Array(_)) => Ok(json!({"routes": routes})),
            Ok(table @ Value::Object(_)) => Ok(table),
            _ => Err(RoutesError::Form),
        }
    };
    tokio::pin!(exchange);
    tokio::select! {
        answer = &mut exchange => answer,
        // What was read before the end is still to be looked at.
        _ = connection => exchange.await,
    }
}

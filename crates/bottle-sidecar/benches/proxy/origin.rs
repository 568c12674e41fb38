//! The server behind the proxies: TLS, HTTP/1.1 and HTTP/2.

use std::convert::Infallible;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Either};
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Handle;
use tokio_rustls::TlsAcceptor;

use crate::events::Events;
use crate::issuer::Issuer;
use crate::limits::SMALL;
use crate::text::Text;

/// The name under which it is asked for: every proxy can look it up, and it leads nowhere else.
pub(crate) const HOST: &str = "localhost";

/// The field in which it says how long a body was.
pub(crate) const LENGTH: &str = "x-length";

/// What it answers with.
type Reply = Either<Text, Events>;

/// Where the origin is, and whose word it has for being it.
#[derive(Debug, Clone)]
pub(crate) struct Origin {
    /// Its port on loopback.
    pub(crate) port: u16,
    /// The certificate of its authority.
    pub(crate) authority: PathBuf,
}

impl Origin {
    /// Starts it on a runtime that the client does not share: otherwise the two would hand bytes over on one thread,
    /// which no proxy and no server elsewhere could do. It serves until that runtime ends.
    pub(crate) async fn start(folder: &Path, runtime: &Handle) -> Result<Self> {
        let issuer = Issuer::new("origin of the bench")?;
        let authority = folder.join("origin-ca.pem");
        std::fs::write(&authority, &issuer.certificate)?;
        let mut config = issuer.server(HOST)?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let bound = async move {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
            let port = listener.local_addr()?.port();
            tokio::spawn(accept(listener, acceptor));
            anyhow::Ok(port)
        };
        let port = runtime.spawn(bound).await??;
        Ok(Self { port, authority })
    }
}

async fn accept(listener: TcpListener, acceptor: TlsAcceptor) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(serve(acceptor.clone(), stream));
    }
}

/// Serves one connection. Whatever goes wrong on it, the client sees and reports.
async fn serve(acceptor: TlsAcceptor, stream: TcpStream) {
    let _ = stream.set_nodelay(true);
    let Ok(stream) = acceptor.accept(stream).await else {
        return;
    };
    let is_http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
    let io = TokioIo::new(stream);
    let service = service_fn(answer);
    if is_http2 {
        let builder = http2::Builder::new(TokioExecutor::new());
        let _ = builder.serve_connection(io, service).await;
    } else {
        let _ = http1::Builder::new().serve_connection(io, service).await;
    }
}

async fn answer(request: Request<Incoming>) -> Result<Response<Reply>, Infallible> {
    let (parts, body) = request.into_parts();
    let reply = match (&parts.method, parts.uri.path()) {
        (&Method::GET, "/small") => text(SMALL),
        (&Method::GET, "/bytes") => text(wanted(parts.uri.query())),
        (&Method::GET, "/events") => typed("text/event-stream", Either::Right(Events::begin())),
        (&Method::POST, "/sink") => sink(body).await,
        _ => with_status(StatusCode::NOT_FOUND),
    };
    Ok(reply)
}

/// `n` of a query `n=…`.
fn wanted(query: Option<&str>) -> u64 {
    let number = query.and_then(|query| query.strip_prefix("n="));
    number.and_then(|number| number.parse().ok()).unwrap_or(0)
}

/// Reads a body to its end and says how long it was, in a field.
async fn sink(mut body: Incoming) -> Response<Reply> {
    let mut count = 0_u64;
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else {
            return with_status(StatusCode::BAD_REQUEST);
        };
        count += frame.data_ref().map_or(0, length);
    }
    let mut reply = text(0);
    reply.headers_mut().insert(LENGTH, count.into());
    reply
}

/// The length of a piece.
pub(crate) fn length(piece: &Bytes) -> u64 {
    u64::try_from(piece.len()).unwrap_or(u64::MAX)
}

fn text(length: u64) -> Response<Reply> {
    typed("application/json", Either::Left(Text::of(length)))
}

fn typed(kind: &'static str, body: Reply) -> Response<Reply> {
    let mut reply = Response::new(body);
    reply
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    reply
}

fn with_status(status: StatusCode) -> Response<Reply> {
    let mut reply = text(0);
    *reply.status_mut() = status;
    reply
}

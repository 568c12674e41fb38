//! The web sites.

use std::convert::Infallible;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HOST, HeaderValue};
use http::request::Parts;
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use rustls::ServerConfig;
use serde_json::json;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use super::accept;
use super::seen::{Memory, Place, SeenRequest};
use crate::body::{Beginning, piece};

/// How long a client may take for the head of a request.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// How long it may take for the body: no upload of the demo takes a second.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// All sites: they answer alike, or with the files of a folder.
#[derive(Debug, Clone)]
pub(super) struct Sites {
    memory: Memory,
    files: Option<PathBuf>,
}

impl Sites {
    pub(super) const fn new(memory: Memory, files: Option<PathBuf>) -> Self {
        Self { memory, files }
    }

    pub(super) const fn memory(&self) -> &Memory {
        &self.memory
    }

    pub(super) async fn serve_http(self, listener: TcpListener) {
        loop {
            let (stream, _) = accept(&listener).await;
            tokio::spawn(self.clone().converse("http", stream));
        }
    }

    pub(super) async fn serve_https(self, listener: TcpListener, tls: Arc<ServerConfig>) {
        let acceptor = TlsAcceptor::from(tls);
        loop {
            let (stream, _) = accept(&listener).await;
            let (sites, acceptor) = (self.clone(), acceptor.clone());
            tokio::spawn(async move {
                // A client that does not trust us goes away; that is not ours to tell.
                if let Ok(stream) = acceptor.accept(stream).await {
                    sites.converse("https", stream).await;
                }
            });
        }
    }

    async fn converse(self, scheme: &'static str, stream: impl AsyncRead + AsyncWrite + Unpin) {
        let answer = service_fn(|request| self.answer(scheme, request));
        // The end of a connection is nothing to report.
        let _ = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_TIMEOUT)
            .serve_connection(TokioIo::new(stream), answer)
            .await;
    }

    async fn answer(
        &self,
        scheme: &str,
        request: Request<Incoming>,
    ) -> Result<Response<Full<Bytes>>, Infallible> {
        let (head, body) = request.into_parts();
        let seen = seen(scheme, &head);
        let answer = match &self.files {
            Some(files) => file(files, head.uri.path()).await,
            None => page(&seen),
        };
        // Noted before the body comes, so that one that breaks off is not forgotten.
        let place = self.memory.request(seen);
        let _ = timeout(BODY_TIMEOUT, self.read(body, place)).await;
        Ok(answer)
    }

    /// Reads all of a body, and remembers its beginning.
    async fn read(&self, mut body: Incoming, place: Option<Place>) {
        let mut beginning = Beginning::default();
        while let Some(piece) = piece(&mut body).await {
            beginning.take(&piece);
            if let Some(place) = &place {
                self.memory.body(place, &beginning);
            }
        }
    }
}

fn seen(scheme: &str, head: &Parts) -> SeenRequest {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers = head.headers.iter();
    SeenRequest {
        scheme: scheme.to_owned(),
        host: head.headers.get(HOST).map(text).unwrap_or_default(),
        method: head.method.to_string(),
        target: head.uri.to_string(),
        headers: headers
            .map(|(name, value)| (name.to_string(), text(value)))
            .collect(),
        body: String::new(),
        body_bytes: 0,
    }
}

fn page(seen: &SeenRequest) -> Response<Full<Bytes>> {
    let body = json!({ "host": seen.host, "method": seen.method, "target": seen.target });
    let mut response = Response::new(Full::from(body.to_string()));
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, json);
    response
}

async fn file(folder: &Path, path: &str) -> Response<Full<Bytes>> {
    let relative = Path::new(path.trim_start_matches('/'));
    let plain = relative
        .components()
        .all(|part| matches!(part, Component::Normal(_)));
    let bytes = if plain {
        tokio::fs::read(folder.join(relative)).await.ok()
    } else {
        None
    };
    let found = bytes.is_some();
    let mut response = Response::new(Full::from(bytes.unwrap_or_default()));
    if !found {
        *response.status_mut() = StatusCode::NOT_FOUND;
    }
    response
}

//! A connection of our own to the engine: for what its client library has no word for.
//!
//! That is the unversioned ping, and an exec whose terminal bytes must arrive as they are: the library takes a first
//! byte below three for the head of a frame, and a terminal may show any byte.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::header::{CONNECTION, CONTENT_TYPE, HOST, UPGRADE};
use hyper::upgrade::Upgraded;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};
use tokio::time::timeout;

/// An engine on this machine accepts at once.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long the head of an answer may take; an exec is answered when its process runs.
const HEAD_TIMEOUT: Duration = Duration::from_mins(1);

/// Where an engine listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Address {
    Unix(PathBuf),
    Tcp(String),
}

/// Why the engine could not be spoken to.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum WireError {
    /// The address has a form that is not spoken.
    #[error("an address is `unix:///path` or `tcp://host:port`; TLS and SSH are not spoken")]
    Address,
    /// No connection.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// No answer in HTTP.
    #[error(transparent)]
    Http(#[from] hyper::Error),
    /// A request that cannot be written.
    #[error(transparent)]
    Request(#[from] hyper::http::Error),
    /// The engine refused.
    #[error("it answered {0}")]
    Status(StatusCode),
    /// Nothing came in time.
    #[error("it did not answer in time")]
    Timeout,
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

impl Address {
    /// Reads the value of `DOCKER_HOST`.
    pub(crate) fn parse(host: &str) -> Result<Self, WireError> {
        match host.split_once("://") {
            Some(("unix", path)) if path.starts_with('/') => Ok(Self::Unix(path.into())),
            Some(("tcp" | "http", authority)) if !authority.is_empty() => {
                Ok(Self::Tcp(authority.trim_end_matches('/').to_owned()))
            }
            _ => Err(WireError::Address),
        }
    }

    /// The version of the interface that the engine speaks at most, `major.minor`.
    pub(crate) async fn api_version(&self) -> Result<Option<(usize, usize)>, WireError> {
        let request = Request::get("/_ping")
            .header(HOST, "docker")
            .body(Full::default())?;
        let response = self.send(request).await?;
        let header = response.headers().get("api-version");
        Ok(header
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split_once('.'))
            .and_then(|(major, minor)| Some((major.parse().ok()?, minor.parse().ok()?))))
    }

    /// Posts a JSON document and takes the connection over, as an engine's exec and attach have it.
    pub(crate) async fn hijack(
        &self,
        path: &str,
        json: String,
    ) -> Result<TokioIo<Upgraded>, WireError> {
        let request = Request::builder()
            .method(Method::POST)
            .uri(path)
            .header(HOST, "docker")
            .header(CONTENT_TYPE, "application/json")
            .header(CONNECTION, "Upgrade")
            .header(UPGRADE, "tcp")
            .body(Full::new(Bytes::from(json)))?;
        let response = self.send(request).await?;
        if response.status() != StatusCode::SWITCHING_PROTOCOLS {
            return Err(WireError::Status(response.status()));
        }
        Ok(TokioIo::new(hyper::upgrade::on(response).await?))
    }

    async fn send(&self, request: Request<Full<Bytes>>) -> Result<Response<Incoming>, WireError> {
        let stream = timeout(CONNECT_TIMEOUT, self.open())
            .await
            .map_err(|_| WireError::Timeout)??;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection.with_upgrades());
        let response = timeout(HEAD_TIMEOUT, sender.send_request(request))
            .await
            .map_err(|_| WireError::Timeout)??;
        Ok(response)
    }

    async fn open(&self) -> io::Result<Box<dyn Stream>> {
        Ok(match self {
            Self::Unix(path) => Box::new(UnixStream::connect(path).await?),
            Self::Tcp(authority) => Box::new(TcpStream::connect(authority).await?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        assert_eq!(
            Address::parse("unix:///run/d.sock").unwrap(),
            Address::Unix("/run/d.sock".into())
        );
        assert_eq!(
            Address::parse("tcp://127.0.0.1:2375/").unwrap(),
            Address::Tcp("127.0.0.1:2375".to_owned())
        );
        for bad in [
            "",
            "docker.sock",
            "unix://relative",
            "ssh://host",
            "https://host",
        ] {
            assert!(Address::parse(bad).is_err(), "{bad}");
        }
    }
}

//! An open connection, and what is asked on it.

use anyhow::{Context as _, Result, ensure};
use http::header::{CONTENT_TYPE, HOST};
use http::{Method, Request, Response, StatusCode};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

use crate::limits::SMALL;
use crate::origin::{LENGTH, length};
use crate::text::Text;

/// A version of HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Version {
    /// HTTP/1.1.
    Http1,
    /// HTTP/2.
    Http2,
}

/// The sending half of a connection; its other half ends when this one is dropped.
enum Sender {
    Http1(http1::SendRequest<Text>),
    Http2(http2::SendRequest<Text>),
}

/// An open connection to the origin.
pub(crate) struct Connection {
    sender: Sender,
    /// Whom requests are for.
    authority: String,
}

impl Connection {
    /// Speaks HTTP on a stream.
    pub(crate) async fn over(
        stream: TlsStream<TcpStream>,
        version: Version,
        authority: String,
    ) -> Result<Self> {
        let io = TokioIo::new(stream);
        let sender = match version {
            Version::Http1 => {
                let (sender, connection) = http1::handshake(io).await?;
                tokio::spawn(connection);
                Sender::Http1(sender)
            }
            Version::Http2 => {
                let (sender, connection) = http2::handshake(TokioExecutor::new(), io).await?;
                tokio::spawn(connection);
                Sender::Http2(sender)
            }
        };
        Ok(Self { sender, authority })
    }

    /// Another handle of a connection that carries many requests at once.
    pub(crate) fn share(&self) -> Option<Self> {
        let Sender::Http2(sender) = &self.sender else {
            return None;
        };
        Some(Self {
            sender: Sender::Http2(sender.clone()),
            authority: self.authority.clone(),
        })
    }

    /// Asks for the small answer and reads it.
    pub(crate) async fn small(&mut self) -> Result<()> {
        let answer = self.get("/small").await?;
        let count = drain(answer.into_body()).await?;
        ensure!(count == SMALL, "{count} bytes instead of {SMALL}");
        Ok(())
    }

    /// Asks for something; the head of the answer.
    pub(crate) async fn get(&mut self, target: &str) -> Result<Response<Incoming>> {
        self.ask(Method::GET, target, 0).await
    }

    /// Downloads so many bytes.
    pub(crate) async fn download(&mut self, bytes: u64) -> Result<()> {
        let answer = self.get(&format!("/bytes?n={bytes}")).await?;
        let count = drain(answer.into_body()).await?;
        ensure!(count == bytes, "{count} bytes instead of {bytes}");
        Ok(())
    }

    /// Uploads so many bytes; the origin must have seen them all.
    pub(crate) async fn upload(&mut self, bytes: u64) -> Result<()> {
        let answer = self.ask(Method::POST, "/sink", bytes).await?;
        let seen = answer
            .headers()
            .get(LENGTH)
            .context("no length")?
            .to_str()?;
        ensure!(seen == bytes.to_string(), "{seen} bytes instead of {bytes}");
        drain(answer.into_body()).await?;
        Ok(())
    }

    async fn ask(
        &mut self,
        method: Method,
        target: &str,
        bytes: u64,
    ) -> Result<Response<Incoming>> {
        let Self { sender, authority } = self;
        let mut request = Request::builder().method(method);
        if bytes > 0 {
            request = request.header(CONTENT_TYPE, "application/json");
        }
        let answer = match sender {
            Sender::Http1(sender) => {
                let request = request.uri(target).header(HOST, authority.as_str());
                sender.ready().await?;
                sender.send_request(request.body(Text::of(bytes))?).await?
            }
            Sender::Http2(sender) => {
                let request = request.uri(format!("https://{authority}{target}"));
                sender.ready().await?;
                sender.send_request(request.body(Text::of(bytes))?).await?
            }
        };
        ensure!(answer.status() == StatusCode::OK, "{}", answer.status());
        Ok(answer)
    }
}

/// Reads a body to its end; its length.
async fn drain(mut body: Incoming) -> Result<u64> {
    let mut count = 0;
    while let Some(frame) = body.frame().await {
        count += frame?.data_ref().map_or(0, length);
    }
    Ok(count)
}

//! Opening a tunnel (RFC 9110, section 9.3.6).

use ::http::header::HOST;
use ::http::{Method, Request, Response};
use bytes::Bytes;
use http_body_util::Empty;
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::upgrade::{self, Upgraded};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::http::Failure;

/// What the proxy said.
pub(super) enum Opened {
    Through(TokioIo<Upgraded>),
    Refused(Response<Incoming>),
}

/// Asks the proxy for a tunnel.
pub(super) async fn open(stream: TcpStream, authority: &str) -> Result<Opened, Failure> {
    let ask = Request::builder()
        .method(Method::CONNECT)
        .uri(authority)
        .header(HOST, authority)
        .body(Empty::<Bytes>::new())?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection.with_upgrades());
    let answer = sender.send_request(ask).await?;
    if answer.status().is_success() {
        Ok(Opened::Through(TokioIo::new(upgrade::on(answer).await?)))
    } else {
        Ok(Opened::Refused(answer))
    }
}

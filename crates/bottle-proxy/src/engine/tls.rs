//! Terminating TLS inside a tunnel.

use std::io;

use bottle_core::{Guard, Host};
use rustls::server::Acceptor;
use thiserror::Error;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout;
use tokio_rustls::LazyConfigAcceptor;
use tokio_rustls::server::TlsStream;

use crate::authority::Name;
use crate::leaf::{LeafError, Leafs};
use crate::limits::HANDSHAKE_TIMEOUT;

/// A tunnel whose TLS is not accepted; the connection is closed.
#[derive(Debug, Error)]
#[non_exhaustive]
pub(crate) enum TlsError {
    #[error("TLS handshake failed")]
    Handshake(#[from] io::Error),
    #[error("the server name in the hello is not the tunnel's")]
    ServerName,
    #[error("no certificate")]
    Leaf(#[from] LeafError),
    #[error("no complete handshake in time")]
    TimedOut,
}

/// Finishes the handshake with a certificate for `name`, which the hello must not contradict.
///
/// # Errors
///
/// [`TlsError`], after which nothing was answered but an alert.
pub(crate) async fn accept<S>(
    leafs: &Leafs,
    name: &Name,
    stream: S,
) -> Result<TlsStream<S>, TlsError>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let handshake = async {
        let start = LazyConfigAcceptor::new(Acceptor::default(), stream).await?;
        let agrees = agrees(start.client_hello().server_name(), name);
        if !agrees && Guard::ServerName.is_on() {
            return Err(TlsError::ServerName);
        }
        Ok(start.into_stream(leafs.config(name)?).await?)
    };
    timeout(HANDSHAKE_TIMEOUT, handshake)
        .await
        .unwrap_or(Err(TlsError::TimedOut))
}

/// A hello without a server name takes the tunnel's.
pub(crate) fn agrees(server_name: Option<&str>, name: &Name) -> bool {
    match (server_name, name) {
        (None, _) => true,
        (Some(text), Name::Host(host)) => text.parse::<Host>().is_ok_and(|named| named == *host),
        (Some(_), _) => false,
    }
}

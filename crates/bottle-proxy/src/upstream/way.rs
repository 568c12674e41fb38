//! How the outside is reached and whom it must prove to be: a hop, and whom TLS trusts on it.

use std::io;
use std::sync::Arc;

use bottle_egress::{Destination, Scheme};
use ring::digest::{Context, SHA256, SHA256_OUTPUT_LEN};
use rustls::client::Resumption;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::{Hop, HttpVersion, Stream, UpstreamError};
use crate::leaf::{ALPN_HTTP1, ALPN_HTTP2};
use crate::limits::{MAX_TLS_SESSIONS, UPSTREAM_HANDSHAKE_TIMEOUT};
use crate::tls_client::client;

/// A digest of what a way is made from, to tell whether two are the same without keeping a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WaySource([u8; SHA256_OUTPUT_LEN]);

impl WaySource {
    /// The digest of all parts. Each has its length before it, so that none can pass for two.
    pub(crate) fn of(parts: &[&[u8]]) -> Self {
        let mut context = Context::new(&SHA256);
        for part in parts {
            context.update(&part.len().to_be_bytes());
            context.update(part);
        }
        let digest = context.finish();
        Self(digest.as_ref().try_into().unwrap_or_default())
    }
}

/// A hop, and whom TLS trusts on it.
pub(crate) struct Way {
    pub(crate) hop: Hop,
    /// Offers HTTP/1.1 alone.
    http1: TlsConnector,
    /// Offers HTTP/2 first.
    http2: TlsConnector,
    source: WaySource,
}

impl Way {
    /// A way over `hop` on which the certificates of `roots` are trusted; `source` is what it was made from.
    ///
    /// # Errors
    ///
    /// When TLS cannot be set up.
    pub(crate) fn new(
        hop: Hop,
        roots: RootCertStore,
        source: WaySource,
    ) -> Result<Self, rustls::Error> {
        let http1 = client(roots)?;
        let mut http2 = ClientConfig::clone(&http1);
        http2.alpn_protocols = vec![ALPN_HTTP2.to_vec(), ALPN_HTTP1.to_vec()];
        http2.resumption = Resumption::in_memory_sessions(MAX_TLS_SESSIONS);
        Ok(Self {
            hop,
            http1: TlsConnector::from(http1),
            http2: TlsConnector::from(Arc::new(http2)),
            source,
        })
    }

    /// Whether two ways lead the same way.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.source == other.source
    }

    /// A stream to `destination` on which requests may be written, and what is spoken there.
    pub(super) async fn secure_stream(
        &self,
        destination: &Destination,
        wish: HttpVersion,
    ) -> Result<(Box<dyn Stream>, HttpVersion), UpstreamError> {
        let stream = self.hop.reach(destination).await?;
        match destination.scheme {
            Scheme::Http => Ok((Box::new(stream), HttpVersion::Http1)),
            Scheme::Https => self.secure(destination, stream, wish).await,
        }
    }

    async fn secure(
        &self,
        destination: &Destination,
        stream: TcpStream,
        wish: HttpVersion,
    ) -> Result<(Box<dyn Stream>, HttpVersion), UpstreamError> {
        let failed = |error| match self.hop {
            Hop::Inner(_) => UpstreamError::Chain(error),
            Hop::Proxy(_) | Hop::Direct(_) => UpstreamError::Tls(error),
        };
        let connector = match wish {
            HttpVersion::Http1 => &self.http1,
            HttpVersion::Http2 => &self.http2,
        };
        let name = ServerName::try_from(destination.host.as_str().to_owned())
            .map_err(io::Error::other)
            .map_err(failed)?;
        let handshake = connector.connect(name, stream);
        let handshake = timeout(UPSTREAM_HANDSHAKE_TIMEOUT, handshake).await;
        let stream = handshake
            .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
            .map_err(failed)?;
        let spoken = match stream.get_ref().1.alpn_protocol() {
            Some(ALPN_HTTP2) => HttpVersion::Http2,
            _ => HttpVersion::Http1,
        };
        Ok((Box::new(stream), spoken))
    }
}

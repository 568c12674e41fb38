//! The next hop: straight to the host, or through a proxy.

use std::io;
use std::net::{IpAddr, SocketAddr};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bottle_core::Guard;
use bottle_egress::{Destination, MappedHosts, NextProxy, Scheme};
use bytes::BytesMut;
use http::HeaderValue;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket, lookup_host};
use tokio::time::timeout;

use super::UpstreamError;
use super::addresses::Addresses;
use super::race::connect_any;
use crate::limits::{CONNECT_TIMEOUT, MAX_CONNECT_ANSWER, UPSTREAM_HANDSHAKE_TIMEOUT};
use crate::resolve::Resolver;

/// How the next hop is reached.
#[derive(Debug)]
pub(crate) enum Hop {
    /// Through the inner proxy: CONNECT for https, absolute-form for http.
    Inner(SocketAddr),
    /// Through a proxy that the operator named. It resolves the names.
    Proxy(OuterProxy),
    /// Straight to the host, if all its addresses may be dialled.
    Direct(Direct),
}

/// A proxy between us and the outside.
#[derive(Debug)]
pub(crate) struct OuterProxy {
    host: String,
    port: u16,
    /// What it wants in `Proxy-Authorization`.
    pub(crate) authorization: Option<HeaderValue>,
}

/// What is known about the outside when nobody stands between.
#[derive(Debug)]
pub(crate) struct Direct {
    /// Where names are looked up.
    pub(crate) resolver: Resolver,
    /// Names that are not looked up.
    pub(crate) hosts: MappedHosts,
    /// Where names may lead.
    pub(crate) addresses: Addresses,
    /// Where this proxy listens, which no name may lead to.
    pub(crate) own_port: u16,
}

impl OuterProxy {
    /// The proxy of a configuration.
    pub(crate) fn new(proxy: &NextProxy) -> Self {
        let authorization = proxy.credential.as_ref().and_then(|credential| {
            let text = format!("Basic {}", STANDARD.encode(credential.expose()));
            let mut value = HeaderValue::from_str(&text).ok()?;
            value.set_sensitive(true);
            Some(value)
        });
        Self {
            host: proxy.host.clone(),
            port: proxy.port.get(),
            authorization,
        }
    }
}

impl Hop {
    /// A connection on which bytes for `destination` may be written: TLS for https, a request for http.
    pub(super) async fn reach(
        &self,
        destination: &Destination,
    ) -> Result<TcpStream, UpstreamError> {
        match self {
            Self::Inner(proxy) => {
                let stream = connect_any(&[proxy.ip()], proxy.port())
                    .await
                    .map_err(UpstreamError::Chain)?;
                through(stream, destination, None).await
            }
            Self::Proxy(proxy) => {
                let OuterProxy {
                    host,
                    port,
                    authorization,
                } = proxy;
                let found = timeout(CONNECT_TIMEOUT, lookup_host((host.as_str(), *port))).await;
                let addresses: Vec<IpAddr> = found
                    .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
                    .map_err(UpstreamError::Chain)?
                    .map(|address| address.ip())
                    .collect();
                let stream = connect_any(&addresses, *port)
                    .await
                    .map_err(UpstreamError::Chain)?;
                through(stream, destination, authorization.as_ref()).await
            }
            Self::Direct(direct) => direct.reach(destination).await,
        }
    }
}

impl Direct {
    async fn reach(&self, destination: &Destination) -> Result<TcpStream, UpstreamError> {
        let Destination { host, port, .. } = destination;
        let (addresses, port) = match self.hosts.get(host) {
            Some(mapped) => (vec![mapped.ip], mapped.port.unwrap_or(*port)),
            None => (self.resolver.resolve(host, *port).await?, *port),
        };
        let checked = self.addresses.check(host, &addresses);
        checked.map_err(UpstreamError::SpecialAddress)?;
        let ours = port.get() == self.own_port && any_is_ours(&addresses).await;
        if ours && Guard::Loop.is_on() {
            return Err(UpstreamError::Loop);
        }
        connect_any(&addresses, port.get())
            .await
            .map_err(UpstreamError::Connect)
    }
}

/// Whether one of the addresses is this machine's: only such can be bound.
async fn any_is_ours(addresses: &[IpAddr]) -> bool {
    for address in addresses {
        if UdpSocket::bind((*address, 0)).await.is_ok() {
            return true;
        }
    }
    false
}

/// Makes the proxy at the other end pass on what follows; for http it takes the requests themselves.
async fn through(
    stream: TcpStream,
    destination: &Destination,
    authorization: Option<&HeaderValue>,
) -> Result<TcpStream, UpstreamError> {
    if destination.scheme == Scheme::Http {
        return Ok(stream);
    }
    let opened = open_tunnel(stream, destination, authorization);
    let opened = timeout(UPSTREAM_HANDSHAKE_TIMEOUT, opened).await;
    opened
        .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
        .map_err(UpstreamError::Chain)
}

/// Asks a proxy for a tunnel and reads its answer to the last byte, and no further.
async fn open_tunnel(
    mut stream: TcpStream,
    destination: &Destination,
    authorization: Option<&HeaderValue>,
) -> io::Result<TcpStream> {
    let Destination { host, port, .. } = destination;
    let mut request =
        format!("CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n").into_bytes();
    if let Some(value) = authorization {
        request.extend_from_slice(b"Proxy-Authorization: ");
        request.extend_from_slice(value.as_bytes());
        request.extend_from_slice(b"\r\n");
    }
    request.extend_from_slice(b"\r\n");
    stream.write_all(&request).await?;
    let mut answer = BytesMut::with_capacity(256);
    while !answer.ends_with(b"\r\n\r\n") {
        if answer.len() > MAX_CONNECT_ANSWER || stream.read_buf(&mut answer).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    // Servers speak first in no protocol that we tunnel, so nothing can stand behind the answer.
    if answer.starts_with(b"HTTP/1.1 200") || answer.starts_with(b"HTTP/1.0 200") {
        Ok(stream)
    } else {
        Err(io::ErrorKind::PermissionDenied.into())
    }
}

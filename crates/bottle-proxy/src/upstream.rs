//! The next hop. Only a [`Permit`] opens a way to it, and it leads where the permit says.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use bottle_egress::{DenialCode, Destination, Permit, Scheme};
use bottle_pipelock::check_addresses;
use bytes::BytesMut;
use http::{HeaderMap, HeaderValue, Method, Request, Response, Uri, header::HOST};
use hyper::body::Incoming;
use hyper::client::conn::http1::{Builder, SendRequest};
use hyper_util::rt::TokioIo;
use ipnet::IpNet;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use thiserror::Error;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use crate::body::Body;
use crate::lane::Lane;
use crate::limits::{
    CONNECT_TIMEOUT, MAX_CONNECT_ANSWER, MAX_HTTP_BUFFER, RESPONSE_HEAD_TIMEOUT,
    UPSTREAM_HANDSHAKE_TIMEOUT,
};
use crate::place::default_port;
use crate::resolve::Resolver;
use crate::watched::Watched;

/// A request after the gate prepared it; the target is in the permit.
pub(crate) struct Outgoing {
    pub(crate) method: Method,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Body,
}

/// The way failed. Unless the head was sent already, nothing of the request was.
#[derive(Debug, Error)]
#[non_exhaustive]
pub(crate) enum UpstreamError {
    #[error("the name cannot be resolved")]
    Resolve(#[from] crate::resolve::ResolveError),
    #[error("the name leads to the special address {0}")]
    SpecialAddress(IpAddr),
    #[error("the host cannot be reached")]
    Connect(#[source] io::Error),
    #[error("the host's certificate or TLS is not acceptable")]
    Tls(#[source] io::Error),
    #[error("the inner proxy cannot be reached or does not open the way")]
    Chain(#[source] io::Error),
    #[error("the exchange broke off")]
    Exchange(#[source] hyper::Error),
    #[error("no answer in time")]
    TimedOut,
    #[error("a new connection was closed before it was used")]
    Closed,
    #[error("the request cannot be written")]
    Request(#[source] http::Error),
    #[error("the host changed the protocol unasked")]
    Switched,
}

/// How the next hop is reached.
pub(crate) enum Hop {
    /// Through the inner proxy: CONNECT for https, absolute-form for http.
    Through(SocketAddr),
    /// Straight to the host, if all its addresses may be dialled.
    Direct {
        /// Where names are looked up.
        resolver: Resolver,
        /// Special addresses that the operator granted.
        granted: Watched<Vec<IpNet>>,
    },
}

/// The only exit of a service.
pub(crate) struct Upstream {
    hop: Hop,
    tls: TlsConnector,
}

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

/// The sending half of an upstream connection.
pub(crate) type Sender = SendRequest<Body>;

impl Upstream {
    /// An exit over `hop` that trusts what `tls` trusts.
    pub(crate) fn new(hop: Hop, tls: Arc<ClientConfig>) -> Self {
        Self {
            hop,
            tls: TlsConnector::from(tls),
        }
    }

    /// The hop, for reloads.
    pub(crate) fn hop(&self) -> &Hop {
        &self.hop
    }

    /// Sends a request where `permit` says, over the lane's open connection if that leads there.
    ///
    /// # Errors
    ///
    /// [`UpstreamError`]; a request is sent a second time only when not one byte of it went out.
    pub(crate) async fn send(
        &self,
        permit: Permit,
        outgoing: Outgoing,
        lane: &Lane,
    ) -> Result<Response<Incoming>, UpstreamError> {
        let destination = permit.destination();
        let mut request = self.request(&permit, outgoing)?;
        if let Some(sender) = lane.take(destination).await {
            match exchange(sender, request).await {
                Exchanged::Answered(response, sender) => {
                    lane.put(destination, sender);
                    return checked(response);
                }
                Exchanged::Unsent(again) => request = *again,
                Exchanged::Failed(error) => return Err(error),
            }
        }
        match exchange(self.dial(destination).await?, request).await {
            Exchanged::Answered(response, sender) => {
                lane.put(destination, sender);
                checked(response)
            }
            Exchanged::Unsent(_) => Err(UpstreamError::Closed),
            Exchanged::Failed(error) => Err(error),
        }
    }

    fn request(&self, permit: &Permit, outgoing: Outgoing) -> Result<Request<Body>, UpstreamError> {
        let Outgoing {
            method,
            headers,
            body,
        } = outgoing;
        let destination = permit.destination();
        let authority = authority(destination);
        let uri = match (&self.hop, destination.scheme) {
            (Hop::Through(_), Scheme::Http) => {
                format!("http://{authority}{}", permit.target()).parse::<Uri>()
            }
            _ => permit.target().parse(),
        };
        let mut request = Request::new(body);
        *request.method_mut() = method;
        *request.uri_mut() = uri.map_err(|error| UpstreamError::Request(error.into()))?;
        *request.headers_mut() = headers;
        let host = HeaderValue::from_str(&authority)
            .map_err(|error| UpstreamError::Request(error.into()))?;
        request.headers_mut().insert(HOST, host);
        Ok(request)
    }

    async fn dial(&self, destination: &Destination) -> Result<Sender, UpstreamError> {
        let stream = self.reach(destination).await?;
        let io: Box<dyn Stream> = match destination.scheme {
            Scheme::Http => Box::new(stream),
            Scheme::Https => Box::new(self.secure(destination, stream).await?),
        };
        let mut builder = Builder::new();
        builder.max_buf_size(MAX_HTTP_BUFFER);
        let (sender, connection) = builder
            .handshake(TokioIo::new(io))
            .await
            .map_err(UpstreamError::Exchange)?;
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "upstream connection ended");
            }
        });
        Ok(sender)
    }

    async fn reach(&self, destination: &Destination) -> Result<TcpStream, UpstreamError> {
        match &self.hop {
            Hop::Through(proxy) => {
                let stream = connect(*proxy).await.map_err(UpstreamError::Chain)?;
                if destination.scheme == Scheme::Http {
                    return Ok(stream);
                }
                let opened =
                    timeout(UPSTREAM_HANDSHAKE_TIMEOUT, open_tunnel(stream, destination)).await;
                opened
                    .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
                    .map_err(UpstreamError::Chain)
            }
            Hop::Direct { resolver, granted } => {
                let addresses = resolver
                    .resolve(&destination.host, destination.port)
                    .await?;
                check_addresses(&addresses, &granted.get())
                    .map_err(UpstreamError::SpecialAddress)?;
                connect_any(&addresses, destination.port.get())
                    .await
                    .map_err(UpstreamError::Connect)
            }
        }
    }

    async fn secure(
        &self,
        destination: &Destination,
        stream: TcpStream,
    ) -> Result<impl Stream + use<>, UpstreamError> {
        let failed = |error| match self.hop {
            Hop::Through(_) => UpstreamError::Chain(error),
            Hop::Direct { .. } => UpstreamError::Tls(error),
        };
        let name = ServerName::try_from(destination.host.as_str().to_owned())
            .map_err(io::Error::other)
            .map_err(failed)?;
        let handshake = timeout(UPSTREAM_HANDSHAKE_TIMEOUT, self.tls.connect(name, stream)).await;
        handshake
            .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
            .map_err(failed)
    }
}

impl UpstreamError {
    /// How a client is told.
    pub(crate) fn code(&self, hop: &Hop) -> DenialCode {
        match (self, hop) {
            (Self::SpecialAddress(_), _) => DenialCode::HostPrivateIp,
            (Self::Chain(_), _) | (_, Hop::Through(_)) => DenialCode::InternalFailClosed,
            (Self::Resolve(_), _) => DenialCode::UpstreamDnsFailed,
            (Self::Tls(_), _) => DenialCode::UpstreamTlsInvalid,
            _ => DenialCode::UpstreamUnreachable,
        }
    }
}

enum Exchanged {
    Answered(Response<Incoming>, Sender),
    Unsent(Box<Request<Body>>),
    Failed(UpstreamError),
}

async fn exchange(mut sender: Sender, request: Request<Body>) -> Exchanged {
    let sent = sender.try_send_request(request);
    match timeout(RESPONSE_HEAD_TIMEOUT, sent).await {
        Ok(Ok(response)) => Exchanged::Answered(response, sender),
        Ok(Err(mut error)) => match error.take_message() {
            Some(request) => Exchanged::Unsent(Box::new(request)),
            None => Exchanged::Failed(UpstreamError::Exchange(error.into_error())),
        },
        Err(_) => Exchanged::Failed(UpstreamError::TimedOut),
    }
}

/// Upgrades are never asked for, so an upstream that switches protocols is not to be talked to.
fn checked(response: Response<Incoming>) -> Result<Response<Incoming>, UpstreamError> {
    if response.status() == http::StatusCode::SWITCHING_PROTOCOLS {
        return Err(UpstreamError::Switched);
    }
    Ok(response)
}

fn authority(destination: &Destination) -> String {
    let Destination { scheme, host, port } = destination;
    if *port == default_port(*scheme) {
        host.to_string()
    } else {
        format!("{host}:{port}")
    }
}

async fn connect(address: SocketAddr) -> io::Result<TcpStream> {
    let stream = timeout(CONNECT_TIMEOUT, TcpStream::connect(address)).await??;
    stream.set_nodelay(true)?;
    Ok(stream)
}

async fn connect_any(addresses: &[IpAddr], port: u16) -> io::Result<TcpStream> {
    let mut last = io::ErrorKind::AddrNotAvailable.into();
    for address in addresses {
        match connect(SocketAddr::new(*address, port)).await {
            Ok(stream) => return Ok(stream),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// Asks the inner proxy for a tunnel and reads its answer to the last byte, and no further.
async fn open_tunnel(mut stream: TcpStream, destination: &Destination) -> io::Result<TcpStream> {
    let Destination { host, port, .. } = destination;
    let request = format!("CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = BytesMut::with_capacity(256);
    while !answer.ends_with(b"\r\n\r\n") {
        if answer.len() > MAX_CONNECT_ANSWER || stream.read_buf(&mut answer).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    if answer.starts_with(b"HTTP/1.1 200") {
        Ok(stream)
    } else {
        Err(io::ErrorKind::PermissionDenied.into())
    }
}

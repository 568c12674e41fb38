//! One client connection, from its first byte to its last: HTTP, or CONNECT and then HTTP or TLS with HTTP in it.

use std::convert::Infallible;
use std::future::poll_fn;
use std::io;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use bottle_egress::Scheme;
use bytes::BytesMut;
use hyper::server::conn::http1::Builder;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::server::TlsStream;

use super::answer::Next;
use super::websocket::relay;
use super::{Engine, tls};
use crate::authority::Authority;
use crate::gate::{Gate, Welcome};
use crate::leaf::ALPN_HTTP2;
use crate::limits::{IDLE_TIMEOUT, LINGER_TIMEOUT, MAX_HTTP_BUFFER};
use crate::place::Place;
use crate::stop::Stop;
use crate::upstream::HttpVersion;
use crate::wire::{FirstBytes, Prefixed, Strict, sniff};
use bottle_core::{Guard, causes};

/// What the requests of one HTTP connection have in common.
pub(super) struct Connection<G> {
    pub(super) engine: Arc<Engine<G>>,
    /// What CONNECT named, inside a tunnel.
    pub(super) tunnel: Option<Place>,
    pub(super) welcome: Welcome,
    pub(super) peer: IpAddr,
    /// What is spoken on it.
    pub(super) version: HttpVersion,
    /// Set when something else than requests follows on the wire.
    pub(super) opened: Mutex<Option<Next>>,
}

/// An HTTP connection that turned into something else: what, the stream, and bytes read too far.
struct Opened<S> {
    next: Next,
    stream: S,
    already: BytesMut,
}

/// Who is at the other end, and for how long he is served.
#[derive(Clone)]
struct Client {
    welcome: Welcome,
    peer: IpAddr,
    stop: Stop,
}

/// What is spoken inside TLS, and the stream for it.
struct Unwrapped<S> {
    version: HttpVersion,
    stream: S,
}

impl<G: Gate> Engine<G> {
    /// Serves one accepted connection to its end.
    pub(super) async fn handle(self: Arc<Self>, stream: TcpStream, peer: IpAddr, stop: Stop) {
        let welcome = self.gate.welcome(peer);
        if welcome == Welcome::Nobody {
            self.closed(None, "net.unauthorised_peer");
            return;
        }
        if stream.set_nodelay(true).is_err() {
            return;
        }
        let stream = match sniff(stream, BytesMut::new()).await {
            Ok((FirstBytes::Http, stream)) => stream,
            Ok((FirstBytes::Http2, _)) => return self.closed(None, "proto.h2c"),
            _ => return self.closed(None, "proto.not_http"),
        };
        let client = Client {
            welcome,
            peer,
            stop,
        };
        let connection = self.connection(None, &client, HttpVersion::Http1);
        let Some(opened) = connection.serve_http1(stream, client.stop.clone()).await else {
            return;
        };
        let Opened {
            next,
            stream,
            already,
        } = opened;
        match next {
            Next::Tunnel(authority) => self.tunnel(&authority, stream, already, client).await,
            Next::WebSocket(opened) => {
                let stream = Prefixed::new(stream, already);
                Box::pin(relay(&self.gate, stream, *opened, client.stop)).await;
            }
        }
    }

    fn connection(
        self: &Arc<Self>,
        tunnel: Option<Place>,
        client: &Client,
        version: HttpVersion,
    ) -> Arc<Connection<G>> {
        Arc::new(Connection {
            engine: Arc::clone(self),
            tunnel,
            welcome: client.welcome,
            peer: client.peer,
            version,
            opened: Mutex::default(),
        })
    }

    async fn tunnel<S>(
        self: &Arc<Self>,
        authority: &Authority,
        stream: S,
        already: BytesMut,
        client: Client,
    ) where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        match sniff(stream, already).await {
            Ok((FirstBytes::Http, stream)) => {
                let unwrapped = Unwrapped {
                    version: HttpVersion::Http1,
                    stream,
                };
                self.serve_inside(Scheme::Http, authority, unwrapped, client)
                    .await;
            }
            Ok((FirstBytes::Tls, stream)) => {
                if let Some(unwrapped) = Box::pin(self.unwrap_tls(authority, stream)).await {
                    self.serve_inside(Scheme::Https, authority, unwrapped, client)
                        .await;
                }
            }
            Ok((FirstBytes::Http2, _)) => self.closed(Some(authority), "proto.h2c"),
            _ => self.closed(Some(authority), "proto.not_http"),
        }
    }

    /// Serves the requests inside a tunnel. CONNECT is refused there, so all that can become of one is a WebSocket.
    async fn serve_inside<S>(
        self: &Arc<Self>,
        scheme: Scheme,
        authority: &Authority,
        unwrapped: Unwrapped<S>,
        client: Client,
    ) where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let Unwrapped { version, stream } = unwrapped;
        let authority = authority.clone();
        let connection = self.connection(Some(Place { scheme, authority }), &client, version);
        if version == HttpVersion::Http2 {
            return Box::pin(connection.serve_http2(stream, client.stop)).await;
        }
        let opened = connection.serve_http1(stream, client.stop.clone()).await;
        if let Some(Opened {
            next: Next::WebSocket(opened),
            stream,
            already,
        }) = opened
        {
            let stream = Prefixed::new(stream, already);
            Box::pin(relay(&self.gate, stream, *opened, client.stop)).await;
        }
    }

    async fn unwrap_tls<S>(
        &self,
        authority: &Authority,
        stream: S,
    ) -> Option<Unwrapped<Prefixed<TlsStream<S>>>>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let stream = match tls::accept(&self.leafs, &authority.name, stream).await {
            Ok(stream) => stream,
            Err(error) => {
                tracing::debug!(error = causes(&error), "tunnel closed");
                self.closed(Some(authority), closing_code(&error));
                return None;
            }
        };
        let agreed = match stream.get_ref().1.alpn_protocol() {
            Some(ALPN_HTTP2) => FirstBytes::Http2,
            _ => FirstBytes::Http,
        };
        match sniff(stream, BytesMut::new()).await {
            Ok((spoken, stream)) if spoken == agreed || !Guard::Negotiated.is_on() => {
                let version = match agreed {
                    FirstBytes::Http2 => HttpVersion::Http2,
                    _ => HttpVersion::Http1,
                };
                Some(Unwrapped { version, stream })
            }
            _ => {
                self.closed(Some(authority), "proto.not_http");
                None
            }
        }
    }
}

fn closing_code(error: &tls::TlsError) -> &'static str {
    match error {
        tls::TlsError::ServerName => "authority.mismatch",
        _ => "tls.handshake",
    }
}

impl<G: Gate> Connection<G> {
    /// Answers requests until the connection ends or becomes a tunnel.
    async fn serve_http1<S>(self: Arc<Self>, stream: S, mut stop: Stop) -> Option<Opened<S>>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let own = Arc::clone(&self);
        let service = service_fn(move |request| {
            let own = Arc::clone(&own);
            Box::pin(async move { Ok::<_, Infallible>(own.answer_http1(request).await) })
        });
        let mut connection = builder().serve_connection(TokioIo::new(Strict::new(stream)), service);
        let mut stopping = false;
        let served = loop {
            tokio::select! {
                served = poll_fn(|cx| connection.poll_without_shutdown(cx)) => break served,
                // The request that is under way is finished, and no other begun.
                () = stop.requested(), if !stopping => {
                    stopping = true;
                    std::pin::Pin::new(&mut connection).graceful_shutdown();
                }
            }
        };
        let parts = connection.into_parts();
        let (mut stream, rest) = parts.io.into_inner().into_parts();
        let next = self
            .opened
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(next) = next {
            let mut already = BytesMut::from(parts.read_buf);
            already.extend_from_slice(&rest);
            return Some(Opened {
                next,
                stream,
                already,
            });
        }
        if let Err(error) = served {
            tracing::debug!(%error, "connection ended");
            if error.is_parse() {
                self.engine.closed(
                    self.tunnel.as_ref().map(|place| &place.authority),
                    "http.malformed",
                );
            }
        }
        linger(&mut stream).await;
        None
    }
}

pub(crate) fn builder() -> Builder {
    let mut builder = Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(IDLE_TIMEOUT)
        .max_buf_size(MAX_HTTP_BUFFER)
        .auto_date_header(false);
    builder
}

/// Ends the writing side and reads a little on: a reset would take the last answer from a client that still sends.
async fn linger<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut S) {
    let last_words = async {
        stream.shutdown().await?;
        let mut thrown_away = [0; 4096];
        while stream.read(&mut thrown_away).await? > 0 {}
        Ok::<_, io::Error>(())
    };
    let _ = timeout(LINGER_TIMEOUT, last_words).await;
}

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

use super::{Engine, tls};
use crate::authority::Authority;
use crate::gate::{Gate, Welcome};
use crate::lane::Lane;
use crate::limits::{IDLE_TIMEOUT, LINGER_TIMEOUT, MAX_HTTP_BUFFER};
use crate::place::Place;
use crate::stop::Stop;
use crate::wire::{FirstBytes, Prefixed, Strict, sniff};
use bottle_core::causes;

/// What the requests of one HTTP connection have in common.
pub(super) struct Connection<G> {
    pub(super) engine: Arc<Engine<G>>,
    /// What CONNECT named, inside a tunnel.
    pub(super) tunnel: Option<Place>,
    pub(super) welcome: Welcome,
    pub(super) peer: IpAddr,
    pub(super) lane: Lane,
    /// Set when a CONNECT was granted: what follows on the wire is that tunnel.
    pub(super) opened: Mutex<Option<Authority>>,
}

/// An HTTP connection that turned into a tunnel: to whom, the stream, and bytes read too far.
struct Opened<S> {
    authority: Authority,
    stream: S,
    already: BytesMut,
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
        let Ok((FirstBytes::Http, stream)) = sniff(stream, BytesMut::new()).await else {
            self.closed(None, "proto.not_http");
            return;
        };
        let connection = self.connection(None, welcome, peer);
        if let Some(opened) = connection.serve(stream, stop.clone()).await {
            self.tunnel(opened, welcome, peer, stop).await;
        }
    }

    fn connection(
        self: &Arc<Self>,
        tunnel: Option<Place>,
        welcome: Welcome,
        peer: IpAddr,
    ) -> Arc<Connection<G>> {
        let (engine, lane, opened) = (Arc::clone(self), Lane::default(), Mutex::default());
        Arc::new(Connection {
            engine,
            tunnel,
            welcome,
            peer,
            lane,
            opened,
        })
    }

    async fn tunnel<S>(
        self: &Arc<Self>,
        opened: Opened<S>,
        welcome: Welcome,
        peer: IpAddr,
        stop: Stop,
    ) where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let Opened {
            authority,
            stream,
            already,
        } = opened;
        let inside = |scheme| {
            Some(Place {
                scheme,
                authority: authority.clone(),
            })
        };
        match sniff(stream, already).await {
            Ok((FirstBytes::Http, stream)) => {
                self.connection(inside(Scheme::Http), welcome, peer)
                    .serve(stream, stop)
                    .await;
            }
            Ok((FirstBytes::Tls, stream)) => {
                if let Some(stream) = self.unwrap_tls(&authority, stream).await {
                    self.connection(inside(Scheme::Https), welcome, peer)
                        .serve(stream, stop)
                        .await;
                }
            }
            _ => self.closed(Some(&authority), "proto.not_http"),
        }
    }

    async fn unwrap_tls<S>(
        &self,
        authority: &Authority,
        stream: S,
    ) -> Option<Prefixed<impl AsyncRead + AsyncWrite + Unpin + Send + use<S, G>>>
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
        if let Ok((FirstBytes::Http, stream)) = sniff(stream, BytesMut::new()).await {
            return Some(stream);
        }
        self.closed(Some(authority), "proto.not_http");
        None
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
    async fn serve<S>(self: Arc<Self>, stream: S, mut stop: Stop) -> Option<Opened<S>>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let own = Arc::clone(&self);
        let service = service_fn(move |request| {
            let own = Arc::clone(&own);
            Box::pin(async move { Ok::<_, Infallible>(own.answer(request).await) })
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
        if let Some(authority) = self
            .opened
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
        {
            let mut already = BytesMut::from(parts.read_buf);
            already.extend_from_slice(&rest);
            return Some(Opened {
                authority,
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

fn builder() -> Builder {
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

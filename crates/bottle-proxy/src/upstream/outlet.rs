//! A way, and the connections that are opened over it.

use std::future::{Future, poll_fn};
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Instant;

use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::sync::watch;
use tokio::time::timeout;

use super::line::{Aged, Http1, ended};
use super::origin::{Dialling, Found, Line, Load, Open2, Origin};
use super::pool::Pool;
use super::slots::{Room, Slot, Slotted, one_of};
use super::{Hop, HttpVersion, UpstreamError, Way};
use crate::body::Body;
use crate::limits::{
    DIAL_TIMEOUT, H2_INNER_WINDOW, H2_PING_INTERVAL, H2_PING_TIMEOUT, H2_SEND_BUFFER,
    H2_STREAM_WINDOW, H2_UPSTREAM_STREAMS, MAX_HEAD_BYTES, MAX_HTTP_BUFFER, SLOT_WAIT,
};

type Io = TokioIo<Slotted>;

/// A way, and what is open over it.
pub(super) struct Outlet {
    pub(super) way: Way,
    pub(super) pool: Arc<Pool>,
    pub(super) room: Room,
}

/// An open connection that takes a request.
pub(super) enum Open {
    Http1(Aged),
    Http2(Box<Open2>),
}

/// What a dial led to.
enum Dialled {
    Http1(Aged),
    Http2(Line),
}

/// One deadline for everything between wanting a connection and having it.
pub(super) async fn in_time<T>(
    dial: impl Future<Output = Result<T, UpstreamError>>,
) -> Result<T, UpstreamError> {
    let late = |_| Err(UpstreamError::Connect(io::ErrorKind::TimedOut.into()));
    timeout(DIAL_TIMEOUT, dial).await.unwrap_or_else(late)
}

impl Outlet {
    /// A connection for one request that may speak `wish`.
    pub(super) async fn open(
        self: &Arc<Self>,
        origin: &Arc<Origin>,
        wish: HttpVersion,
    ) -> Result<Open, UpstreamError> {
        if wish == HttpVersion::Http2
            && let Some(open) = self.open2(origin).await?
        {
            return Ok(Open::Http2(open));
        }
        self.open1(origin).await.map(Open::Http1)
    }

    /// An idle connection, or a new one as soon as there is room for it.
    async fn open1(&self, origin: &Arc<Origin>) -> Result<Aged, UpstreamError> {
        loop {
            // Listening begins before looking, so that nothing is missed.
            let mut freed = pin!(origin.freed.notified());
            freed.as_mut().enable();
            if let Some(open) = self.pool.take(origin).await {
                return Ok(open);
            }
            tokio::select! {
                slot = self.slot(origin) => return self.fresh1(origin, slot?).await,
                () = freed => {}
            }
        }
    }

    /// A new connection of HTTP/1.1.
    pub(super) async fn fresh1(&self, origin: &Origin, slot: Slot) -> Result<Aged, UpstreamError> {
        let secured = self
            .way
            .secure_stream(&origin.destination, HttpVersion::Http1);
        let (stream, _) = secured.await?;
        let (sender, connection) = handshake1(Slotted {
            stream,
            _slot: slot,
        })
        .await?;
        Ok(Aged::new(sender, connection))
    }

    /// The right to open one more connection. When there is none left, idle ones make room.
    pub(super) async fn slot(&self, origin: &Origin) -> Result<Slot, UpstreamError> {
        let of_authority = one_of(&origin.slots).await?;
        if self.room.connections.available_permits() == 0 {
            self.pool.close_unused();
        }
        let of_all = one_of(&self.room.connections).await?;
        Ok(Slot {
            _of_authority: of_authority,
            _of_all: of_all,
        })
    }

    /// A stream of HTTP/2; none when the other side does not speak it.
    async fn open2(
        self: &Arc<Self>,
        origin: &Arc<Origin>,
    ) -> Result<Option<Box<Open2>>, UpstreamError> {
        let mut share = one_of(&self.room.streams).await?;
        loop {
            let mut freed = pin!(origin.freed.notified());
            freed.as_mut().enable();
            share = match origin.find(share, || self.dial(origin)) {
                Found::Open(open) => return Ok(Some(open)),
                Found::OnlyHttp1 => return Ok(None),
                Found::Dialling(mut dialling, share) => {
                    let told = dialling.wait_for(Option::is_some).await;
                    match told.as_deref() {
                        Ok(Some(Err(error))) => {
                            return Err(UpstreamError::Shared(Arc::clone(error)));
                        }
                        Ok(_) => {}
                        // The dial ended without a word: asking for it again would not end.
                        Err(_) => {
                            origin.dialled(None);
                            return Err(UpstreamError::Closed);
                        }
                    }
                    share
                }
                Found::Full(share) => {
                    let waited = timeout(SLOT_WAIT, freed).await;
                    waited.map_err(|_| UpstreamError::Full)?;
                    share
                }
            };
        }
    }

    /// Begins to open a connection for everybody who waits for one; whoever wanted it first may go meanwhile.
    fn dial(self: &Arc<Self>, origin: &Arc<Origin>) -> Dialling {
        let (tell, dialling) = watch::channel(None);
        let (outlet, origin) = (Arc::clone(self), Arc::clone(origin));
        tokio::spawn(async move {
            let dialled = in_time(outlet.fresh_any(&origin)).await;
            let ended = match dialled {
                Ok(Dialled::Http2(line)) => {
                    origin.dialled(Some(line));
                    Ok(())
                }
                Ok(Dialled::Http1(aged)) => {
                    origin.refuses_http2();
                    outlet.pool.put(&origin, aged);
                    origin.dialled(None);
                    Ok(())
                }
                Err(error) => {
                    origin.dialled(None);
                    Err(Arc::new(error))
                }
            };
            tell.send_replace(Some(ended));
        });
        dialling
    }

    /// A new connection of whatever the other side speaks.
    async fn fresh_any(&self, origin: &Origin) -> Result<Dialled, UpstreamError> {
        let slot = self.slot(origin).await?;
        let secured = self
            .way
            .secure_stream(&origin.destination, HttpVersion::Http2);
        let (stream, spoken) = secured.await?;
        let stream = Slotted {
            stream,
            _slot: slot,
        };
        if spoken == HttpVersion::Http1 {
            let (sender, connection) = handshake1(stream).await?;
            return Ok(Dialled::Http1(Aged::new(sender, connection)));
        }
        let window = match self.way.hop {
            Hop::Inner(_) => H2_INNER_WINDOW,
            Hop::Proxy(_) | Hop::Direct(_) => H2_STREAM_WINDOW,
        };
        handshake2(stream, window).await.map(Dialled::Http2)
    }
}

/// HTTP/1.1 on a stream.
pub(super) async fn handshake1(
    stream: Slotted,
) -> Result<(Http1, http1::Connection<Io, Body>), UpstreamError> {
    let mut builder = http1::Builder::new();
    builder.max_buf_size(MAX_HTTP_BUFFER);
    builder
        .handshake(TokioIo::new(stream))
        .await
        .map_err(UpstreamError::Exchange)
}

/// HTTP/2 on a stream. The connection's window holds what all of its streams may hold, so that answers that nobody
/// reads do not hold up the others.
async fn handshake2(stream: Slotted, window: u32) -> Result<Line, UpstreamError> {
    let mut builder = http2::Builder::new(TokioExecutor::new());
    builder
        .timer(TokioTimer::new())
        .initial_stream_window_size(window)
        .initial_connection_window_size(window.saturating_mul(H2_UPSTREAM_STREAMS))
        .initial_max_send_streams(usize::try_from(H2_UPSTREAM_STREAMS).unwrap_or(usize::MAX))
        .max_send_buf_size(H2_SEND_BUFFER)
        .max_header_list_size(u32::try_from(MAX_HEAD_BYTES).unwrap_or(u32::MAX))
        .keep_alive_interval(H2_PING_INTERVAL)
        .keep_alive_timeout(H2_PING_TIMEOUT);
    let handshake = builder.handshake(TokioIo::new(stream)).await;
    let (sender, connection) = handshake.map_err(UpstreamError::Exchange)?;
    let load = Arc::<Load>::default();
    let told = Arc::clone(&load);
    drive(async move {
        let mut connection = pin!(connection);
        poll_fn(|cx| {
            let driven = connection.as_mut().poll(cx);
            told.allow(connection.current_max_send_streams());
            driven
        })
        .await
    });
    let opened = Instant::now();
    Ok(Line {
        sender,
        opened,
        load,
    })
}

/// Moves a connection's bytes until it ends.
pub(super) fn drive(connection: impl Future<Output = Result<(), hyper::Error>> + Send + 'static) {
    tokio::spawn(ended(connection));
}

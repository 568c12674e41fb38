//! The next hop. Only a [`Pass`] opens a way to it, and it leads where its permit says.

mod addresses;
mod error;
mod exchange;
mod hop;
mod line;
mod origin;
mod outlet;
mod pool;
mod race;
mod request;
mod slots;
mod socket;
mod way;

pub(crate) use addresses::Addresses;
pub(crate) use error::UpstreamError;
pub(crate) use hop::{Direct, Hop, OuterProxy};
pub(crate) use pool::PutBack;
#[cfg(any(fuzzing, test))]
pub(crate) use request::absolute;
pub(crate) use request::request;
pub(crate) use way::{Way, WaySource};

use std::sync::Arc;

use bottle_core::Guard;
use bottle_egress::{Pass, Scheme};
use http::{HeaderMap, Method, Request, Response};
use hyper::body::Incoming;
use hyper::upgrade::Upgraded;
use tokio::io::{AsyncRead, AsyncWrite};

use self::exchange::{Exchanged, exchange1, exchange2};
use self::origin::Origin;
use self::outlet::{Open, Outlet, in_time};
use self::pool::{Pool, ready};
use self::slots::Room;
use crate::body::Body;
use crate::limits::MAX_SENDS;
use crate::watched::Watched;
use crate::websocket::{Handshake, Upgrade};

/// A request after the gate prepared it; the target is in the permit.
pub(crate) struct Outgoing {
    pub(crate) method: Method,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Body,
    /// What the client speaks, which is offered to the next hop, too.
    pub(crate) version: HttpVersion,
    /// What it wants to become.
    pub(crate) upgrade: Upgrade,
}

/// A version of HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HttpVersion {
    /// HTTP/1.1 (or 1.0).
    Http1,
    /// HTTP/2.
    Http2,
}

/// An answer, and what becomes free with its end.
pub(crate) struct Answered {
    pub(crate) response: Response<Incoming>,
    pub(crate) put_back: Option<PutBack>,
    /// The open WebSocket behind a 101, and the handshake that made it.
    pub(crate) socket: Option<(Upgraded, Handshake)>,
}

/// The only exit of a service.
pub(crate) struct Upstream {
    outlet: Watched<Outlet>,
    room: Room,
}

/// A stream to the next hop, encrypted or not.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

impl Upstream {
    /// An exit over `way`.
    pub(crate) fn new(way: Way) -> Self {
        let room = Room::default();
        let outlet = Outlet {
            way,
            pool: Arc::default(),
            room: room.clone(),
        };
        Self {
            outlet: Watched::new(outlet),
            room,
        }
    }

    /// From now on over `way`. When it is another one, no connection over the old one carries a further request, not
    /// even those that are used or being opened now: each way has a pool of its own.
    pub(crate) fn replace(&self, way: Way) {
        let old = self.outlet.get();
        if old.way.is_same(&way) {
            return;
        }
        let pool = if Guard::OldWay.is_on() {
            Arc::<Pool>::default()
        } else {
            Arc::clone(&old.pool)
        };
        self.outlet.set(Outlet {
            way,
            pool,
            room: self.room.clone(),
        });
        if Guard::OldWay.is_on() {
            old.pool.retire();
        }
    }

    /// How the error of this exit is told.
    pub(crate) fn code(&self, error: &UpstreamError) -> bottle_egress::DenialCode {
        error.code(&self.outlet.get().way.hop)
    }

    /// Sends a request where the permit of `pass` says, over an open connection if one leads there.
    ///
    /// # Errors
    ///
    /// [`UpstreamError`]; a request is sent a second time only when nobody looked at it the first time.
    pub(crate) async fn send(
        &self,
        pass: Pass<'_>,
        outgoing: Outgoing,
    ) -> Result<Answered, UpstreamError> {
        let permit = pass.spend();
        let outlet = self.outlet.get();
        let destination = permit.destination();
        let wish = match destination.scheme {
            // In clear nobody says what he speaks.
            Scheme::Http => HttpVersion::Http1,
            Scheme::Https => outgoing.version,
        };
        let upgrade = outgoing.upgrade.clone();
        let request = request(&outlet.way.hop, &permit, outgoing)?;
        if let Upgrade::WebSocket(handshake) = upgrade {
            let (origin, _) = outlet.pool.visit(destination, HttpVersion::Http2);
            return Box::pin(outlet.open_websocket(&origin, request, handshake)).await;
        }
        let (origin, idle) = outlet.pool.visit(destination, wish);
        let mut first = None;
        if let Some(idle) = idle {
            first = ready(idle).await.map(Open::Http1);
        }
        outlet.send(&origin, wish, first, request).await
    }
}

impl Outlet {
    /// Sends a request over the `first` connection, and over others when that one turns out to be at its end.
    async fn send(
        self: &Arc<Self>,
        origin: &Arc<Origin>,
        wish: HttpVersion,
        mut first: Option<Open>,
        mut request: Request<Body>,
    ) -> Result<Answered, UpstreamError> {
        for _ in 0..MAX_SENDS {
            let open = match first.take() {
                Some(open) => open,
                // What most requests do not need is kept apart, so that they do not carry room for it.
                None => Box::pin(in_time(self.open(origin, wish))).await?,
            };
            let is_new = matches!(&open, Open::Http1(aged) if !aged.used);
            let exchanged = match open {
                Open::Http1(open) => exchange1(&self.pool, origin, open, request).await,
                Open::Http2(open) => Box::pin(exchange2(origin, *open, request)).await,
            };
            request = match exchanged {
                Exchanged::Answered(answered) => return Ok(*answered),
                Exchanged::Failed(error) => return Err(error),
                Exchanged::Unsent(_) if is_new => break,
                Exchanged::Unsent(again) => *again,
            };
        }
        Err(UpstreamError::Closed)
    }
}

//! Open connections to the next hop, by destination: idle ones of HTTP/1.1, shared ones of HTTP/2.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use bottle_egress::Destination;
use hyper::client::conn::{http1, http2};
use tokio::time::timeout;

use crate::body::Body;
use crate::limits::{
    CONNECTION_MAX_AGE, MAX_IDLE, MAX_IDLE_PER_AUTHORITY, MAX_SHARED, POOL_IDLE_TIMEOUT, REUSE_WAIT,
};

/// The sending half of an HTTP/1.1 connection.
pub(super) type Http1 = http1::SendRequest<Body>;

/// The sending half of an HTTP/2 connection; its clones share the connection.
pub(super) type Http2 = http2::SendRequest<Body>;

/// An HTTP/1.1 connection and when it was opened.
#[derive(Debug)]
pub(super) struct Aged {
    pub(super) sender: Http1,
    pub(super) opened: Instant,
}

#[derive(Debug)]
struct Idle {
    connection: Aged,
    since: Instant,
}

impl Idle {
    fn is_fresh(&self, now: Instant) -> bool {
        !self.connection.sender.is_closed()
            && now.duration_since(self.since) < POOL_IDLE_TIMEOUT
            && now.duration_since(self.connection.opened) < CONNECTION_MAX_AGE
    }
}

/// What is known about HTTP/2 at one destination.
#[derive(Debug, Default)]
pub(super) struct Shared {
    /// The one connection. Whoever finds none opens it while the others wait.
    pub(super) connection: tokio::sync::Mutex<Option<(Http2, Instant)>>,
    /// It was offered and not taken.
    pub(super) only_http1: AtomicBool,
}

impl Shared {
    /// The open connection, unless it is too old.
    pub(super) fn usable(slot: Option<&(Http2, Instant)>) -> Option<Http2> {
        slot.filter(|(sender, opened)| !sender.is_closed() && opened.elapsed() < CONNECTION_MAX_AGE)
            .map(|(sender, _)| sender.clone())
    }

    /// Whether HTTP/2 need not be offered any more.
    pub(super) fn refuses_http2(&self) -> bool {
        self.only_http1.load(Ordering::Relaxed)
    }
}

/// The open connections of a service.
#[derive(Debug, Default)]
pub(crate) struct Pool {
    idle: Mutex<HashMap<Destination, Vec<Idle>>>,
    shared: Mutex<HashMap<Destination, Arc<Shared>>>,
}

impl Pool {
    /// An idle connection to `destination` that is ready for a request, the one that was used last.
    pub(super) async fn take(&self, destination: &Destination) -> Option<Aged> {
        loop {
            let mut connection = self.pop(destination)?;
            if connection.sender.is_ready() {
                return Some(connection);
            }
            // The last answer was just read to its end; its connection knows in a moment.
            let ready = timeout(REUSE_WAIT, connection.sender.ready()).await;
            if matches!(ready, Ok(Ok(()))) {
                return Some(connection);
            }
        }
    }

    fn pop(&self, destination: &Destination) -> Option<Aged> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let waiting = idle.get_mut(destination)?;
        let now = Instant::now();
        while let Some(last) = waiting.pop() {
            if last.is_fresh(now) {
                return Some(last.connection);
            }
        }
        None
    }

    /// Keeps a connection for the next request.
    pub(super) fn put(&self, destination: Destination, connection: Aged) {
        let since = Instant::now();
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let waiting = idle.entry(destination).or_default();
        if waiting.len() >= MAX_IDLE_PER_AUTHORITY {
            waiting.remove(0);
        }
        waiting.push(Idle { connection, since });
        if idle.values().map(Vec::len).sum::<usize>() > MAX_IDLE {
            idle.retain(|_, waiting| {
                waiting.retain(|each| each.is_fresh(since));
                waiting.pop();
                !waiting.is_empty()
            });
        }
    }

    /// What is known about HTTP/2 at `destination`.
    pub(super) fn shared(&self, destination: &Destination) -> Arc<Shared> {
        let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = shared.get(destination) {
            return Arc::clone(known);
        }
        if shared.len() >= MAX_SHARED {
            shared.clear();
        }
        let fresh = Arc::<Shared>::default();
        shared.insert(destination.clone(), Arc::clone(&fresh));
        fresh
    }

    /// Closes everything that is idle, and lets the rest be the last of its kind.
    pub(super) fn clear(&self) {
        self.idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
        self.shared
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }
}

/// Puts a connection back when the answer on it was read to its end; drops it otherwise.
#[derive(Debug)]
pub(crate) struct PutBack {
    pub(super) pool: Arc<Pool>,
    pub(super) destination: Destination,
    pub(super) connection: Aged,
}

impl PutBack {
    /// The answer was read to its end.
    pub(crate) fn put(self) {
        let Self {
            pool,
            destination,
            connection,
        } = self;
        if !connection.sender.is_closed() {
            pool.put(destination, connection);
        }
    }
}

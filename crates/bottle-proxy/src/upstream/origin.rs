//! One authority as far as connections to it are concerned: room for them, and what is shared of HTTP/2.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use bottle_egress::Destination;
use hyper::client::conn::http2;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, watch};

use super::UpstreamError;
use crate::body::Body;
use crate::limits::{
    CONNECTION_MAX_AGE, H2_CONNECTIONS_PER_AUTHORITY, H2_UPSTREAM_STREAMS,
    MAX_CONNECTIONS_PER_AUTHORITY,
};

/// The sending half of an HTTP/2 connection; its clones share the connection.
pub(super) type Http2 = http2::SendRequest<Body>;

/// How a dial ended, for everybody who waits for it.
pub(super) type Dialling = watch::Receiver<Option<Result<(), Arc<UpstreamError>>>>;

/// One authority.
#[derive(Debug)]
pub(super) struct Origin {
    pub(super) destination: Destination,
    /// Room for connections to it.
    pub(super) slots: Arc<Semaphore>,
    /// Tells one of those who wait that a connection or a stream is free.
    pub(super) freed: Notify,
    /// HTTP/2 was offered and not taken.
    only_http1: AtomicBool,
    http2: Mutex<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    lines: Vec<Line>,
    /// The one dial that is under way. Whoever finds no room joins it instead of dialling once more.
    dialling: Option<Dialling>,
}

/// An HTTP/2 connection.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) sender: Http2,
    pub(super) opened: Instant,
    pub(super) load: Arc<Load>,
}

/// How much of an HTTP/2 connection is taken.
#[derive(Debug)]
pub(super) struct Load {
    streams: AtomicUsize,
    most: AtomicUsize,
}

impl Default for Load {
    fn default() -> Self {
        Self {
            streams: AtomicUsize::new(0),
            most: AtomicUsize::new(ours()),
        }
    }
}

fn ours() -> usize {
    usize::try_from(H2_UPSTREAM_STREAMS).unwrap_or(usize::MAX)
}

impl Load {
    /// The other side takes so many streams.
    pub(super) fn allow(&self, streams: usize) {
        self.most.store(streams.min(ours()), Ordering::Relaxed);
    }

    fn is_full(&self) -> bool {
        self.streams.load(Ordering::Relaxed) >= self.most.load(Ordering::Relaxed)
    }

    fn is_idle(&self) -> bool {
        self.streams.load(Ordering::Relaxed) == 0
    }
}

impl Line {
    fn is_young(&self) -> bool {
        self.opened.elapsed() < CONNECTION_MAX_AGE
    }
}

/// A stream of an HTTP/2 connection, taken until this is dropped.
#[derive(Debug)]
pub(super) struct Taken {
    load: Arc<Load>,
    origin: Arc<Origin>,
    _share: OwnedSemaphorePermit,
}

impl Drop for Taken {
    fn drop(&mut self) {
        self.load.streams.fetch_sub(1, Ordering::Relaxed);
        self.origin.freed.notify_one();
    }
}

/// A way to send one request in HTTP/2.
#[derive(Debug)]
pub(super) struct Open2 {
    pub(super) sender: Http2,
    pub(super) taken: Taken,
}

/// What there is for a request that may go in HTTP/2.
pub(super) enum Found {
    /// A stream.
    Open(Box<Open2>),
    /// A dial to wait for, and the share to come back with.
    Dialling(Dialling, OwnedSemaphorePermit),
    /// As many connections as may be, all of them full.
    Full(OwnedSemaphorePermit),
    /// The other side speaks HTTP/1.1 alone.
    OnlyHttp1,
}

impl Origin {
    pub(super) fn new(destination: Destination) -> Self {
        Self {
            destination,
            slots: Arc::new(Semaphore::new(MAX_CONNECTIONS_PER_AUTHORITY)),
            freed: Notify::new(),
            only_http1: AtomicBool::new(false),
            http2: Mutex::default(),
        }
    }

    fn shared(&self) -> MutexGuard<'_, Shared> {
        self.http2.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A stream, or what to wait for. `dial` begins to open one more connection; it calls [`Origin::dialled`].
    pub(super) fn find(
        self: &Arc<Self>,
        share: OwnedSemaphorePermit,
        dial: impl FnOnce() -> Dialling,
    ) -> Found {
        if self.only_http1.load(Ordering::Relaxed) {
            return Found::OnlyHttp1;
        }
        let mut shared = self.shared();
        // The requests on an old connection still have it.
        shared
            .lines
            .retain(|line| !line.sender.is_closed() && line.is_young());
        if let Some(line) = shared.lines.iter().find(|line| !line.load.is_full()) {
            line.load.streams.fetch_add(1, Ordering::Relaxed);
            let taken = Taken {
                load: Arc::clone(&line.load),
                origin: Arc::clone(self),
                _share: share,
            };
            let sender = line.sender.clone();
            return Found::Open(Box::new(Open2 { sender, taken }));
        }
        if let Some(dialling) = &shared.dialling {
            return Found::Dialling(dialling.clone(), share);
        }
        if shared.lines.len() >= H2_CONNECTIONS_PER_AUTHORITY {
            return Found::Full(share);
        }
        let dialling = dial();
        shared.dialling = Some(dialling.clone());
        Found::Dialling(dialling, share)
    }

    /// The dial ended: with a connection of HTTP/2, or without one.
    pub(super) fn dialled(&self, line: Option<Line>) {
        let mut shared = self.shared();
        shared.dialling = None;
        shared.lines.extend(line);
    }

    /// HTTP/2 need not be offered any more.
    pub(super) fn refuses_http2(&self) {
        self.only_http1.store(true, Ordering::Relaxed);
    }

    /// No further request goes over this connection: its other side said so.
    pub(super) fn forget(&self, taken: &Taken) {
        let is_it = |line: &Line| Arc::ptr_eq(&line.load, &taken.load);
        self.shared().lines.retain(|line| !is_it(line));
    }

    /// Closes the HTTP/2 connections that nobody uses: all of them, or those that are old.
    pub(super) fn close_unused(&self, even_young: bool) {
        let stays = |line: &Line| !line.load.is_idle() || (line.is_young() && !even_young);
        self.shared().lines.retain(stays);
    }
}

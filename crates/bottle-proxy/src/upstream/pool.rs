//! Open connections to the next hop, by destination: idle ones of HTTP/1.1 here, shared ones of HTTP/2 with each origin.

use std::collections::HashMap;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Context;
use std::time::Instant;

use bottle_egress::Destination;
use tokio::time::timeout;

use super::HttpVersion;
use super::line::Aged;
use super::origin::{Origin, Taken};
use crate::limits::{
    CONNECTION_MAX_AGE, MAX_AUTHORITIES, MAX_IDLE, MAX_IDLE_PER_AUTHORITY, POOL_IDLE_TIMEOUT,
    POOL_SWEEP, REUSE_WAIT,
};

#[derive(Debug)]
struct Idle {
    connection: Aged,
    since: Instant,
}

impl Idle {
    fn is_young(&self, now: Instant) -> bool {
        now.duration_since(self.since) < POOL_IDLE_TIMEOUT
            && now.duration_since(self.connection.opened) < CONNECTION_MAX_AGE
    }

    fn is_fresh(&mut self, now: Instant) -> bool {
        self.is_young(now) && self.connection.settle()
    }
}

/// The open connections over one way.
#[derive(Debug, Default)]
pub(crate) struct Pool(Mutex<Kept>);

#[derive(Debug)]
struct Kept {
    places: HashMap<Destination, Place>,
    swept: Instant,
    /// Another way is taken now. What comes back is closed.
    retired: bool,
}

#[derive(Debug)]
struct Place {
    origin: Arc<Origin>,
    idle: Vec<Idle>,
}

impl Default for Kept {
    fn default() -> Self {
        Self {
            places: HashMap::new(),
            swept: Instant::now(),
            retired: false,
        }
    }
}

impl Place {
    /// The one that was used last; whether it is still open is for [`ready`] to find out.
    fn pop(&mut self, now: Instant) -> Option<Aged> {
        while let Some(last) = self.idle.pop() {
            if last.is_young(now) {
                return Some(last.connection);
            }
        }
        None
    }

    /// Nobody talks to it: its connections are all that would be lost.
    fn is_unused(&self) -> bool {
        Arc::strong_count(&self.origin) == 1
    }
}

impl Kept {
    /// Closes what is too old to be used again.
    fn sweep(&mut self, now: Instant) {
        if now.duration_since(self.swept) < POOL_SWEEP {
            return;
        }
        self.swept = now;
        for place in self.places.values_mut() {
            place.idle.retain_mut(|each| each.is_fresh(now));
            place.origin.close_unused(false);
        }
    }

    /// Makes room for one more origin. Those to which something is under way are bounded by what is under way.
    fn make_room(&mut self) {
        if self.places.len() >= MAX_AUTHORITIES {
            self.places
                .retain(|_, place| !(place.is_unused() && place.idle.is_empty()));
        }
        if self.places.len() >= MAX_AUTHORITIES {
            self.places.retain(|_, place| !place.is_unused());
        }
    }

    fn idle(&self) -> usize {
        self.places.values().map(|place| place.idle.len()).sum()
    }
}

impl Pool {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is known about `destination`, and for HTTP/1.1 an idle connection to it.
    pub(super) fn visit(
        &self,
        destination: &Destination,
        wish: HttpVersion,
    ) -> (Arc<Origin>, Option<Aged>) {
        let now = Instant::now();
        let mut kept = self.kept();
        kept.sweep(now);
        if let Some(place) = kept.places.get_mut(destination) {
            let idle = match wish {
                HttpVersion::Http1 => place.pop(now),
                HttpVersion::Http2 => None,
            };
            return (Arc::clone(&place.origin), idle);
        }
        let origin = Arc::new(Origin::new(destination.clone()));
        if !kept.retired {
            kept.make_room();
            let place = Place {
                origin: Arc::clone(&origin),
                idle: Vec::new(),
            };
            kept.places.insert(destination.clone(), place);
        }
        (origin, None)
    }

    /// An idle connection that is ready for a request, the one that was used last.
    pub(super) async fn take(&self, origin: &Arc<Origin>) -> Option<Aged> {
        loop {
            let popped = self.pop(origin)?;
            if let Some(ready) = ready(popped).await {
                return Some(ready);
            }
        }
    }

    fn pop(&self, origin: &Arc<Origin>) -> Option<Aged> {
        self.kept().place(origin)?.pop(Instant::now())
    }

    /// Keeps a connection for the next request.
    pub(super) fn put(&self, origin: &Arc<Origin>, connection: Aged) {
        let since = Instant::now();
        let mut kept = self.kept();
        kept.sweep(since);
        let Some(place) = kept.place(origin) else {
            return;
        };
        if place.idle.len() >= MAX_IDLE_PER_AUTHORITY {
            place.idle.remove(0);
        }
        place.idle.push(Idle { connection, since });
        if kept.idle() > MAX_IDLE {
            for place in kept.places.values_mut() {
                place.idle.retain_mut(|each| each.is_fresh(since));
                place.idle.drain(..place.idle.len().min(1));
            }
        }
        drop(kept);
        origin.freed.notify_one();
    }

    /// Closes everything that is open and not used.
    pub(super) fn close_unused(&self) {
        for place in self.kept().places.values_mut() {
            place.idle.clear();
            place.origin.close_unused(true);
        }
    }

    /// Closes everything that is idle, and whatever comes back.
    pub(super) fn retire(&self) {
        let mut kept = self.kept();
        kept.retired = true;
        kept.places.clear();
    }
}

impl Kept {
    /// The place of an origin, unless it was given up meanwhile.
    fn place(&mut self, origin: &Arc<Origin>) -> Option<&mut Place> {
        let place = self.places.get_mut(&origin.destination)?;
        Arc::ptr_eq(&place.origin, origin).then_some(place)
    }
}

/// A connection as soon as it takes a request. The last answer was perhaps just read to its end; it knows in a moment.
pub(super) async fn ready(mut connection: Aged) -> Option<Aged> {
    let ready = timeout(REUSE_WAIT, poll_fn(|cx| connection.poll_ready(cx))).await;
    matches!(ready, Ok(Ok(()))).then_some(connection)
}

/// What becomes free with the end of an answer.
#[derive(Debug)]
pub(crate) struct PutBack(pub(super) Lent);

/// A connection or a stream that is used.
#[derive(Debug)]
pub(super) enum Lent {
    /// Goes back when the answer on it was read to its end, and is closed otherwise.
    Http1 {
        pool: Arc<Pool>,
        origin: Arc<Origin>,
        connection: Aged,
    },
    /// Is free in either case.
    Http2 { _taken: Taken },
}

impl PutBack {
    /// Moves the bytes of what is lent, if its user has to.
    pub(crate) fn drive(&mut self, cx: &mut Context<'_>) {
        if let Lent::Http1 { connection, .. } = &mut self.0 {
            connection.drive(cx);
        }
    }

    /// The answer was read to its end.
    pub(crate) fn put(self) {
        if let Lent::Http1 {
            pool,
            origin,
            mut connection,
        } = self.0
            && connection.settle()
        {
            pool.put(&origin, connection);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use hyper::client::conn::http1;
    use hyper_util::rt::TokioIo;

    use super::*;

    fn destination(number: usize) -> Destination {
        Destination {
            scheme: bottle_egress::Scheme::Http,
            host: format!("host{number}.test").parse().unwrap(),
            port: "80".parse().unwrap(),
        }
    }

    /// An open connection, and its other end.
    async fn connection() -> (Aged, tokio::io::DuplexStream) {
        let (near, far) = tokio::io::duplex(1024);
        let (sender, driven) = http1::handshake(TokioIo::new(near)).await.unwrap();
        let mut aged = Aged::new(sender, driven);
        assert!(aged.settle());
        (aged, far)
    }

    #[test]
    fn names_without_end_are_not_remembered() {
        let pool = Pool::default();
        let (in_use, _) = pool.visit(&destination(0), HttpVersion::Http1);
        for number in 1..2000 {
            pool.visit(&destination(number), HttpVersion::Http1);
        }
        assert!(pool.kept().places.len() <= MAX_AUTHORITIES);
        let (still, _) = pool.visit(&destination(0), HttpVersion::Http1);
        assert!(Arc::ptr_eq(&in_use, &still));
    }

    #[tokio::test]
    async fn what_lay_idle_for_too_long_is_closed_by_any_traffic() {
        let pool = Pool::default();
        let (origin, _) = pool.visit(&destination(0), HttpVersion::Http1);
        let (aged, mut far) = connection().await;
        pool.put(&origin, aged);
        let age = POOL_IDLE_TIMEOUT + Duration::from_secs(1);
        let long_ago = Instant::now().checked_sub(age).unwrap();
        {
            let mut kept = pool.kept();
            kept.swept = long_ago;
            kept.place(&origin).unwrap().idle[0].since = long_ago;
        }
        pool.visit(&destination(1), HttpVersion::Http1);
        let end = tokio::io::AsyncReadExt::read(&mut far, &mut [0; 8]).await;
        assert_eq!(end.unwrap(), 0, "the other end sees it closed");
    }

    #[tokio::test]
    async fn what_the_other_side_closed_is_not_used_again() {
        let pool = Pool::default();
        let (origin, _) = pool.visit(&destination(0), HttpVersion::Http1);
        let ((kept, _far), (closed, other)) = (connection().await, connection().await);
        pool.put(&origin, kept);
        pool.put(&origin, closed);
        drop(other);
        assert!(pool.take(&origin).await.is_some(), "the older one");
        assert!(pool.take(&origin).await.is_none());
    }

    #[tokio::test]
    async fn what_comes_back_after_the_way_was_replaced_is_closed() {
        let pool = Pool::default();
        let (origin, _) = pool.visit(&destination(0), HttpVersion::Http1);
        let ((first, _far), (second, _other)) = (connection().await, connection().await);
        pool.put(&origin, first);
        assert!(pool.take(&origin).await.is_some());
        pool.retire();
        pool.put(&origin, second);
        assert!(pool.take(&origin).await.is_none());
    }
}

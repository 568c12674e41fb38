//! Whether anything is under way on a connection with many requests, and since when nothing is.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use bytes::Bytes;
use hyper::body::{Body as HttpBody, Frame, SizeHint};

use crate::body::{Body, BodyError};

/// What is under way on one connection.
#[derive(Debug)]
pub(super) struct Busy(Mutex<State>);

#[derive(Debug)]
struct State {
    under_way: usize,
    last: Instant,
}

impl Default for Busy {
    fn default() -> Self {
        Self(Mutex::new(State {
            under_way: 0,
            last: Instant::now(),
        }))
    }
}

impl Busy {
    /// For how long nothing is under way; none when something is.
    pub(super) fn idle_for(&self) -> Option<Duration> {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        (state.under_way == 0).then(|| state.last.elapsed())
    }

    fn count(&self, change: impl FnOnce(usize) -> usize) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.under_way = change(state.under_way);
        state.last = Instant::now();
    }
}

/// One request, from its head to the end of its answer or of the WebSocket that it became.
#[derive(Debug)]
pub(super) struct One(Arc<Busy>);

impl One {
    /// One more on a connection.
    pub(super) fn of(busy: &Arc<Busy>) -> Self {
        busy.count(|under_way| under_way + 1);
        Self(Arc::clone(busy))
    }
}

impl Clone for One {
    fn clone(&self) -> Self {
        Self::of(&self.0)
    }
}

impl Drop for One {
    fn drop(&mut self) {
        self.0.count(|under_way| under_way.saturating_sub(1));
    }
}

/// The body of an answer, with which its request ends.
#[derive(Debug)]
pub(super) struct Timed {
    pub(super) body: Body,
    pub(super) _one: One,
}

impl HttpBody for Timed {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_under_way_until_its_answer_ended() {
        let busy = Arc::<Busy>::default();
        let one = One::of(&busy);
        assert_eq!(busy.idle_for(), None);
        let answer = Timed {
            body: Body::whole(Bytes::from_static(b"an event")),
            _one: one,
        };
        assert_eq!(busy.idle_for(), None, "the head is out, the body is not");
        drop(answer);
        assert!(busy.idle_for().is_some());
    }

    #[test]
    fn the_time_counts_from_the_last_request_and_not_from_the_last_look() {
        let busy = Arc::<Busy>::default();
        std::thread::sleep(Duration::from_millis(30));
        drop(One::of(&busy));
        assert!(busy.idle_for().unwrap() < Duration::from_millis(30));
        let socket = One::of(&busy);
        drop(socket.clone());
        assert_eq!(busy.idle_for(), None, "a WebSocket outlives its answer");
    }
}

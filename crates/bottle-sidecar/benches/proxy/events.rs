//! A stream of server-sent events at a steady pace.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use hyper::body::{Body, Frame};
use tokio::time::{Instant, Interval, interval_at};

use crate::limits::{EVENT_INTERVAL, EVENTS};

/// Events, the first of them at once.
#[derive(Debug)]
pub(crate) struct Events {
    left: u32,
    pace: Interval,
}

impl Events {
    /// A stream that begins now.
    pub(crate) fn begin() -> Self {
        Self {
            left: EVENTS,
            pace: interval_at(Instant::now() + EVENT_INTERVAL, EVENT_INTERVAL),
        }
    }
}

impl Body for Events {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        // A timer that is due already still takes a millisecond, and the first event is what is timed.
        if self.left < EVENTS {
            ready!(self.pace.poll_tick(cx));
        }
        self.left -= 1;
        let event = format!("event: word\ndata: {{\"left\": {}}}\n\n", self.left);
        Poll::Ready(Some(Ok(Frame::data(event.into()))))
    }
}

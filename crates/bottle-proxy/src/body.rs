//! Message bodies: streamed, counted, and watched for standstill.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use hyper::body::{Body as HttpBody, Frame, Incoming, SizeHint};
use thiserror::Error;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, Sleep, sleep};

use crate::decision_log::OpenRecord;
use crate::limits::STALL_TIMEOUT;

/// Why a body ended early.
#[derive(Debug, Error)]
#[non_exhaustive]
pub(crate) enum BodyError {
    #[error("body broke off")]
    Broken(#[from] hyper::Error),
    #[error("body stood still for too long")]
    Stalled,
}

/// Counts the bytes of one direction.
#[derive(Debug, Clone, Default)]
pub(crate) struct Counter(Arc<AtomicU64>);

impl Counter {
    /// Bytes so far.
    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    /// Counts so many bytes more.
    pub(crate) fn add(&self, count: usize) {
        self.0
            .fetch_add(u64::try_from(count).unwrap_or(u64::MAX), Ordering::Relaxed);
    }
}

#[derive(Debug)]
enum Source {
    Whole(Option<Bytes>),
    Stream {
        incoming: Incoming,
        stall: Option<Pin<Box<Sleep>>>,
    },
}

/// A request or response body on its way. Trailers are dropped: nothing here may add header fields late.
#[derive(Debug)]
pub(crate) struct Body {
    source: Source,
    counter: Counter,
    /// The share of the memory for bodies that this one takes.
    room: Option<OwnedSemaphorePermit>,
    /// Written to the decision log when this body is done with.
    record: Option<OpenRecord>,
}

impl Body {
    /// No body.
    pub(crate) fn empty() -> Self {
        Self::whole(Bytes::new())
    }

    /// A body that is there already.
    pub(crate) fn whole(bytes: Bytes) -> Self {
        Self {
            source: Source::Whole((!bytes.is_empty()).then_some(bytes)),
            counter: Counter::default(),
            room: None,
            record: None,
        }
    }

    /// Keeps a share of the memory for bodies as long as this body.
    pub(crate) fn with_room(mut self, room: Option<OwnedSemaphorePermit>) -> Self {
        self.room = room;
        self
    }

    /// A body that arrives from a peer, counted in `counter`.
    pub(crate) fn stream(incoming: Incoming, counter: Counter) -> Self {
        Self {
            source: Source::Stream {
                incoming,
                stall: None,
            },
            counter,
            room: None,
            record: None,
        }
    }

    /// Ties a log record to this body: it is written when the body ends or is given up.
    pub(crate) fn with_record(mut self, record: OpenRecord) -> Self {
        self.counter = record.bytes_out();
        self.record = Some(record);
        self
    }

    fn count(&self, frame: &Frame<Bytes>) {
        if let Some(data) = frame.data_ref() {
            self.counter.add(data.len());
        }
    }
}

impl Source {
    fn poll_frame(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let (incoming, stall) = match self {
            Self::Whole(bytes) => {
                return Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes))));
            }
            Self::Stream { incoming, stall } => (incoming, stall),
        };
        match Pin::new(incoming).poll_frame(cx) {
            Poll::Ready(frame) => {
                if let Some(timer) = stall {
                    timer.as_mut().reset(Instant::now() + STALL_TIMEOUT);
                }
                Poll::Ready(frame.map(|frame| frame.map_err(BodyError::from)))
            }
            Poll::Pending => {
                let timer = stall.get_or_insert_with(|| Box::pin(sleep(STALL_TIMEOUT)));
                ready!(timer.as_mut().poll(cx));
                Poll::Ready(Some(Err(BodyError::Stalled)))
            }
        }
    }
}

impl HttpBody for Body {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        loop {
            let frame = ready!(self.source.poll_frame(cx));
            match frame {
                Some(Ok(frame)) if frame.is_trailers() => {}
                Some(Ok(frame)) => {
                    self.count(&frame);
                    return Poll::Ready(Some(Ok(frame)));
                }
                end => {
                    (self.record, self.room) = (None, None);
                    return Poll::Ready(end);
                }
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.source {
            Source::Whole(bytes) => bytes.is_none(),
            Source::Stream { incoming, .. } => incoming.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.source {
            Source::Whole(Some(bytes)) => {
                SizeHint::with_exact(u64::try_from(bytes.len()).unwrap_or(u64::MAX))
            }
            Source::Whole(None) => SizeHint::with_exact(0),
            Source::Stream { incoming, .. } => incoming.size_hint(),
        }
    }
}

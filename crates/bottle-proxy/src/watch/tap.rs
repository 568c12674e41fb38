//! Looking at a body while it flows.

use std::task::{Context, Poll};

use bottle_core::ResponseAction;
use bytes::{Bytes, BytesMut};
use hyper::body::Frame;
use tokio::sync::OwnedSemaphorePermit;

use super::Sign;
use super::hold::Held;
use super::look::Look;
use crate::body::{Arrival, BodyError};
use crate::limits::RESPONSE_STEP;

/// A frame of a body, its error, or its end.
type Polled = Poll<Option<Result<Frame<Bytes>, BodyError>>>;

/// Stands between a body and whoever reads it. What is there already goes on together, and is looked at once; what is
/// not there yet is not waited for.
#[derive(Debug)]
pub(crate) struct Tap {
    action: ResponseAction,
    /// None when there is nothing to look for any more.
    look: Option<Look>,
    /// What was held and looked at, and the room it takes.
    front: Bytes,
    room: Option<OwnedSemaphorePermit>,
    /// What came, and was not looked at yet.
    gathered: Bytes,
    /// What stands behind it: trailers, or an error.
    behind: Option<Result<Frame<Bytes>, BodyError>>,
    ended: bool,
    /// What was found since somebody asked.
    found: Option<Sign>,
}

impl Tap {
    pub(super) const fn new(action: ResponseAction) -> Self {
        Self {
            action,
            look: None,
            front: Bytes::new(),
            room: None,
            gathered: Bytes::new(),
            behind: None,
            ended: false,
            found: None,
        }
    }

    /// Passes on what was held before anything else.
    pub(super) fn begin(&mut self, held: Held, room: OwnedSemaphorePermit) {
        let Held {
            data,
            behind,
            ended,
            ..
        } = held;
        (self.front, self.behind, self.ended) = (data, behind, ended);
        self.room = Some(room);
    }

    /// Looks at what comes from now on.
    pub(super) fn over(mut self, mut look: Look) -> Self {
        look.flows();
        self.look = Some(look).filter(|look| !look.is_over());
        self
    }

    /// What was found since the last time.
    pub(crate) fn take_found(&mut self) -> Option<Sign> {
        self.found.take()
    }

    /// Whether something is still to be passed on that came already.
    pub(crate) fn is_holding(&self) -> bool {
        self.held() > 0 || self.behind.is_some()
    }

    /// How many bytes of it.
    pub(crate) fn held(&self) -> usize {
        self.front.len() + self.gathered.len()
    }

    /// The next frame; `source` gives what arrives.
    pub(crate) fn poll(
        &mut self,
        cx: &mut Context<'_>,
        mut source: impl FnMut(&mut Context<'_>) -> Poll<Arrival>,
    ) -> Polled {
        self.room = None;
        if !self.front.is_empty() {
            let front = std::mem::take(&mut self.front);
            return Poll::Ready(Some(Ok(Frame::data(front))));
        }
        self.gather(cx, &mut source);
        if let Err(sign) = self.examine() {
            let refused = BodyError::Refused(sign.code());
            (self.gathered, self.behind, self.ended) = (Bytes::new(), None, true);
            return Poll::Ready(Some(Err(refused)));
        }
        if !self.gathered.is_empty() {
            let data = std::mem::take(&mut self.gathered);
            return Poll::Ready(Some(Ok(Frame::data(data))));
        }
        match self.behind.take() {
            Some(behind) => Poll::Ready(Some(behind)),
            None if self.ended => Poll::Ready(None),
            None => Poll::Pending,
        }
    }

    /// Takes what has arrived: as much as is looked at together, one frame where nothing is looked at.
    fn gather(
        &mut self,
        cx: &mut Context<'_>,
        source: &mut impl FnMut(&mut Context<'_>) -> Poll<Arrival>,
    ) {
        while !self.ended && self.behind.is_none() && self.gathered.len() < RESPONSE_STEP {
            let Poll::Ready(Arrival { frame, is_last }) = source(cx) else {
                return;
            };
            self.ended |= is_last;
            match frame.map(|frame| frame.map(Frame::into_data)) {
                None => self.ended = true,
                Some(Ok(Ok(data))) => self.add(data),
                Some(Ok(Err(other))) => self.behind = Some(Ok(other)),
                Some(Err(error)) => self.behind = Some(Err(error)),
            }
            if self.look.is_none() && !self.gathered.is_empty() {
                return;
            }
        }
    }

    /// One piece alone is passed on as it is, without a copy.
    fn add(&mut self, data: Bytes) {
        if self.gathered.is_empty() {
            self.gathered = data;
            return;
        }
        let gathered = std::mem::take(&mut self.gathered).try_into_mut();
        let mut joined = gathered.unwrap_or_else(|shared| BytesMut::from(&*shared));
        joined.extend_from_slice(&data);
        self.gathered = joined.freeze();
    }

    /// Looks at what was gathered. Where answers with a sign are refused nothing goes on before all of it was seen.
    fn examine(&mut self) -> Result<(), Sign> {
        let Some(look) = &mut self.look else {
            return Ok(());
        };
        let mut sign = look.push(&self.gathered);
        if self.ended || self.behind.is_some() {
            sign = sign.or_else(|| look.end());
        } else if self.action == ResponseAction::Block {
            sign = sign.or_else(|| look.settle());
        }
        if look.is_over() {
            self.look = None;
        }
        let Some(sign) = sign else { return Ok(()) };
        self.found = Some(sign);
        if sign.is_refused(self.action) {
            return Err(sign);
        }
        Ok(())
    }
}

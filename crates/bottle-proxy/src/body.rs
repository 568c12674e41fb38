//! Message bodies: streamed, counted, watched for standstill and for the loss of their grant.

mod counter;
mod sieve;
mod standstill;
mod veil;

pub(crate) use self::counter::Counter;
pub(crate) use self::sieve::Sieve;
pub(crate) use self::veil::Veil;

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bottle_core::Guard;
use bytes::Bytes;
use http::HeaderMap;
use hyper::body::{Body as HttpBody, Frame, Incoming, SizeHint};
use thiserror::Error;
use tokio::sync::OwnedSemaphorePermit;

use self::standstill::Standstill;
use crate::decision_log::{OpenRecord, Record};
use crate::gate::{Cut, Refusal};
use crate::grant::Grant;
use crate::headers::clean_trailers;
use crate::inflate::Inflate;
use crate::limits::MAX_REPLAY_BYTES;
use crate::upstream::PutBack;
use crate::watch::{Sign, Tap};

/// Why a body ended early.
#[derive(Debug, Error)]
#[non_exhaustive]
pub(crate) enum BodyError {
    #[error("body broke off")]
    Broken(#[from] hyper::Error),
    #[error("body stood still for too long")]
    Stalled,
    #[error("the request is not granted any more")]
    Revoked,
    #[error("body is not compressed as it says")]
    Coding(#[source] std::io::Error),
    #[error("something was found in the body")]
    Refused,
}

/// A frame of a body, its error, or its end.
pub(crate) type Polled = Poll<Option<Result<Frame<Bytes>, BodyError>>>;

#[derive(Debug)]
enum Source {
    Whole(Option<Bytes>),
    Stream(Incoming),
}

/// What becomes of the fields behind a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trailers {
    /// They end here: a client must not add header fields late.
    Drop,
    /// They travel on, cleaned like header fields: gRPC has its status there.
    Pass,
}

/// What arrives of a body next.
#[derive(Debug)]
pub(crate) struct Arrival {
    /// A frame, an error, or the end.
    pub(crate) frame: Option<Result<Frame<Bytes>, BodyError>>,
    /// It is known already that nothing follows.
    pub(crate) is_last: bool,
}

/// A request or response body on its way.
///
/// It is one pointer wide: requests and answers are moved often, and a connection reserves room for 32 requests.
#[derive(Debug)]
pub(crate) struct Body(Box<Flow>);

/// What a body consists of.
#[derive(Debug)]
struct Flow {
    source: Source,
    trailers: Trailers,
    counter: Counter,
    standstill: Option<Standstill>,
    /// The source has nothing more to give.
    ended: bool,
    /// The share of the memory for bodies that this one takes.
    room: Option<Arc<OwnedSemaphorePermit>>,
    /// Written to the decision log when this body is done with.
    record: Option<OpenRecord>,
    /// The connection that is free when this body was read to its end.
    put_back: Option<PutBack>,
    /// Without it nothing more is passed on.
    grant: Option<Grant>,
    /// Covers values that must not be seen.
    veil: Option<Box<Veil>>,
    /// Looks at what comes.
    tap: Option<Box<Tap>>,
    /// Trailers that wait for what was held back.
    late: Option<HeaderMap>,
    /// Looks at a request.
    sieve: Option<Box<dyn Sieve>>,
    /// Why the request of this answer was cut off, when it is.
    cut: Option<Cut>,
}

impl Body {
    /// No body.
    pub(crate) fn empty() -> Self {
        Self::whole(Bytes::new())
    }

    /// A body that is there already.
    pub(crate) fn whole(bytes: Bytes) -> Self {
        Self::new(
            Source::Whole((!bytes.is_empty()).then_some(bytes)),
            Counter::default(),
        )
    }

    /// A request body that arrives from a client, counted in `counter`. Its trailers are dropped.
    pub(crate) fn stream(incoming: Incoming, counter: Counter) -> Self {
        Self::new(Source::Stream(incoming), counter)
    }

    /// A response body that arrives from the next hop; it ends when `grant` does, and `put_back` is due at its end.
    pub(crate) fn response(incoming: Incoming, grant: Grant, put_back: Option<PutBack>) -> Self {
        let mut body = Self::new(Source::Stream(incoming), Counter::default());
        body.0.trailers = Trailers::Pass;
        body.0.grant = Some(grant);
        body.0.put_back = put_back;
        body
    }

    fn new(source: Source, counter: Counter) -> Self {
        Self(Box::new(Flow {
            source,
            trailers: Trailers::Drop,
            counter,
            standstill: None,
            ended: false,
            room: None,
            record: None,
            put_back: None,
            grant: None,
            veil: None,
            tap: None,
            late: None,
            sieve: None,
            cut: None,
        }))
    }

    /// Ends this body when `grant` does.
    pub(crate) fn with_grant(mut self, grant: Grant) -> Self {
        self.0.grant = Some(grant);
        self
    }

    /// Covers values on their way.
    pub(crate) fn with_veil(mut self, veil: Option<Veil>) -> Self {
        self.0.veil = veil.map(Box::new);
        self
    }

    /// Looks at what comes.
    pub(crate) fn with_tap(mut self, tap: Tap) -> Self {
        self.0.tap = Some(Box::new(tap));
        self
    }

    /// What arrives next, for whoever reads before the body is passed on.
    pub(crate) fn poll_arrival(&mut self, cx: &mut Context<'_>) -> Poll<Arrival> {
        self.0.poll_arrival(cx)
    }

    /// Looks at this body on its way.
    pub(crate) fn with_sieve(mut self, sieve: Box<dyn Sieve>) -> Self {
        self.0.sieve = Some(sieve);
        self
    }

    /// Notes in the log why the request was cut off, should it be.
    pub(crate) fn with_cut(mut self, cut: Cut) -> Self {
        self.0.cut = Some(cut);
        self
    }

    /// Keeps a share of the memory for bodies as long as this body.
    pub(crate) fn with_room(mut self, room: Option<OwnedSemaphorePermit>) -> Self {
        self.0.room = room.map(Arc::new);
        self
    }

    /// The same body for a request that may have to be sent again; none when that would hold too much.
    pub(crate) fn again(&self) -> Option<Self> {
        let bytes = match &self.0.source {
            Source::Whole(bytes) => bytes.clone().unwrap_or_default(),
            Source::Stream(incoming) if incoming.is_end_stream() => Bytes::new(),
            Source::Stream(_) => return None,
        };
        let mut again = (bytes.len() <= MAX_REPLAY_BYTES).then(|| Self::whole(bytes))?;
        again.0.room.clone_from(&self.0.room);
        Some(again)
    }

    /// Ties a log record to this body: it is written when the body ends or is given up.
    pub(crate) fn with_record(mut self, record: OpenRecord) -> Self {
        self.0.counter = record.bytes_out();
        self.0.record = Some(record);
        self
    }
}

impl Flow {
    /// The next frame, looked at where answers are.
    fn poll_source(&mut self, cx: &mut Context<'_>) -> Polled {
        let Some(mut tap) = self.tap.take() else {
            return self.poll_incoming(cx);
        };
        let polled = tap.poll(cx, |cx| self.poll_arrival(cx));
        if let (Some(sign), Some(open)) = (tap.take_found(), &mut self.record) {
            let is_refused = matches!(polled, Poll::Ready(Some(Err(BodyError::Refused))));
            note(sign, is_refused, &mut open.record);
        }
        self.tap = Some(tap);
        polled
    }

    fn poll_arrival(&mut self, cx: &mut Context<'_>) -> Poll<Arrival> {
        let frame = ready!(self.poll_incoming(cx));
        let is_last = match &self.source {
            Source::Whole(bytes) => bytes.is_none(),
            Source::Stream(incoming) => incoming.is_end_stream(),
        };
        Poll::Ready(Arrival { frame, is_last })
    }

    fn poll_incoming(&mut self, cx: &mut Context<'_>) -> Polled {
        let incoming = match &mut self.source {
            Source::Whole(bytes) => {
                return Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes))));
            }
            Source::Stream(incoming) => incoming,
        };
        if self.grant.as_mut().is_some_and(Grant::is_lost) {
            return Poll::Ready(Some(Err(BodyError::Revoked)));
        }
        let mut polled = Pin::new(&mut *incoming).poll_frame(cx);
        if polled.is_pending()
            && let Some(put_back) = &mut self.put_back
        {
            put_back.drive(cx);
            polled = Pin::new(incoming).poll_frame(cx);
        }
        match polled {
            Poll::Ready(frame) => {
                if let Some(standstill) = &mut self.standstill {
                    standstill.is_over();
                }
                Poll::Ready(frame.map(|frame| frame.map_err(BodyError::from)))
            }
            Poll::Pending => self.poll_standstill(cx),
        }
    }

    fn pass(&mut self, data: Bytes) -> Polled {
        self.counter.add(data.len());
        Poll::Ready(Some(Ok(Frame::data(data))))
    }

    fn fail(&mut self, error: BodyError) -> Polled {
        self.close_record();
        (self.room, self.put_back) = (None, None);
        Poll::Ready(Some(Err(error)))
    }

    /// Writes the record, with the reason if the request was cut off under its answer.
    fn close_record(&mut self) {
        let cut = self.cut.as_ref().and_then(|cut| cut.get());
        if let (Some(refusal), Some(record)) = (cut, &mut self.record) {
            record.record.refused_for(refusal);
        }
        self.record = None;
    }

    /// Nothing more will be read: the record can be written, and the connection be used again.
    fn finish(&mut self) {
        self.close_record();
        self.room = None;
        if let Some(put_back) = self.put_back.take() {
            put_back.put();
        }
    }
}

impl HttpBody for Body {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Polled {
        self.0.poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.size_hint()
    }
}

impl Flow {
    fn poll_frame(&mut self, cx: &mut Context<'_>) -> Polled {
        if self.sieve.is_some() {
            return self.poll_sieve(cx);
        }
        loop {
            match self.unveiled() {
                Some(Ok(data)) => return self.pass(data),
                Some(Err(error)) => return self.fail(error),
                None => {}
            }
            if let Some(trailers) = self.late.take() {
                return Poll::Ready(Some(Ok(Frame::trailers(trailers))));
            }
            let frame = match ready!(self.poll_source(cx)) {
                Some(Ok(frame)) => frame,
                Some(Err(error)) => return self.fail(error),
                None => {
                    self.ended = true;
                    let inflate = self.veil.as_mut().and_then(|veil| veil.inflate.as_mut());
                    if let Some(Err(error)) = inflate.map(Inflate::end) {
                        return self.fail(BodyError::Coding(error));
                    }
                    if let Some(rest) = self.veil.as_mut().and_then(|veil| veil.mask.finish()) {
                        return self.pass(rest);
                    }
                    self.finish();
                    return Poll::Ready(None);
                }
            };
            match frame.into_trailers() {
                Ok(_) if self.trailers == Trailers::Drop && Guard::RequestTrailers.is_on() => {}
                Ok(mut trailers) => {
                    clean_trailers(&mut trailers);
                    let Some(veil) = self.veil.as_mut() else {
                        return Poll::Ready(Some(Ok(Frame::trailers(trailers))));
                    };
                    veil.mask.cover_headers(&mut trailers);
                    let rest = veil.mask.finish();
                    self.late = Some(trailers);
                    if let Some(rest) = rest {
                        return self.pass(rest);
                    }
                }
                Err(data) => {
                    let data = data.into_data().unwrap_or_default();
                    if let Some(data) = self.veiled(data) {
                        return self.pass(data);
                    }
                }
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.source {
            Source::Whole(bytes) => bytes.is_none(),
            Source::Stream(incoming) => {
                if self.sieve.is_some() {
                    return self.ended;
                }
                let held = self.veil.as_ref().is_some_and(|veil| veil.is_holding());
                let held = held || self.tap.as_ref().is_some_and(|tap| tap.is_holding());
                (self.ended || incoming.is_end_stream()) && !(held || self.late.is_some())
            }
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.source {
            Source::Whole(Some(bytes)) => {
                SizeHint::with_exact(u64::try_from(bytes.len()).unwrap_or(u64::MAX))
            }
            Source::Whole(None) => SizeHint::with_exact(0),
            Source::Stream(incoming) => {
                // Covering changes no length and looking neither, but some of it may be held back.
                let covered = match self.veil.as_deref() {
                    None => 0,
                    Some(Veil {
                        inflate: Some(_), ..
                    }) => return SizeHint::default(),
                    Some(Veil {
                        inflate: None,
                        mask,
                    }) => mask.held(),
                };
                let looked_at = self.sieve.as_ref().map_or(0, |sieve| sieve.held())
                    + self.tap.as_ref().map_or(0, |tap| tap.held());
                later_by(&incoming.size_hint(), covered + looked_at)
            }
        }
    }
}

/// Notes what was found in an answer that began already.
fn note(sign: Sign, is_refused: bool, record: &mut Record) {
    record.injection = Some(sign.name());
    if is_refused {
        let status = record.status;
        record.refused_for(&Refusal::from(sign));
        record.status = status;
    }
}

/// The hint of a source of which so many bytes more are held.
fn later_by(hint: &SizeHint, held: usize) -> SizeHint {
    let held = u64::try_from(held).unwrap_or(u64::MAX);
    let exact = hint.exact().map(|rest| rest.saturating_add(held));
    exact.map(SizeHint::with_exact).unwrap_or_default()
}

impl Drop for Flow {
    fn drop(&mut self) {
        // Whoever knows the length stops asking at the last byte.
        if self.put_back.is_some() && self.is_end_stream() {
            self.finish();
        }
        self.close_record();
    }
}

//! A stream that lets only plain HTTP/1.1 requests through.
//!
//! It stands between the socket and the HTTP library. A head is held until it is whole and passed [`head::check`];
//! bodies are followed to their end, so that the next head is found. On the first doubtful byte of a head the library
//! gets something it answers with 400, on that of a body an error, and the connection ends.

use std::future::Future;
use std::io;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker, ready};

use bottle_core::Guard;
use bytes::{BufMut, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

use super::chunks::Chunks;
use super::head::{self, Follows};
use super::prefixed::pour;
use crate::limits::{HEAD_TIMEOUT, MAX_HEAD_BYTES};

/// What the library reads in place of a refused head: it can only answer it with 400.
const NOT_HTTP: &[u8] = b"\0\r\n\r\n";

/// The end of a head.
const HEAD_END: &[u8] = b"\r\n\r\n";

/// Room made for reading a head.
const READ_STEP: usize = 4096;

#[derive(Debug, Clone, Copy)]
enum State {
    /// Collecting a head; so many bytes of it were searched for its end.
    Head(usize),
    /// So many bytes of a body to come.
    Body(u64),
    /// Inside a chunked body.
    Chunks(Chunks),
    /// A request asked for another protocol. The library gets nothing before it has begun to answer, and if it
    /// changes the protocol, it asks for nothing.
    Upgrade,
    /// CONNECT was asked for: what follows is for whoever takes the stream apart, never for the library.
    Tunnel,
    /// A doubtful byte was seen in a head.
    Refused,
    /// A doubtful byte was seen in a body. The library gets an error: whatever bytes it got instead could end the body
    /// in its eyes.
    Broken,
}

/// A stream whose reading side carries only heads and bodies that can be understood in one way.
#[derive(Debug)]
pub(crate) struct Strict<S> {
    stream: S,
    state: State,
    /// Read from the stream, not judged yet.
    raw: BytesMut,
    /// Judged, to be read by the library.
    judged: BytesMut,
    /// Who waits for the answer to an upgrade.
    waiting: Option<Waker>,
    /// When the head that is being read must be complete.
    deadline: Option<Pin<Box<Sleep>>>,
}

impl<S> Strict<S> {
    /// Guards `stream`, which is about to carry a request head.
    pub(crate) fn new(stream: S) -> Self {
        Self {
            stream,
            state: State::Head(0),
            raw: BytesMut::new(),
            judged: BytesMut::new(),
            waiting: None,
            deadline: None,
        }
    }

    /// The stream itself, with the bytes that were read from it and not passed on.
    pub(crate) fn into_parts(self) -> (S, BytesMut) {
        let mut rest = self.judged;
        rest.extend_from_slice(&self.raw);
        (self.stream, rest)
    }

    /// Judges what is in `raw`; true when something can be read now.
    fn judge(&mut self) -> bool {
        match self.state {
            State::Head(searched) => self.judge_head(searched),
            State::Body(left) => {
                let count = usize::try_from(left)
                    .unwrap_or(usize::MAX)
                    .min(self.raw.len());
                self.pass(count);
                self.state = after_body(left, count);
            }
            State::Chunks(mut chunks) => {
                if let Ok(count) = chunks.advance(&self.raw) {
                    self.pass(count);
                    self.state = after_chunks(chunks);
                } else {
                    self.raw = BytesMut::new();
                    self.state = State::Broken;
                }
            }
            State::Tunnel | State::Refused | State::Broken | State::Upgrade => {}
        }
        !self.judged.is_empty()
    }

    fn judge_head(&mut self, searched: usize) {
        let from = searched.saturating_sub(HEAD_END.len() - 1);
        let unseen = self.raw.get(from..).unwrap_or_default();
        let Some(end) = unseen
            .windows(HEAD_END.len())
            .position(|window| window == HEAD_END)
        else {
            // A line that is no request line gets its answer now, not when its sender loses patience.
            let wrong = searched < READ_STEP && !head::starts_well(&self.raw);
            self.state = State::Head(self.raw.len());
            if wrong || is_too_long(self.raw.len()) {
                self.refuse();
            }
            return;
        };
        let length = from + end + HEAD_END.len();
        match self.raw.get(..length).map(head::check) {
            Some(Ok(follows)) if !is_too_long(length) => {
                self.pass(length);
                self.deadline = None;
                self.state = after_head(follows);
            }
            _ => self.refuse(),
        }
    }

    fn pass(&mut self, count: usize) {
        if self.judged.is_empty() {
            self.judged = self.raw.split_to(count);
        } else {
            self.judged.extend_from_slice(&self.raw.split_to(count));
        }
    }

    /// An answer begins: when it is that to an upgrade and the library reads on after it, a head follows.
    ///
    /// The rest of an earlier answer is taken for it, too. That costs nothing: the next bytes are judged all the same.
    fn see_answer(&mut self) {
        if matches!(self.state, State::Upgrade) {
            self.state = State::Head(0);
            if let Some(waker) = self.waiting.take() {
                waker.wake();
            }
        }
    }

    fn refuse(&mut self) {
        self.state = State::Refused;
        self.raw = BytesMut::new();
        self.judged.put_slice(NOT_HTTP);
    }
}

fn is_too_long(head: usize) -> bool {
    head > MAX_HEAD_BYTES && Guard::HeadBytes.is_on()
}

fn after_head(follows: Follows) -> State {
    match follows {
        Follows::Nothing => State::Head(0),
        Follows::Length(length) => State::Body(length),
        Follows::Chunks => State::Chunks(Chunks::START),
        Follows::Upgrade => State::Upgrade,
        Follows::Tunnel => State::Tunnel,
    }
}

fn after_body(left: u64, seen: usize) -> State {
    match left.saturating_sub(u64::try_from(seen).unwrap_or(u64::MAX)) {
        0 => State::Head(0),
        left => State::Body(left),
    }
}

fn after_chunks(chunks: Chunks) -> State {
    if chunks == Chunks::Done {
        State::Head(0)
    } else {
        State::Chunks(chunks)
    }
}

impl<S: AsyncRead + Unpin> Strict<S> {
    /// Reads more into `raw`; ready with zero at the end of the stream.
    fn poll_fill(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        self.raw.reserve(READ_STEP);
        let result = pin!(self.stream.read_buf(&mut self.raw)).poll(cx);
        if result.is_pending() && matches!(self.state, State::Head(1..)) {
            let deadline = self
                .deadline
                .get_or_insert_with(|| Box::pin(sleep(HEAD_TIMEOUT)));
            if deadline.as_mut().poll(cx).is_ready() && Guard::HeadTime.is_on() {
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
        }
        result
    }

    /// Reads a body's bytes straight into the library's buffer.
    fn poll_body(
        &mut self,
        left: u64,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let limit = usize::try_from(left)
            .unwrap_or(usize::MAX)
            .min(buffer.remaining());
        let mut part = ReadBuf::new(buffer.initialize_unfilled_to(limit));
        ready!(Pin::new(&mut self.stream).poll_read(cx, &mut part))?;
        let count = part.filled().len();
        buffer.advance(count);
        self.state = after_body(left, count);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Strict<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        loop {
            if !this.judged.is_empty() || (!this.raw.is_empty() && this.judge()) {
                pour(&mut this.judged, buffer, usize::MAX);
                if this.judged.is_empty() {
                    // Let go of the shared buffer, so that it can be filled again instead of a new one.
                    this.judged = BytesMut::new();
                }
                return Poll::Ready(Ok(()));
            }
            match this.state {
                State::Refused => return Poll::Ready(Ok(())),
                State::Broken => return Poll::Ready(Err(io::ErrorKind::InvalidData.into())),
                State::Tunnel => return Poll::Pending,
                State::Upgrade => {
                    this.waiting = Some(cx.waker().clone());
                    return Poll::Pending;
                }
                State::Body(left) => return this.poll_body(left, cx, buffer),
                State::Head(_) | State::Chunks(_) => {
                    if ready!(this.poll_fill(cx))? == 0 {
                        return Poll::Ready(Ok(()));
                    }
                }
            }
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Strict<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if !bytes.is_empty() {
            self.see_answer();
        }
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if slices.iter().any(|slice| !slice.is_empty()) {
            self.see_answer();
        }
        Pin::new(&mut self.stream).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

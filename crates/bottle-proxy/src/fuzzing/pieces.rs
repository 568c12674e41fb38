//! A client whose bytes arrive in pieces, and what drives its connection without waiting.

use std::cell::LazyCell;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::runtime::{Builder, Runtime};

/// How often a future may ask to be polled again; more is an endless loop.
const MAX_POLLS: usize = 1_000_000;

/// Polls of a silent client after its last byte, in which tasks beside the connection get their turn.
const SILENCE: usize = 16;

/// How large the pieces are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Split {
    /// As large as the reader takes.
    Whole,
    /// One byte each.
    Single,
    /// Drawn from a seed.
    Drawn(u64),
}

impl Split {
    /// The two ends, and two in between that depend on the bytes.
    pub(super) fn several(bytes: &[u8]) -> [Self; 4] {
        // FNV-1a: the fuzzer changes the bytes, and the splits with them.
        let seed = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
        });
        let seed = seed | 1;
        [
            Self::Whole,
            Self::Single,
            Self::Drawn(seed),
            Self::Drawn(seed.rotate_left(17)),
        ]
    }

    fn next(&mut self) -> usize {
        match self {
            Self::Whole => usize::MAX,
            Self::Single => 1,
            Self::Drawn(state) => {
                // Xorshift, of which six bits choose: most pieces are small, some are large.
                *state ^= *state << 13;
                *state ^= *state >> 7;
                *state ^= *state << 17;
                let drawn = usize::try_from(*state & 0x3f).unwrap_or_default();
                if drawn < 48 { 1 + drawn % 8 } else { drawn * 4 }
            }
        }
    }
}

/// How a client goes on after its last byte.
#[derive(Debug, Clone)]
enum Afterwards {
    /// It is silent until it is told to leave.
    Waits(Arc<AtomicBool>),
    /// It is silent for so many polls, then it leaves.
    Leaves(usize),
}

/// The server's side of a connection to a client that sends some bytes. What is written to it is thrown away.
#[derive(Debug)]
pub(super) struct Pieces {
    rest: Vec<u8>,
    at: usize,
    split: Split,
    /// The next piece was announced, and is there now.
    is_there: bool,
    afterwards: Afterwards,
}

impl Pieces {
    /// A client that leaves soon after its last byte.
    pub(super) fn ending(bytes: &[u8], split: Split) -> Self {
        Self {
            rest: bytes.to_vec(),
            at: 0,
            split,
            is_there: false,
            afterwards: Afterwards::Leaves(SILENCE),
        }
    }

    /// A client that stays until the second value is set.
    pub(super) fn staying(bytes: &[u8], split: Split) -> (Self, Arc<AtomicBool>) {
        let leave = Arc::<AtomicBool>::default();
        let client = Self {
            afterwards: Afterwards::Waits(Arc::clone(&leave)),
            ..Self::ending(bytes, split)
        };
        (client, leave)
    }

    fn poll_end(&mut self, cx: &Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.afterwards {
            Afterwards::Leaves(0) => Poll::Ready(Ok(())),
            Afterwards::Leaves(left) => {
                *left -= 1;
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            Afterwards::Waits(leave) if leave.load(Ordering::Relaxed) => Poll::Ready(Ok(())),
            Afterwards::Waits(_) => Poll::Pending,
        }
    }
}

impl AsyncRead for Pieces {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let left = this.rest.get(this.at..).unwrap_or_default();
        if left.is_empty() {
            return this.poll_end(cx);
        }
        // Between two pieces there is time for everything else.
        this.is_there = !this.is_there;
        if this.is_there {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let count = this.split.next().min(left.len()).min(buffer.remaining());
        buffer.put_slice(left.get(..count).unwrap_or_default());
        this.at += count;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Pieces {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    /// As with a slow socket, a write takes the first part alone.
    fn is_write_vectored(&self) -> bool {
        true
    }
}

struct Asked(AtomicBool);

impl Wake for Asked {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Polls a future for as long as it has something to do; none when it waits for something from outside.
pub(super) fn settle<F: Future>(mut future: Pin<&mut F>) -> Option<F::Output> {
    let asked = Arc::new(Asked(AtomicBool::new(true)));
    let waker = Waker::from(Arc::clone(&asked));
    let mut cx = Context::from_waker(&waker);
    for _ in 0..MAX_POLLS {
        if !asked.0.swap(false, Ordering::Relaxed) {
            return None;
        }
        if let Poll::Ready(output) = future.as_mut().poll(&mut cx) {
            return Some(output);
        }
    }
    unreachable!("a future that never comes to rest")
}

/// A runtime for this thread alone, with clocks and without sockets.
pub(super) fn runtime() -> Runtime {
    match Builder::new_current_thread().enable_time().build() {
        Ok(runtime) => runtime,
        Err(error) => unreachable!("a runtime without sockets needs nothing: {error}"),
    }
}

thread_local! {
    static CLOCK: LazyCell<Runtime> = LazyCell::new(runtime);
}

/// Runs what sets deadlines, none of which comes.
pub(super) fn with_clock<T>(run: impl FnOnce() -> T) -> T {
    CLOCK.with(|clock| {
        let _entered = clock.enter();
        run()
    })
}

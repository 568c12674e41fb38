//! A body of readable text, made as it is sent.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::LazyLock;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};

/// One piece of a body. Text and not zeros: nobody may take it for something that need not be looked at.
static PIECE: LazyLock<Bytes> = LazyLock::new(|| {
    let sentence = b"{\"role\": \"user\", \"text\": \"where is the reader of this file, and who calls it?\"}\n";
    sentence.iter().copied().cycle().take(64 * 1024).collect()
});

/// So many bytes of text, of which a length is announced.
#[derive(Debug)]
pub(crate) struct Text {
    left: u64,
}

impl Text {
    /// A text of so many bytes.
    pub(crate) const fn of(left: u64) -> Self {
        Self { left }
    }
}

impl Body for Text {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        let left = usize::try_from(self.left).unwrap_or(usize::MAX);
        let piece = PIECE.slice(..left.min(PIECE.len()));
        self.left = self
            .left
            .saturating_sub(u64::try_from(piece.len()).unwrap_or(u64::MAX));
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

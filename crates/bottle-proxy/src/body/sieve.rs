//! A request body that is looked at on its way.

use std::fmt;
use std::task::{Context, Poll};

use bytes::Bytes;

use super::{BodyError, Flow, Polled};

/// Looks at a request body on its way. What it lets go on was looked at; its end may be held back.
pub(crate) trait Sieve: fmt::Debug + Send {
    /// Takes the next piece.
    fn push(&mut self, data: Bytes);

    /// Whether it has so much that it should be asked what may go on.
    fn is_full(&self) -> bool;

    /// What may go on now, empty when nothing may.
    ///
    /// # Errors
    ///
    /// [`BodyError::Refused`] when something was found.
    fn pass(&mut self) -> Result<Bytes, BodyError>;

    /// The rest, when nothing more comes.
    ///
    /// # Errors
    ///
    /// [`BodyError::Refused`] when something was found.
    fn finish(&mut self) -> Result<Bytes, BodyError>;

    /// Bytes that it has.
    fn held(&self) -> usize;
}

impl Flow {
    /// What the sieve lets go on: when it has enough, or when nothing more is there at the moment.
    pub(super) fn poll_sieve(&mut self, cx: &mut Context<'_>) -> Polled {
        loop {
            let is_full = self.sieve.as_ref().is_some_and(|sieve| sieve.is_full());
            let polled = if is_full {
                Poll::Pending
            } else {
                self.poll_source(cx)
            };
            let Some(sieve) = self.sieve.as_mut() else {
                return Poll::Ready(None);
            };
            let passed = match polled {
                Poll::Ready(Some(Err(error))) => return self.fail(error),
                Poll::Ready(Some(Ok(frame))) => {
                    // Trailers of a request are dropped.
                    if let Ok(data) = frame.into_data() {
                        sieve.push(data);
                    }
                    continue;
                }
                Poll::Ready(None) if self.ended => return Poll::Ready(None),
                Poll::Ready(None) => {
                    self.ended = true;
                    sieve.finish()
                }
                Poll::Pending => sieve.pass(),
            };
            match passed {
                Err(error) => return self.fail(error),
                Ok(data) if !data.is_empty() => return self.pass(data),
                Ok(_) if self.ended => {
                    self.finish();
                    return Poll::Ready(None);
                }
                // It can take more now.
                Ok(_) if is_full => {}
                // The source was asked: it wakes us.
                Ok(_) => return Poll::Pending,
            }
        }
    }
}

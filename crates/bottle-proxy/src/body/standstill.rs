//! What ends a body that does not move.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::time::{Instant, Sleep, sleep};

use super::{BodyError, Flow, Polled};
use crate::grant::Grant;
use crate::limits::STALL_TIMEOUT;

/// What a body that does not move waits for besides its next bytes.
pub(super) struct Standstill {
    stall: Pin<Box<Sleep>>,
    revoked: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
}

impl fmt::Debug for Standstill {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Standstill")
    }
}

impl Standstill {
    fn new(grant: Option<Grant>) -> Self {
        let lost =
            |grant: Grant| -> Pin<Box<dyn Future<Output = ()> + Send>> { Box::pin(grant.lost()) };
        Self {
            stall: Box::pin(sleep(STALL_TIMEOUT)),
            revoked: grant.map(lost),
        }
    }

    /// Something came: the wait begins anew.
    pub(super) fn is_over(&mut self) {
        let later = Instant::now() + STALL_TIMEOUT;
        self.stall.as_mut().reset(later);
    }
}

impl Flow {
    pub(super) fn poll_standstill(&mut self, cx: &mut Context<'_>) -> Polled {
        let standstill = self
            .standstill
            .get_or_insert_with(|| Standstill::new(self.grant.clone()));
        if let Some(revoked) = &mut standstill.revoked
            && revoked.as_mut().poll(cx).is_ready()
        {
            standstill.revoked = None;
            return Poll::Ready(Some(Err(BodyError::Revoked)));
        }
        ready!(standstill.stall.as_mut().poll(cx));
        Poll::Ready(Some(Err(BodyError::Stalled)))
    }
}

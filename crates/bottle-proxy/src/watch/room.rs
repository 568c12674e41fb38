//! What all answers that are held may take together.

use std::sync::Arc;

use bottle_egress::DenialCode;
use bottle_pipelock::{RouteDlp, find_injection_but};
use bytes::Bytes;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::spawn_blocking;

use super::Sign;
use super::hold::View;
use super::look::Look;
use crate::limits::{MAX_HELD_RESPONSES, MAX_SCAN_INLINE, MAX_SCANS};

/// Memory and threads for answers that are looked at as a whole.
#[derive(Debug)]
pub(crate) struct Room {
    held: Arc<Semaphore>,
    /// Threads for those that are long.
    looks: Semaphore,
}

impl Default for Room {
    fn default() -> Self {
        Self {
            held: Arc::new(Semaphore::new(MAX_HELD_RESPONSES)),
            looks: Semaphore::new(MAX_SCANS),
        }
    }
}

impl Room {
    /// A place for one answer; none when all are taken. Nobody waits for one: the answer flows on as it comes.
    pub(super) fn take(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.held).try_acquire_owned().ok()
    }

    /// Looks at what was held. What is long, or may become so, is looked at beside everything else.
    ///
    /// # Errors
    ///
    /// When the look itself ended badly.
    pub(super) async fn look(
        &self,
        mut look: Look,
        view: View,
    ) -> Result<(Look, Option<Sign>), DenialCode> {
        let is_long = look.work(view.length()) > MAX_SCAN_INLINE;
        let run = move || {
            let sign = view.looked_at(&mut look);
            (look, sign)
        };
        self.aside(is_long, run).await
    }

    /// Looks at a whole text.
    ///
    /// # Errors
    ///
    /// When the look itself ended badly.
    pub(super) async fn find(
        &self,
        text: Bytes,
        dlp: &Arc<RouteDlp>,
    ) -> Result<Option<Sign>, DenialCode> {
        let is_long = text.len() > MAX_SCAN_INLINE;
        let dlp = Arc::clone(dlp);
        let run = move || find_injection_but(&text, &dlp.allow).map(Sign::Order);
        self.aside(is_long, run).await
    }

    async fn aside<T: Send + 'static>(
        &self,
        is_long: bool,
        run: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, DenialCode> {
        if !is_long {
            return Ok(run());
        }
        let _turn = self.looks.acquire().await;
        let ran = spawn_blocking(run).await;
        ran.map_err(|_| DenialCode::InternalFailClosed)
    }
}

//! Whether what is still under way would be allowed by the rules as they are now.

use std::fmt;
use std::pin::pin;
use std::sync::Arc;

use bottle_core::{Guard, ProposalId};
use bottle_egress::Exchange;
use tokio::sync::futures::Notified;

/// Tells whether a request that was allowed once still is.
pub(crate) trait Rejudge: Send + Sync {
    /// Whether the rules are others than those that were looked at last, for whoever has looked at `seen`.
    fn version(&self) -> u64;

    /// Whether a request would be allowed now.
    fn allows(&self, request: &GrantedRequest) -> bool;

    /// Waits until the rules are replaced.
    fn changed(&self) -> Notified<'_>;
}

/// What was granted.
#[derive(Debug)]
pub(crate) struct GrantedRequest {
    pub(crate) destination: bottle_egress::Destination,
    pub(crate) method: http::Method,
    pub(crate) target: String,
    /// What it became, or may.
    pub(crate) exchange: Exchange,
    /// The grant of the operator that let it through, where no route did.
    pub(crate) by: Option<ProposalId>,
}

/// The standing right to go on with an exchange.
#[derive(Clone)]
pub(crate) struct Grant {
    judge: Arc<dyn Rejudge>,
    request: Arc<GrantedRequest>,
    seen: u64,
}

impl fmt::Debug for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.request.fmt(f)
    }
}

impl Grant {
    /// The right that was given under the rules of version `seen`.
    pub(crate) fn new(judge: Arc<dyn Rejudge>, request: GrantedRequest, seen: u64) -> Self {
        Self {
            judge,
            request: Arc::new(request),
            seen,
        }
    }

    /// What was granted.
    pub(crate) fn request(&self) -> &GrantedRequest {
        &self.request
    }

    /// Whether the right is gone. Costs one load while the rules do not change.
    pub(crate) fn is_lost(&mut self) -> bool {
        let version = self.judge.version();
        if version == self.seen || !Guard::Rejudging.is_on() {
            return false;
        }
        let allowed = self.judge.allows(&self.request);
        if allowed {
            self.seen = version;
        }
        !allowed
    }

    /// Waits until the right is gone.
    pub(crate) async fn lost(mut self) {
        let judge = Arc::clone(&self.judge);
        loop {
            // Listening begins before looking, so that nothing is missed.
            let mut changed = pin!(judge.changed());
            changed.as_mut().enable();
            if self.is_lost() {
                return;
            }
            changed.await;
        }
    }
}

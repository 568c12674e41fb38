//! Where the facts of the screen come from, and where its decisions go.

use std::time::Duration;

use bottle_core::{Identity, ProposalId};

use super::model::{Approval, Decided, Rejection};
use super::post::Post;
use super::view::{CardView, GrantRow, ProposalKey, Survey, Variant, Waiting};

/// Where facts come from and decisions go. Every call may wait, for a bounded time, and is made on a thread of its own.
pub(crate) trait Source: Send + Sync + 'static {
    /// Everything that waits for an answer.
    fn waiting(&self) -> Waiting;

    /// Every bottle of the home.
    fn survey(&self) -> Survey;

    /// All that there is to know of one proposal, as it was asked for or changed.
    ///
    /// # Errors
    ///
    /// When it cannot be decided.
    fn card(&self, key: &ProposalKey, variant: &Variant) -> anyhow::Result<CardView>;

    /// Carries an approval out.
    fn approve(&self, approval: &Approval) -> Decided;

    /// Carries a refusal out.
    fn reject(&self, rejection: &Rejection) -> Decided;

    /// What was granted to a bottle and holds.
    ///
    /// # Errors
    ///
    /// When that cannot be asked.
    fn grants(&self, identity: &Identity) -> anyhow::Result<Vec<GrantRow>>;

    /// Takes a grant back. Answers what there is to say about it.
    ///
    /// # Errors
    ///
    /// When it may still hold.
    fn revoke(&self, identity: &Identity, grant: &ProposalId) -> anyhow::Result<String>;

    /// Ends a bottle. Answers what there is to say about it.
    ///
    /// # Errors
    ///
    /// When it may still run.
    fn stop(&self, identity: &Identity) -> anyhow::Result<String>;

    /// Puts decisions into the post as they are made, for the bottles that run; called whenever those are others. It does not
    /// wait.
    fn follow(&self, survey: &Survey, post: &Post);

    /// A wait for something to change: answers when it has, or when the time is over.
    fn watch(&self) -> Box<dyn Watch>;
}

/// A wait for something to change in a queue.
pub(crate) trait Watch: Send {
    /// Answers when something may have changed, or when the time is over; whether it may have.
    fn wait(&mut self, timeout: Duration) -> bool;
}

//! What an agent asks for, shown to an operator, and what the operator decides about it.
//!
//! [`Approvals::review`] shows what a proposal would change, computed from the bottle's own tables, and a token that stands
//! for all that it was computed from. [`Approvals::approve`] takes that token: when the proposal or a table is another one by
//! then, nothing is granted. A decision is in the audit trail before it holds, and the agent is told that it holds when the
//! proxies have said that they go by it.

mod apply;
mod approve;
mod card;
mod credential;
mod decision;
mod error;
mod live;
mod offer;
mod page;
mod past;
mod policies;
mod record;
mod reject;
mod review;
mod revoke;
mod token;

use bottle_core::{Identity, ProposalId};
use bottle_state::Home;

use crate::backend::Backend;

pub use self::apply::ApplyError;
pub use self::approve::Approved;
pub use self::card::{Card, CardWarning, CredentialCard, Past, Refusal, Standing};
pub use self::decision::{CredentialWish, Decision, GivenValue, MAX_NOTES, Wish};
pub use self::error::ApprovalError;
pub use self::live::Rules;
pub use self::revoke::{Revocation, Revoked};
pub use self::token::{ReviewToken, ReviewTokenError};

/// One proposal of one bottle.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subject {
    /// Whose agent asks.
    pub identity: Identity,
    /// The proposal.
    pub id: ProposalId,
}

impl std::fmt::Display for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.identity, self.id)
    }
}

/// The operator's desk: where proposals are shown and decided about.
#[derive(Debug)]
pub struct Approvals<'a, B> {
    home: &'a Home,
    backend: Option<&'a B>,
}

impl<'a, B: Backend> Approvals<'a, B> {
    /// The desk of a home. Without an engine proposals can be shown and rejected, not approved.
    pub const fn new(home: &'a Home, backend: Option<&'a B>) -> Self {
        Self { home, backend }
    }

    fn backend(&self) -> Result<&'a B, ApprovalError> {
        self.backend.ok_or(ApprovalError::NoEngine)
    }
}

//! One proposal that waits.

use bottle_core::{Identity, ProposalId};
use bottle_state::Timestamp;

/// Which proposal.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ProposalKey {
    /// Whose agent asks.
    pub(crate) identity: Identity,
    /// Its name.
    pub(crate) id: ProposalId,
}

/// One proposal that waits, as a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ProposalRow {
    /// Which.
    pub(crate) key: ProposalKey,
    /// With which tool it came.
    pub(crate) tool: &'static str,
    /// The host that it is about, where it is about one.
    pub(crate) host: Option<String>,
    /// Why, in the agent's words.
    pub(crate) words: String,
    /// When it came.
    pub(crate) created: Timestamp,
}

/// Everything that waits for an answer, and why not more is known of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Waiting {
    /// In any order.
    pub(crate) proposals: Vec<ProposalRow>,
    /// What could not be read, or is not looked at.
    pub(crate) problem: Option<String>,
}

//! One thing that an operator granted.

use bottle_core::ProposalId;

/// A grant that holds, as a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GrantRow {
    /// The proposal that it came from.
    pub(crate) id: ProposalId,
    /// Which hosts.
    pub(crate) host: String,
    /// What may be asked of them.
    pub(crate) what: String,
    /// For how long, in words.
    pub(crate) lease: String,
}

//! What a tool is called for.

use bottle_core::ProposalId;
use bottle_state::Ask;

/// One call, understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Call {
    /// Something is asked for.
    Ask {
        /// What.
        ask: Ask,
        /// Why.
        justification: String,
    },
    /// The live table is to be shown.
    Routes,
    /// What became of a proposal.
    Status(ProposalId),
}

//! What the operator answered.

use bottle_core::{FileVersion, ProposalId};
use serde::{Deserialize, Serialize};

use crate::{EgressAsk, Timestamp};

/// The version of the file of an answer that is written and read.
const VERSION: u32 = 1;

/// The answer to one proposal, as it lies in `answers/<id>.json` of the bottle's queue. The host alone writes it, once; the agent
/// reads it through `supervise`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// The version of the file.
    pub version: FileVersion<VERSION>,
    /// To which proposal.
    pub proposal: ProposalId,
    /// When.
    pub answered: Timestamp,
    /// What.
    pub verdict: AnswerVerdict,
    /// What the operator has to say about it; may be empty.
    pub notes: String,
    /// Until when it holds, in seconds since 1970; `None` until the bottle ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<u64>,
    /// For how many requests it holds; `None` for any number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uses: Option<u32>,
    /// What was granted instead of what was asked for, when it is something else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub granted: Option<EgressAsk>,
}

/// What was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AnswerVerdict {
    /// It holds now.
    Approved,
    /// It does not.
    Rejected,
}

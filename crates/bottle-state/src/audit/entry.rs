//! One decision.

use bottle_core::Identity;
use serde_json::Value;

use super::Operator;
use crate::Timestamp;

/// One decision of an operator.
#[derive(Debug, Clone)]
pub struct AuditEntry<'a> {
    /// When.
    pub time: Timestamp,
    /// About which bottle.
    pub identity: &'a Identity,
    /// What was decided: `git.allow`, `proposal.approved`, `proposal.rejected`, `proposal.failed`, `grant.revoked`.
    pub action: &'static str,
    /// By whom.
    pub operator: Operator,
    /// The rest, an object. Nothing secret; what is in it may have been chosen by an agent.
    pub details: Value,
}

//! What was granted while the bottle runs, and for how long.

use std::num::NonZeroU32;

use bottle_core::ProposalId;
use serde::{Deserialize, Serialize};

use crate::route::Route;

/// A rule that an operator added to a running bottle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// The proposal that it came from.
    pub id: ProposalId,
    /// What it allows. On a host that has a route of its own it adds to that one.
    pub route: Route,
    /// For how long.
    pub lease: Lease,
}

/// For how long a grant holds: until the first of these; until the bottle ends when there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lease {
    /// Until this moment, in seconds since 1970-01-01T00:00:00Z.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<u64>,
    /// For so many requests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uses: Option<NonZeroU32>,
}

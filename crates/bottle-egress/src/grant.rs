//! What was granted while the bottle runs, and for how long.

use std::collections::BTreeSet;
use std::num::NonZeroU32;

use bottle_core::ProposalId;
use serde::{Deserialize, Serialize};

use crate::route::{Route, RouteOrigin};

/// The most grants of one bottle at a time. A refused request is held against each of them.
pub const MAX_GRANTS: usize = 200;

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

impl Lease {
    /// Whether it ends with the bottle alone.
    pub const fn is_endless(&self) -> bool {
        self.until.is_none() && self.uses.is_none()
    }
}

/// The grants of a bottle, in the order in which they were given: at most [`MAX_GRANTS`], no two from one proposal.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Grants(Vec<Grant>);

/// Grants that cannot stand beside each other.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GrantsError {
    /// Two come from one proposal.
    #[error("the grant {0} stands here twice")]
    Twice(ProposalId),
    /// There are too many.
    #[error("more than {MAX_GRANTS} grants")]
    TooMany,
}

impl Grants {
    /// These grants. Whatever their routes said of where they come from, they are [`RouteOrigin::Grant`] now.
    ///
    /// # Errors
    ///
    /// [`GrantsError`] when two have one id, or when there are too many.
    pub fn new(grants: impl IntoIterator<Item = Grant>) -> Result<Self, GrantsError> {
        let (mut all, mut ids) = (Vec::new(), BTreeSet::new());
        for mut grant in grants {
            if all.len() == MAX_GRANTS {
                return Err(GrantsError::TooMany);
            }
            if !ids.insert(grant.id.clone()) {
                return Err(GrantsError::Twice(grant.id));
            }
            grant.route.origin = RouteOrigin::Grant;
            all.push(grant);
        }
        Ok(Self(all))
    }

    /// All of them.
    pub fn as_slice(&self) -> &[Grant] {
        &self.0
    }

    /// The grant that came from this proposal.
    pub fn get(&self, id: &ProposalId) -> Option<&Grant> {
        self.0.iter().find(|grant| grant.id == *id)
    }
}

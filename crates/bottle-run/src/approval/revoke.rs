//! A grant, taken back.

use bottle_core::{HostPattern, Identity, ProposalId};
use bottle_egress::Grant;
use bottle_state::Operator;

use super::apply::Walls;
use super::decision::MAX_NOTES;
use super::policies::Policies;
use super::review::Pulse;
use super::{ApprovalError, Approvals, record};
use crate::backend::Backend;

/// Which grants are to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Revocation {
    /// That of one proposal.
    Grant(ProposalId),
    /// Those for these hosts, as they were granted.
    Hosts(HostPattern),
}

impl Revocation {
    fn means(&self, grant: &Grant) -> bool {
        match self {
            Self::Grant(id) => grant.id == *id,
            Self::Hosts(hosts) => grant.route.host == *hosts,
        }
    }
}

/// What is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revoked {
    /// The grants.
    pub grants: Vec<Grant>,
}

impl<B: Backend> Approvals<'_, B> {
    /// Takes grants back. What only they allowed is closed, also what is under way. Closing comes before noting: a trail that
    /// cannot be written keeps nothing open.
    ///
    /// # Errors
    ///
    /// [`ApprovalError::NoGrant`] when there is none, [`ApprovalError::Apply`] when a proxy does not say that it is closed,
    /// [`ApprovalError::Unnoted`] when it is closed and that could not be noted.
    pub async fn revoke(
        &self,
        identity: &Identity,
        which: &Revocation,
        (reason, operator): (&str, &Operator),
    ) -> Result<Revoked, ApprovalError> {
        if reason.len() > MAX_NOTES {
            return Err(ApprovalError::Notes);
        }
        let backend = self.backend()?;
        let state = self.home.state(identity);
        let not_running = || ApprovalError::NotRunning {
            identity: identity.clone(),
        };
        // A bottle that was started without a queue has no grants.
        let queue = self.home.queue(identity);
        if !queue.path().exists() {
            return Err(ApprovalError::NoGrant {
                identity: identity.clone(),
            });
        }
        let lock = queue.lock()?;
        let policies = Policies::read(&state)?.ok_or_else(not_running)?;
        let grants: Vec<Grant> = policies.egress.table.grants().to_vec();
        let grants: Vec<Grant> = grants
            .into_iter()
            .filter(|each| which.means(each))
            .collect();
        if grants.is_empty() {
            return Err(ApprovalError::NoGrant {
                identity: identity.clone(),
            });
        }
        if !matches!(self.pulse(identity).await?, Pulse::Runs { .. }) {
            return Err(not_running());
        }
        let next = policies.without(|grant| which.means(grant))?;
        let walls = Walls {
            backend,
            identity,
            state: &state,
        };
        let closed = walls.close_to(&next).await;
        let details = record::revoked(&grants, reason);
        let noted = record::note(self.home, (identity, operator), "grant.revoked", details);
        drop(lock);
        closed?;
        noted.map_err(ApprovalError::Unnoted)?;
        Ok(Revoked { grants })
    }
}

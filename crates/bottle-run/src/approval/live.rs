//! The rules that a bottle goes by.

use bottle_core::Identity;
use serde_json::Value;

use super::page::page;
use super::policies::Policies;
use super::review::Pulse;
use super::{ApprovalError, Approvals};
use crate::backend::Backend;
use crate::launch::EGRESS;

/// The rules of a bottle, each as egress shows it to the agent: an array of objects. Nothing secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rules {
    /// As egress has them in force.
    Live(Value),
    /// As they lie in the folder of a bottle that does not run. Grants ended with the run.
    Kept(Value),
}

impl<B: Backend> Approvals<'_, B> {
    /// The rules of a bottle: of one that runs those that egress goes by at this moment.
    ///
    /// # Errors
    ///
    /// When there is no such bottle, or egress does not answer.
    pub async fn rules(&self, identity: &Identity) -> Result<Rules, ApprovalError> {
        let pulse = self.pulse(identity).await?;
        if let (Pulse::Runs { .. }, Some(backend)) = (pulse, self.backend) {
            let rules = page(backend, identity, (EGRESS, "/allowlist")).await?;
            return Ok(Rules::Live(rules));
        }
        let policies = Policies::read(&self.home.state(identity))?;
        let policies = policies.ok_or_else(|| ApprovalError::NotRunning {
            identity: identity.clone(),
        })?;
        Ok(Rules::Kept(policies.egress.table.to_json_view()))
    }
}

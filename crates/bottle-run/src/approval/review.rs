//! A proposal, looked at.

use bottle_core::Identity;
use bottle_state::{QueueError, StateDir, Written};

use super::offer::{Deed, Offer};
use super::policies::Policies;
use super::{ApprovalError, Approvals, Card, Refusal, ReviewToken, Standing, Subject, Wish};
use crate::backend::{Backend, LiveBottle, ServiceState};
use crate::launch::{EGRESS, GIT_GATE, PIPELOCK};

/// Whether a bottle's proxies run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pulse {
    /// They do.
    Runs {
        /// Whether it has a gate for pushes, too.
        has_git_gate: bool,
    },
    /// They do not.
    Stopped,
    /// There is no engine to ask.
    Unknown,
}

/// All that a decision is made of.
pub(super) struct Review {
    pub(super) card: Card,
    pub(super) offer: Offer,
    /// Without what an approval left behind that did not come to its end.
    pub(super) policies: Option<Policies>,
    pub(super) state: StateDir,
    pub(super) pulse: Pulse,
}

impl<B: Backend> Approvals<'_, B> {
    /// Shows what approving a proposal would change.
    ///
    /// # Errors
    ///
    /// When there is no such proposal, or a file of the bottle cannot be read.
    pub async fn review(&self, subject: &Subject, wish: &Wish) -> Result<Card, ApprovalError> {
        Ok(self.look(subject, wish).await?.card)
    }

    pub(super) async fn look(
        &self,
        subject: &Subject,
        wish: &Wish,
    ) -> Result<Review, ApprovalError> {
        let Subject { identity, id } = subject;
        let queue = self.home.queue(identity);
        let state = self.home.state(identity);
        let Written { proposal, bytes } = queue.read(id)?;
        let policies = Policies::read(&state)?;
        let nothing = [Vec::new(), Vec::new()];
        let [routes, pipelock] = policies.as_ref().map_or(&nothing, |each| &each.bytes);
        let token = ReviewToken::of(&[&bytes, routes, pipelock]);
        let mut offer = Offer::of(&proposal.ask, id, wish, policies.as_ref());
        let policies = match policies {
            Some(read) if read.has(id) => Some(read.without(|grant| grant.id == *id)?),
            read => read,
        };
        let pulse = self.pulse(identity).await?;
        let standing = match queue.answered(id) {
            Ok(None) => waiting(pulse),
            Ok(answer) => Standing::Answered { answer },
            Err(QueueError::Answer { .. }) => Standing::Answered { answer: None },
            Err(error) => return Err(error.into()),
        };
        offer.refusals.extend(cannot(&offer.deed, pulse, &state));
        let card = Card {
            identity: identity.clone(),
            id: id.clone(),
            standing,
            proposal,
            instead: offer.instead.clone(),
            effect: offer.effect.clone(),
            change: offer.change.clone(),
            credential: offer.credential.clone(),
            warnings: offer.warnings.clone(),
            refusals: offer.refusals.clone(),
            token,
        };
        Ok(Review {
            card,
            offer,
            policies,
            state,
            pulse,
        })
    }

    /// Whether the proxies of a bottle run.
    pub(super) async fn pulse(&self, identity: &Identity) -> Result<Pulse, ApprovalError> {
        let Some(backend) = self.backend else {
            return Ok(Pulse::Unknown);
        };
        let live = backend.live(&self.home.label()?).await?;
        let bottle = live.into_iter().find(|each| each.identity == *identity);
        Ok(bottle.map_or(Pulse::Stopped, |bottle| beat(&bottle)))
    }
}

fn beat(bottle: &LiveBottle) -> Pulse {
    let runs = |name: &str| {
        let mut services = bottle.services.iter();
        services.any(|each| each.service == name && each.state == ServiceState::Running)
    };
    if runs(EGRESS) && runs(PIPELOCK) {
        Pulse::Runs {
            has_git_gate: runs(GIT_GATE),
        }
    } else {
        Pulse::Stopped
    }
}

const fn waiting(pulse: Pulse) -> Standing {
    match pulse {
        Pulse::Runs { .. } => Standing::Pending,
        Pulse::Stopped => Standing::Stale,
        Pulse::Unknown => Standing::Unknown,
    }
}

/// Why nothing can be approved at all at this moment: another image can be given to a bottle that is kept, too.
fn cannot(deed: &Deed, pulse: Pulse, state: &StateDir) -> Option<Refusal> {
    let is_kept = matches!(deed, Deed::Rebuild(_)) && state.path().exists();
    match pulse {
        Pulse::Runs { .. } => None,
        Pulse::Stopped if is_kept => None,
        Pulse::Stopped => Some(Refusal::new(
            "approval.not_running",
            "the bottle runs no more, and what is granted ends with a run",
        )),
        Pulse::Unknown => Some(Refusal::new(
            "approval.no_engine",
            "the container engine does not answer",
        )),
    }
}

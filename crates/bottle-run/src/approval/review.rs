//! A proposal, looked at.

use bottle_core::{Identity, ProposalId};
use bottle_state::{Ask, QueueError, StateDir, Written};

use super::offer::{Deed, Offer};
use super::policies::Policies;
use super::{
    ApprovalError, Approvals, Card, CardWarning, Past, Refusal, ReviewToken, Standing, Subject,
    Wish,
};
use crate::backend::{Backend, LiveBottle, ServiceState};
use crate::images::{Recipe, plan};
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
    /// Whether there was such a thing.
    pub(super) is_unfinished: bool,
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
        let Review {
            mut card,
            offer,
            state,
            pulse,
            ..
        } = self.look(subject, wish).await?;
        if let Deed::Grant(route) = &offer.deed {
            let runs = matches!(pulse, Pulse::Runs { .. });
            let history = self.history(&subject.identity, (&state, runs)).await?;
            let auth = match (&card.instead, &card.proposal.ask) {
                (Some(ask), _) | (None, Ask::EgressBlock(ask)) => ask.auth.as_ref(),
                _ => None,
            };
            card.history = history.map(|history| Past::of(route, auth, &history.denials));
        }
        Ok(card)
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
        let is_unfinished = policies.as_ref().is_some_and(|read| read.has(id));
        let policies = match policies {
            Some(read) if is_unfinished => Some(read.without(|grant| grant.id == *id)?),
            read => read,
        };
        let mut offer = Offer::of(&proposal.ask, id, wish, policies.as_ref());
        offer.warnings.extend(is_unfinished.then(unfinished));
        let nothing = [Vec::new(), Vec::new()];
        let [routes, pipelock] = policies.as_ref().map_or(&nothing, |each| &each.bytes);
        // Not only what was read, also what is made of it: the wish is not in any of the files.
        let granted = offer.granted();
        let token = ReviewToken::of(&[&bytes, routes, pipelock, granted.as_bytes()]);
        let pulse = self.pulse(identity).await?;
        let standing = match queue.answered(id) {
            Ok(None) => waiting(pulse),
            Ok(answer) => Standing::Answered { answer },
            Err(QueueError::Answer { .. }) => Standing::Answered { answer: None },
            Err(error) => return Err(error.into()),
        };
        if let (Deed::Rebuild(text), Some(backend), true) =
            (&offer.deed, self.backend, offer.refusals.is_empty())
        {
            // Told before the agent is told that it gets the image.
            offer.refusals = unbuildable(backend, id, text).await.into_iter().collect();
        }
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
            history: None,
            token,
        };
        Ok(Review {
            card,
            offer,
            policies,
            is_unfinished,
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

fn unfinished() -> CardWarning {
    CardWarning::new(
        "grant.unfinished",
        "an approval of this did not come to its end, and what it grants may be in force: approve or reject it",
    )
}

/// Why a Dockerfile cannot be built on this engine: what it begins with is not there.
async fn unbuildable<B: Backend>(backend: &B, id: &ProposalId, text: &str) -> Option<Refusal> {
    let recipe = Recipe::of_text(id.as_str(), text).ok()?;
    let error = plan(backend, recipe).await.err()?;
    let text = bottle_core::visible(&bottle_core::causes(&error));
    Some(Refusal::new("approval.dockerfile", text))
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

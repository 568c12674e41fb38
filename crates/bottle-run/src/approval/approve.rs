//! A proposal, approved.

use bottle_core::{FileVersion, causes};
use bottle_egress::{Grant, Route};
use bottle_state::{Answer, AnswerVerdict, Ask, AskedAuth, EgressAsk, Queue, QueueError};

use super::apply::Walls;
use super::credential::{Holders, NewValue, hand_over, note_slot};
use super::decision::{MAX_NOTES, now, seconds};
use super::offer::Deed;
use super::policies::Policies;
use super::review::{Pulse, Review};
use super::{
    ApprovalError, Approvals, CredentialCard, Decision, ReviewToken, Standing, Subject, record,
};
use crate::backend::Backend;
use crate::rebuild::rebuild;

/// What an approval did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Approved {
    /// The grant holds: the proxies go by it.
    Granted(Box<Grant>),
    /// The scanner lets the host pass: it goes by its new list.
    Mirrored,
    /// The bottle is ended, and goes on in another image with the next resume.
    Rebuilt,
}

impl<B: Backend> Approvals<'_, B> {
    /// Approves a proposal as it was shown.
    ///
    /// The order: nobody else decides and there is no answer yet; what was shown is what is there; the decision is in the
    /// audit trail; the scanner goes by its new list, values are handed over, egress goes by its new table; the agent is told.
    ///
    /// # Errors
    ///
    /// [`ApprovalError::Changed`] when something is not as it was shown, [`ApprovalError::Refused`] when it cannot be approved
    /// as it is, [`ApprovalError::NotApplied`] when it failed on the way and the proposal still waits.
    pub async fn approve(
        &self,
        subject: &Subject,
        token: &ReviewToken,
        decision: &Decision,
    ) -> Result<Approved, ApprovalError> {
        let queue = self.home.queue(&subject.identity);
        let lock = queue.lock()?;
        let backend = self.backend()?;
        let review = self.look(subject, &decision.wish).await?;
        is_open(&review)?;
        if review.card.token != *token {
            return Err(ApprovalError::Changed {
                card: Box::new(review.card),
            });
        }
        if !review.card.refusals.is_empty() {
            return Err(ApprovalError::Refused {
                refusals: review.card.refusals,
            });
        }
        is_whole(&review, decision)?;
        let grant = granted(subject, &review, decision);
        let who = (&subject.identity, &decision.operator);
        let details = record::approved(&review.card, decision, grant.as_ref());
        record::note(self.home, who, "proposal.approved", details)?;
        let job = Job {
            backend,
            subject,
            review: &review,
            decision,
            queue: &queue,
        };
        let done = match &review.offer.deed {
            Deed::Rebuild(dockerfile) => self.rebuild(&job, dockerfile).await,
            Deed::Grant(_) | Deed::Mirror => job.carry_out(grant).await,
        };
        drop(lock);
        if let Err(error) = &done {
            let taken_back = is_taken_back(error);
            let details = record::failed(&subject.id, &causes(error), taken_back);
            // The error that counts is the first one; the trail then says that it was approved and not that it failed.
            let _ = record::note(self.home, who, "proposal.failed", details);
        }
        done
    }

    /// The agent is told first: when the bottle is ended there is nobody left to be told.
    async fn rebuild(&self, job: &Job<'_, B>, dockerfile: &str) -> Result<Approved, ApprovalError> {
        job.answer()?;
        rebuild(job.backend, self.home, &job.subject.identity, dockerfile)
            .await
            .map_err(ApprovalError::Rebuild)?;
        Ok(Approved::Rebuilt)
    }
}

/// A decision under way.
struct Job<'a, B> {
    backend: &'a B,
    subject: &'a Subject,
    review: &'a Review,
    decision: &'a Decision,
    queue: &'a Queue,
}

impl<B: Backend> Job<'_, B> {
    /// Lets the proxies go by it and tells the agent; takes it back when one of these fails.
    async fn carry_out(&self, grant: Option<Grant>) -> Result<Approved, ApprovalError> {
        let before = self.review.policies.as_ref();
        let before = before.ok_or_else(|| ApprovalError::NotRunning {
            identity: self.subject.identity.clone(),
        })?;
        let done = match self.open(before, grant.as_ref()).await {
            Ok(()) => self.answer(),
            failed => failed,
        };
        match done {
            Ok(()) => Ok(grant.map_or(Approved::Mirrored, |grant| {
                Approved::Granted(Box::new(grant))
            })),
            Err(error) => {
                let taken_back = self.walls().close_to(before).await.is_ok();
                // Whoever was faster has said what holds.
                if let (ApprovalError::Queue(QueueError::AlreadyAnswered { .. }), true) =
                    (&error, taken_back)
                {
                    return Err(error);
                }
                Err(ApprovalError::NotApplied {
                    id: self.subject.id.clone(),
                    taken_back,
                    source: Box::new(error),
                })
            }
        }
    }

    /// The scanner first, so that nothing is let out that it does not know, and nothing is when it fails.
    async fn open(&self, before: &Policies, grant: Option<&Grant>) -> Result<(), ApprovalError> {
        let walls = self.walls();
        let Some(grant) = grant else {
            return walls.scan_by(&before.mirrored()).await;
        };
        let next = before.with(grant, seconds())?;
        walls.scan_by(&next).await?;
        if let (CredentialCard::Granted { auth, .. }, Some(value)) =
            (&self.review.offer.credential, &self.decision.value)
        {
            let new = NewValue {
                auth,
                hosts: &grant.route.host,
                value: &value.value,
            };
            let holders = Holders {
                scanner: before.scanner,
                has_git_gate: self.review.pulse == Pulse::Runs { has_git_gate: true },
            };
            note_slot(auth.slot, &self.review.state)?;
            hand_over(self.backend, &self.subject.identity, (&new, holders)).await?;
        }
        walls.decide_by(&next).await
    }

    fn walls(&self) -> Walls<'_, B> {
        Walls {
            backend: self.backend,
            identity: &self.subject.identity,
            state: &self.review.state,
        }
    }

    fn answer(&self) -> Result<(), ApprovalError> {
        let Decision { lease, notes, .. } = self.decision;
        let answer = Answer {
            version: FileVersion,
            proposal: self.subject.id.clone(),
            answered: now(),
            verdict: AnswerVerdict::Approved,
            notes: notes.clone(),
            until: lease.until,
            uses: lease.uses.map(std::num::NonZero::get),
            granted: other(self.review),
        };
        Ok(self.queue.answer(&answer)?)
    }
}

/// Whether the bottle is as it was.
const fn is_taken_back(error: &ApprovalError) -> bool {
    match error {
        ApprovalError::NotApplied { taken_back, .. } => *taken_back,
        ApprovalError::Queue(QueueError::AlreadyAnswered { .. }) => true,
        _ => false,
    }
}

/// What was granted, where it is not what was asked for, in the agent's own terms.
fn other(review: &Review) -> Option<EgressAsk> {
    let Ask::EgressBlock(asked) = &review.card.proposal.ask else {
        return None;
    };
    let granted = review.offer.instead.as_ref().unwrap_or(asked);
    let auth: Option<AskedAuth> = match &review.offer.credential {
        CredentialCard::Granted { .. } => granted.auth.clone(),
        _ => None,
    };
    let granted = EgressAsk {
        auth,
        ..granted.clone()
    };
    (granted != *asked).then_some(granted)
}

/// Whether there is no answer yet.
pub(super) fn is_open(review: &Review) -> Result<(), ApprovalError> {
    match &review.card.standing {
        Standing::Answered { answer } => Err(ApprovalError::Queue(QueueError::AlreadyAnswered {
            proposal: review.card.id.clone(),
            answer: answer.clone().map(Box::new),
        })),
        Standing::Pending | Standing::Stale | Standing::Unknown => Ok(()),
    }
}

/// Whether the decision says all that it has to say, and nothing that has no meaning.
fn is_whole(review: &Review, decision: &Decision) -> Result<(), ApprovalError> {
    let Decision {
        wish: _,
        lease,
        notes,
        value,
        operator: _,
    } = decision;
    if notes.len() > MAX_NOTES {
        return Err(ApprovalError::Notes);
    }
    if !lease.is_endless() && !matches!(review.offer.deed, Deed::Grant(_)) {
        return Err(ApprovalError::Lease(
            "only what `egress-block` asks for is granted for some time or some uses",
        ));
    }
    if lease.until.is_some_and(|until| until <= seconds()) {
        return Err(ApprovalError::Lease("it would be over before it begins"));
    }
    let CredentialCard::Granted { token_ref, .. } = &review.offer.credential else {
        return Ok(());
    };
    // One that was read for another card would go where nobody was shown that it goes.
    match value {
        Some(value) if value.token_ref == *token_ref => Ok(()),
        Some(_) | None => Err(ApprovalError::NoValue),
    }
}

fn granted(subject: &Subject, review: &Review, decision: &Decision) -> Option<Grant> {
    match &review.offer.deed {
        Deed::Grant(route) => Some(Grant {
            id: subject.id.clone(),
            route: Route::clone(route),
            lease: decision.lease,
        }),
        Deed::Mirror | Deed::Rebuild(_) => None,
    }
}

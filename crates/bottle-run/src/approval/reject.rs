//! A proposal, rejected.

use bottle_core::FileVersion;
use bottle_state::{Answer, AnswerVerdict, Operator};

use super::apply::Walls;
use super::approve::is_open;
use super::decision::{MAX_NOTES, now};
use super::review::Pulse;
use super::{ApprovalError, Approvals, Subject, Wish, record};
use crate::backend::Backend;

impl<B: Backend> Approvals<'_, B> {
    /// Rejects a proposal, with a reason that the agent is told. What an approval left behind that did not come to its end is
    /// taken back.
    ///
    /// # Errors
    ///
    /// When it has an answer already, or the decision could not be noted.
    pub async fn reject(
        &self,
        subject: &Subject,
        reason: &str,
        operator: &Operator,
    ) -> Result<(), ApprovalError> {
        if reason.trim().is_empty() || reason.len() > MAX_NOTES {
            return Err(ApprovalError::Notes);
        }
        let queue = self.home.queue(&subject.identity);
        let lock = queue.lock()?;
        let review = self.look(subject, &Wish::default()).await?;
        is_open(&review)?;
        if review.is_unfinished && review.pulse == Pulse::Unknown {
            // An approval that did not come to its end is in force, and only the proxies can end it.
            return Err(ApprovalError::NoEngine);
        }
        let details = record::rejected(&review.card, reason);
        let who = (&subject.identity, operator);
        record::note(self.home, who, "proposal.rejected", details)?;
        if let (true, Some(policies), Pulse::Runs { .. }) =
            (review.is_unfinished, &review.policies, review.pulse)
        {
            let walls = Walls {
                backend: self.backend()?,
                identity: &subject.identity,
                state: &review.state,
            };
            walls.close_to(policies).await?;
        }
        let answer = Answer {
            version: FileVersion,
            proposal: subject.id.clone(),
            answered: now(),
            verdict: AnswerVerdict::Rejected,
            notes: reason.to_owned(),
            until: None,
            uses: None,
            granted: None,
        };
        queue.answer(&answer)?;
        drop(lock);
        Ok(())
    }
}

//! What is new in the queues.

use std::collections::BTreeMap;

use bottle_core::{Identity, ProposalId};
use bottle_state::{Answer, AnswerVerdict, Home, Proposal, Queued};
use serde_json::json;

use crate::commands::proposals::summary;
use crate::json_text;

/// How far a proposal had got when it was looked at last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Seen {
    Waiting,
    Answered,
}

/// What was seen of each queue.
#[derive(Debug, Default)]
pub(super) struct News(BTreeMap<(Identity, ProposalId), Seen>);

/// One thing that is new.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Tidings {
    /// An agent asks.
    Proposal(Proposal),
    /// An operator has answered; the answer is missing where it cannot be read.
    Answer(Identity, ProposalId, Option<Answer>),
}

impl News {
    /// What is new since it was looked last. What cannot be read of one queue hides nothing of the others. What is gone is
    /// forgotten.
    pub(super) fn look(&mut self, home: &Home) -> anyhow::Result<Vec<Tidings>> {
        let (mut now, mut tidings) = (BTreeMap::new(), Vec::new());
        for identity in home.queues()? {
            let Ok(listing) = home.queue(&identity).all() else {
                continue;
            };
            for queued in listing.proposals {
                let key = (identity.clone(), queued.id.clone());
                let before = self.0.get(&key).copied();
                let (seen, new) = step(&identity, queued, before);
                tidings.extend(new);
                now.extend(seen.map(|seen| (key, seen)));
            }
        }
        self.0 = now;
        Ok(tidings)
    }
}

/// What is seen of a proposal now, and what is new of it. What is no proposal may become one.
fn step(
    identity: &Identity,
    queued: Queued,
    before: Option<Seen>,
) -> (Option<Seen>, Option<Tidings>) {
    let is_pending = queued.is_pending();
    let Queued {
        id,
        proposal,
        answer,
        ..
    } = queued;
    let Ok(proposal) = proposal else {
        return (before, None);
    };
    match (before, is_pending) {
        (None, true) => (Some(Seen::Waiting), Some(Tidings::Proposal(proposal))),
        (Some(Seen::Waiting) | None, false) => {
            let tidings = Tidings::Answer(identity.clone(), id, answer);
            (Some(Seen::Answered), Some(tidings))
        }
        (before, _) => (before, None),
    }
}

impl Tidings {
    pub(super) const fn is_proposal(&self) -> bool {
        matches!(self, Self::Proposal(_))
    }

    pub(super) const fn proposal(&self) -> Option<&Proposal> {
        match self {
            Self::Proposal(proposal) => Some(proposal),
            Self::Answer(..) => None,
        }
    }

    /// A line, with nothing in it that a terminal would obey.
    pub(super) fn text(&self, json: bool) -> serde_json::Result<String> {
        match self {
            Self::Proposal(proposal) if json => json_text::line(&json!({
                "event": "proposal", "identity": proposal.identity, "id": proposal.id,
                "summary": summary(&proposal.ask), "proposal": proposal,
            })),
            Self::Proposal(proposal) => Ok(format!(
                "{}/{}  {}  {}\n",
                proposal.identity,
                proposal.id,
                proposal.ask.tool(),
                summary(&proposal.ask)
            )),
            Self::Answer(identity, id, answer) if json => json_text::line(&json!({
                "event": "answer", "identity": identity, "id": id, "answer": answer,
            })),
            Self::Answer(identity, id, answer) => {
                let verdict = match answer.as_ref().map(|answer| answer.verdict) {
                    Some(AnswerVerdict::Approved) => "approved",
                    Some(AnswerVerdict::Rejected) => "rejected",
                    None => "answered",
                };
                Ok(format!("{identity}/{id}  {verdict}\n"))
            }
        }
    }
}

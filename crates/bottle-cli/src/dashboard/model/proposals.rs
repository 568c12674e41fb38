//! What waits for an answer.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Clock, Pick};
use crate::dashboard::view::{ProposalKey, ProposalRow, Waiting};

/// How long a proposal is called new.
const NEW: Duration = Duration::from_secs(5);

/// The proposals, newest first, and which one is meant.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Proposals {
    /// Newest first.
    pub(crate) rows: Vec<ProposalRow>,
    /// What could not be read.
    pub(crate) problem: Option<String>,
    /// Which one is meant.
    pub(crate) pick: Pick<ProposalKey>,
    /// When each came to the screen; not those that were there before it.
    came: BTreeMap<ProposalKey, Duration>,
    /// Whether it was looked at all yet.
    is_known: bool,
}

impl Proposals {
    /// What waits now.
    pub(crate) fn take(&mut self, waiting: Waiting, now: Clock) {
        let Waiting {
            mut proposals,
            problem,
        } = waiting;
        proposals.sort_by(|left, right| {
            let order = right.created.cmp(&left.created);
            order.then_with(|| left.key.cmp(&right.key))
        });
        let before = self.keys();
        let after: Vec<ProposalKey> = proposals.iter().map(|row| row.key.clone()).collect();
        self.came.retain(|key, _| after.contains(key));
        if self.is_known {
            for key in after.iter().filter(|key| !before.contains(key)) {
                self.came.insert(key.clone(), now.since);
            }
        }
        self.is_known = true;
        self.rows = proposals;
        self.problem = problem;
        self.pick.keep(&before, &after);
    }

    /// The names of the rows.
    pub(crate) fn keys(&self) -> Vec<ProposalKey> {
        self.rows.iter().map(|row| row.key.clone()).collect()
    }

    /// One that waits.
    pub(crate) fn find(&self, key: &ProposalKey) -> Option<&ProposalRow> {
        self.rows.iter().find(|row| row.key == *key)
    }

    /// Whether it came a moment ago.
    pub(crate) fn is_new(&self, key: &ProposalKey, now: Clock) -> bool {
        let came = self.came.get(key);
        came.is_some_and(|came| now.since.saturating_sub(*came) < NEW)
    }

    /// When the next one stops being new.
    pub(crate) fn ahead(&self, now: Clock) -> Option<Duration> {
        let until = self.came.values().map(|came| came.saturating_add(NEW));
        until.filter(|until| *until > now.since).min()
    }
}

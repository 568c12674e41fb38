//! Rows of calls: secrets are read and something is sent, a file is written where anybody may and is run.

use std::collections::VecDeque;

use super::deed::Deed;
use super::request::{self, Request};
use crate::finding::Finding;

/// The rule of what sends soon after secrets were read.
pub(super) const SENT_RULE: &str = "call-chain-exfiltration";
/// The rule of what runs a file that was written in a folder open to all.
pub(super) const RUN_RULE: &str = "call-chain-dropper";
/// Of two calls this far apart the second may have to do with the first.
const NEAR: usize = 4;
/// Files that are remembered of one session.
const MOST_FILES: usize = 16;
/// Sessions that are remembered.
const MOST_SESSIONS: usize = 256;

/// What the calls of one session did.
#[derive(Debug, Default)]
pub(super) struct Chain {
    last_id: Option<u64>,
    /// Calls since secrets were read.
    since_secret: Option<usize>,
    written: VecDeque<String>,
}

impl Chain {
    /// Adds the next call: the rule that it breaks together with those before it, if it does.
    pub(super) fn push(&mut self, request: &Request) -> Option<&'static str> {
        self.follow(request.id);
        let deed = Deed::of(request);
        let is_near = self.since_secret.is_some_and(|calls| calls < NEAR);
        let runs = self.written.iter().any(|path| deed.runs_file(path));
        self.note(&deed);
        if deed.sends && is_near {
            return Some(SENT_RULE);
        }
        runs.then_some(RUN_RULE)
    }

    /// A client counts its requests up: one that counts anew is another.
    fn follow(&mut self, id: Option<u64>) {
        if id.is_some() && id <= self.last_id {
            *self = Self::default();
        }
        self.last_id = id.or(self.last_id);
    }

    fn note(&mut self, deed: &Deed) {
        self.since_secret = if deed.reads_secret {
            Some(0)
        } else {
            self.since_secret.map(|calls| calls.saturating_add(1))
        };
        if let Some(path) = &deed.writes {
            if self.written.len() == MOST_FILES {
                self.written.pop_front();
            }
            self.written.push_back(path.clone());
        }
    }
}

/// The rows of calls of many sessions, told apart by their host and whatever names the session there. The oldest
/// session is forgotten for a new one.
#[derive(Debug, Default)]
pub struct CallChains(VecDeque<(String, Chain)>);

impl CallChains {
    /// Adds the calls of a body that goes to this session, in their order: what they are together with those before.
    pub fn push(&mut self, session: &str, body: &[u8]) -> Option<Finding> {
        let requests = request::read(body);
        if requests.is_empty() {
            return None;
        }
        let chain = self.chain(session)?;
        let rules = requests.iter().map(|request| chain.push(request));
        // All are added, whatever the first one is.
        let rules: Vec<_> = rules.collect();
        rules.into_iter().flatten().next().map(Finding::of)
    }

    fn chain(&mut self, session: &str) -> Option<&mut Chain> {
        let place = self.0.iter().position(|(name, _)| name == session);
        let entry = place.and_then(|place| self.0.remove(place));
        if self.0.len() >= MOST_SESSIONS {
            self.0.pop_front();
        }
        self.0
            .push_back(entry.unwrap_or_else(|| (session.to_owned(), Chain::default())));
        self.0.back_mut().map(|(_, chain)| chain)
    }
}

//! Rows of calls: secrets are read and something is sent, a file is written where anybody may and is run.

use std::collections::VecDeque;

use super::deed::Deed;
use super::request::{self, Request};
use crate::body::{Content, MAX_DECODED};
use crate::content::decode;
use crate::finding::Finding;
use crate::scanner::Scanner;

/// The rule of what sends soon after secrets were read.
pub(super) const SENT_RULE: &str = "call-chain-exfiltration";
/// The rule of what runs a file that was written in a folder open to all.
pub(super) const RUN_RULE: &str = "call-chain-dropper";
/// Of two calls this far apart the second may have to do with the first.
const NEAR: usize = 4;
/// Files that are remembered of one session.
const MOST_FILES: usize = 16;
/// Bytes of a file's path that are remembered: no system opens a longer one.
const LONGEST_PATH: usize = 4096;
/// Sessions that are remembered.
const MOST_SESSIONS: usize = 256;

/// A call, as far as it matters for those behind it.
#[derive(Debug)]
pub(super) struct Call {
    id: Option<u64>,
    deed: Deed,
}

impl Call {
    pub(super) fn of(request: &Request) -> Self {
        Self {
            id: request.id,
            deed: Deed::of(request),
        }
    }
}

/// The calls of one body, in their order.
#[derive(Debug, Default)]
pub struct Calls(Vec<Call>);

impl Calls {
    /// Reads them out of a body. Takes time linear in it.
    pub fn of(body: &[u8]) -> Self {
        Self(request::read(body).iter().map(Call::of).collect())
    }

    /// The same without the compression of a body. One that cannot be read has none: it is refused for that.
    pub fn of_content(content: &Content<'_>) -> Self {
        let codings = content.codings.iter().copied();
        decode(codings, content.bytes, MAX_DECODED)
            .map_or_else(|_| Self::default(), |body| Self::of(&body))
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// What the calls of one session did.
#[derive(Debug, Default)]
pub(super) struct Chain {
    last_id: Option<u64>,
    /// Calls since secrets were read.
    since_secret: Option<usize>,
    written: VecDeque<String>,
}

impl Chain {
    /// Adds the next call: the rule that it breaks together with those before it, if it does and the rule holds.
    pub(super) fn push(
        &mut self,
        call: &Call,
        holds: impl Fn(&str) -> bool,
    ) -> Option<&'static str> {
        self.follow(call.id);
        let deed = &call.deed;
        let is_near = self.since_secret.is_some_and(|calls| calls < NEAR);
        let runs = self.written.iter().any(|path| deed.runs_file(path));
        let broken = [(deed.sends && is_near, SENT_RULE), (runs, RUN_RULE)];
        let broken = broken.into_iter().find(|(is, rule)| *is && holds(rule));
        if broken.is_none() || deed.reads_secret {
            self.age(deed);
        }
        self.note(deed);
        broken.map(|(_, rule)| rule)
    }

    /// A client counts its requests up: one that counts anew is another.
    fn follow(&mut self, id: Option<u64>) {
        if id.is_some() && id <= self.last_id {
            *self = Self::default();
        }
        self.last_id = id.or(self.last_id);
    }

    /// A call that is refused does not make what was read before any older: it would pass if it were only tried again.
    fn age(&mut self, deed: &Deed) {
        self.since_secret = if deed.reads_secret {
            Some(0)
        } else {
            self.since_secret.map(|calls| calls.saturating_add(1))
        };
    }

    fn note(&mut self, deed: &Deed) {
        let path = deed.writes.as_ref();
        if let Some(path) = path.filter(|path| path.len() <= LONGEST_PATH) {
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
    /// Adds the calls of a body that goes to this session, in their order: what they are together with those before, if
    /// the scanner does not allow it.
    pub fn push(&mut self, scanner: &Scanner, session: &str, calls: &Calls) -> Option<Finding> {
        if calls.is_empty() {
            return None;
        }
        let chain = self.chain(session)?;
        let holds = |rule: &str| !scanner.allows(rule);
        let rules = calls.0.iter().map(|call| chain.push(call, holds));
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

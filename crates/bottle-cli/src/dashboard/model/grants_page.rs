//! What was granted to one bottle.

use bottle_core::{Identity, ProposalId};

use super::event::Order;
use super::open_card::Turn;
use super::{Clock, Key, Pick, Stamp};
use crate::dashboard::view::GrantRow;

/// The grants of a bottle, and the question whether one is to be taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GrantsPage {
    /// Whose.
    pub(crate) identity: Identity,
    /// What holds; `None` until that is known.
    pub(crate) rows: Option<Result<Vec<GrantRow>, String>>,
    /// Which one is meant.
    pub(crate) pick: Pick<ProposalId>,
    /// Which one is asked about.
    pub(crate) asked: Option<ProposalId>,
    /// Since when that question is on the screen.
    pub(crate) stamp: Stamp,
}

impl GrantsPage {
    /// A page that is yet to be looked up, and what is to be done for that.
    pub(crate) fn open(identity: Identity) -> (Self, Vec<Order>) {
        let page = Self {
            identity: identity.clone(),
            rows: None,
            pick: Pick::default(),
            asked: None,
            stamp: Stamp::default(),
        };
        (page, vec![Order::Grants(identity)])
    }

    /// The names of the rows.
    pub(crate) fn ids(&self) -> Vec<ProposalId> {
        let rows = self.rows.as_ref().and_then(|rows| rows.as_ref().ok());
        let rows = rows.map(Vec::as_slice).unwrap_or_default();
        rows.iter().map(|row| row.id.clone()).collect()
    }

    /// What was looked up.
    pub(crate) fn loaded(&mut self, found: Result<Vec<GrantRow>, String>) {
        let before = self.ids();
        self.rows = Some(found);
        let ids = self.ids();
        self.pick.keep(&before, &ids);
        self.asked = self.asked.take().filter(|asked| ids.contains(asked));
    }

    /// One key.
    pub(crate) fn key(&mut self, key: Key, now: Clock, page: usize) -> Turn {
        if let Some(asked) = self.asked.clone() {
            return self.answer(key, asked, now);
        }
        if self.pick.key(key, &self.ids(), page) {
            return Turn::Stay;
        }
        match key {
            Key::Escape => Turn::Close,
            Key::Char('v') => {
                self.asked = self.pick.chosen().cloned();
                self.stamp = Stamp::default();
                Turn::Do(vec![Order::ForgetKeys])
            }
            Key::Char('u') => Turn::Do(vec![Order::Grants(self.identity.clone())]),
            _ => Turn::Stay,
        }
    }

    fn answer(&mut self, key: Key, asked: ProposalId, now: Clock) -> Turn {
        match key {
            Key::Char('y') if self.stamp.is_seen(now.since) => {
                self.asked = None;
                Turn::Do(vec![Order::Revoke(self.identity.clone(), asked)])
            }
            Key::Escape | Key::Char('n') => {
                self.asked = None;
                Turn::Stay
            }
            _ => Turn::Stay,
        }
    }
}

//! The decisions that were seen go by.

use std::collections::VecDeque;

use bottle_core::Identity;

use super::{Key, Prompt};
use crate::dashboard::view::LogRow;

/// How many rows are kept. Protects our memory from an agent that asks all day; the whole log is the engine's.
const KEPT: usize = 2000;

/// The decisions, and what of them is shown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Log {
    /// Oldest first, each with its number since the beginning.
    rows: VecDeque<(u64, LogRow)>,
    /// The number of the next one.
    next: u64,
    /// What a row has to have to be shown.
    pub(crate) filter: String,
    /// The filter while it is typed.
    pub(crate) typed: Option<Prompt>,
    /// The row that is chosen, by its number since the beginning; the newest one, whatever comes, when there is none.
    chosen: Option<u64>,
}

impl Log {
    /// Takes further rows, oldest first.
    pub(crate) fn take(&mut self, rows: Vec<LogRow>) {
        for row in rows {
            if self.rows.len() >= KEPT {
                self.rows.pop_front();
            }
            self.rows.push_back((self.next, row));
            self.next = self.next.saturating_add(1);
        }
    }

    /// Takes those of one bottle away.
    pub(crate) fn forget(&mut self, identity: &Identity) {
        self.rows.retain(|(_, row)| row.identity != *identity);
    }

    /// The rows to show, oldest first, each with its number.
    pub(crate) fn shown(&self) -> Vec<(u64, &LogRow)> {
        let wanted = self.wanted().to_lowercase();
        let numbered = self.rows.iter().map(|(number, row)| (*number, row));
        numbered
            .filter(|(_, row)| wanted.is_empty() || row.has(&wanted))
            .collect()
    }

    /// What a row has to have, also while that is being typed.
    pub(crate) fn wanted(&self) -> &str {
        self.typed
            .as_ref()
            .map_or(&self.filter, |prompt| &prompt.text)
    }

    /// Where the chosen row stands among those that are shown; the newest one when none is.
    pub(crate) fn place(&self, shown: &[(u64, &LogRow)]) -> usize {
        let last = shown.len().saturating_sub(1);
        let Some(chosen) = self.chosen else {
            return last;
        };
        shown
            .partition_point(|(number, _)| *number < chosen)
            .min(last)
    }

    /// Whether a row was chosen, so that new ones move nothing.
    pub(crate) const fn is_held(&self) -> bool {
        self.chosen.is_some()
    }

    /// The chosen row.
    pub(crate) fn chosen(&self) -> Option<LogRow> {
        let shown = self.shown();
        let (_, row) = shown.get(self.place(&shown))?;
        Some((*row).clone())
    }

    /// Moves by a key. Whether it was one that moves.
    pub(crate) fn key(&mut self, key: Key, page: usize) -> bool {
        let shown = self.shown();
        let place = self.place(&shown);
        let moved = key.moved(place, page);
        let Some(place) = moved else {
            return false;
        };
        // At the end it goes along with what comes.
        let is_last = place.saturating_add(1) >= shown.len();
        let number = shown.get(place).map(|(number, _)| *number);
        self.chosen = number.filter(|_| !is_last);
        true
    }
}

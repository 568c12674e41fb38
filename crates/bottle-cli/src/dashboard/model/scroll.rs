//! How far down a long text is.

use super::Key;

/// How many rows are skipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Scroll(pub(crate) usize);

impl Scroll {
    /// Moves by a key. Whether it was one that moves.
    pub(crate) fn key(&mut self, key: Key, page: usize) -> bool {
        let Self(first) = self;
        *first = match key {
            Key::Up | Key::Char('k') => first.saturating_sub(1),
            Key::Down | Key::Char('j') => first.saturating_add(1),
            Key::PageUp => first.saturating_sub(page),
            Key::PageDown | Key::Char(' ') => first.saturating_add(page),
            Key::Home => 0,
            Key::End => usize::MAX,
            _ => return false,
        };
        true
    }

    /// The text was drawn, and cannot be scrolled further than this.
    pub(crate) fn drawn(&mut self, furthest: usize) {
        self.0 = self.0.min(furthest);
    }
}

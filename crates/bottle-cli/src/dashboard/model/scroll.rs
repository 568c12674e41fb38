//! How far down a long text is.

use super::Key;

/// How many rows are skipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Scroll(pub(crate) usize);

impl Scroll {
    /// Moves by a key. Whether it was one that moves.
    pub(crate) fn key(&mut self, key: Key, page: usize) -> bool {
        // As pagers have it.
        let key = match key {
            Key::Char(' ') => Key::PageDown,
            key => key,
        };
        let moved = key.moved(self.0, page);
        self.0 = moved.unwrap_or(self.0);
        moved.is_some()
    }

    /// The text was drawn, and cannot be scrolled further than this.
    pub(crate) fn drawn(&mut self, furthest: usize) {
        self.0 = self.0.min(furthest);
    }
}

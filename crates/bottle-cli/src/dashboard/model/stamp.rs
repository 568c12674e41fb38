//! Since when something is on the screen.

use std::time::Duration;

/// How long something that can be decided is on the screen before a key decides: what was typed for what stood there before
/// does nothing.
pub(crate) const LOOK: Duration = Duration::from_millis(500);

/// Since when something is on the screen; it is not there at first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Stamp(Option<Duration>);

impl Stamp {
    /// It was drawn.
    pub(crate) fn drawn(&mut self, now: Duration) {
        self.0.get_or_insert(now);
    }

    /// Whether it has been there for long enough.
    pub(crate) fn is_seen(self, now: Duration) -> bool {
        self.0
            .is_some_and(|since| now.saturating_sub(since) >= LOOK)
    }

    /// When it will have been, if that lies ahead.
    pub(crate) fn ahead(self, now: Duration) -> Option<Duration> {
        self.0
            .map(|since| since.saturating_add(LOOK))
            .filter(|until| *until > now)
    }
}

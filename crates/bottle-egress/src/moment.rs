//! When something happens, by two clocks.

use std::time::Duration;

/// Now, as two clocks have it: one that says what time it is and can be set, one that only ever goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Since 1970-01-01T00:00:00Z.
    pub wall: Duration,
    /// Since whenever that clock began; the same beginning for all moments that are compared.
    pub steady: Duration,
}

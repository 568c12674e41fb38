//! What time it is.

use std::time::Duration;

use bottle_state::Timestamp;

/// A moment, by both clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Clock {
    /// Since the screen was opened. It never goes back.
    pub(crate) since: Duration,
    /// In seconds since 1970, for ages.
    pub(crate) wall: i64,
}

impl Clock {
    /// How long ago something was, in words of few letters. What lies ahead is now.
    pub(crate) fn age(self, then: Timestamp) -> String {
        let seconds = self.wall.saturating_sub(then.moment().unix_timestamp());
        match seconds {
            ..60 => format!("{}s", seconds.max(0)),
            60..3_600 => format!("{}m", seconds / 60),
            3_600..86_400 => format!("{}h", seconds / 3_600),
            _ => format!("{}d", seconds / 86_400),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_have_one_unit() {
        let then: Timestamp = "2026-05-25T23:16:00Z".parse().unwrap();
        let at = |later: i64| Clock {
            since: Duration::ZERO,
            wall: then.moment().unix_timestamp() + later,
        };
        for (later, text) in [
            (-5, "0s"),
            (59, "59s"),
            (60, "1m"),
            (3_599, "59m"),
            (7_200, "2h"),
            (200_000, "2d"),
        ] {
            assert_eq!(at(later).age(then), text);
        }
    }
}

//! How long the parts of a run took.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use bottle_run::{Ended, Step};

/// Begun with the program.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Timings {
    begun: Instant,
}

impl Timings {
    /// From here on.
    pub(crate) fn begin() -> Self {
        Self {
            begun: Instant::now(),
        }
    }

    /// How long it has been.
    pub(crate) fn so_far(self) -> Duration {
        self.begun.elapsed()
    }
}

/// A table of the steps: what came before them, each of them, and how much of the whole was waiting for the engine and
/// for the session.
pub(crate) fn table<T, E>(
    ended: &Ended<T, E>,
    (before, whole, engine): (Duration, Duration, Duration),
) -> String {
    let steps = || ended.steps.iter().zip(&ended.durations);
    let session: Duration = steps()
        .filter(|(step, _)| **step == Step::Session)
        .map(|(_, time)| *time)
        .sum();
    let mut text = String::new();
    let mut row = |name: &str, time: Duration| {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{name:<42}{:>9.1} ms", time.as_secs_f64() * 1000.0);
    };
    row("reading and checking", before);
    for (step, time) in steps() {
        row(&step.to_string(), *time);
    }
    row("all of it", whole);
    row("  waiting for the engine", engine);
    row("  in the session", session);
    row("  our own", whole.saturating_sub(engine + session));
    text
}

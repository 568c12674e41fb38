//! How long the engine was waited for.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Adds up the time in which at least one call was waited for.
#[derive(Debug, Default)]
pub(crate) struct Clock(Mutex<Waiting>);

#[derive(Debug, Default)]
struct Waiting {
    calls: usize,
    since: Option<Instant>,
    spent: Duration,
}

/// One call that is waited for, until it answers or is given up.
struct Call<'c>(&'c Clock);

impl Clock {
    /// Makes a call and counts it.
    pub(crate) async fn time<T>(&self, call: impl Future<Output = T>) -> T {
        let _counted = Call::begin(self);
        call.await
    }

    /// All of them together.
    pub(crate) fn spent(&self) -> Duration {
        self.waiting().spent
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<'c> Call<'c> {
    fn begin(clock: &'c Clock) -> Self {
        let mut waiting = clock.waiting();
        waiting.calls += 1;
        waiting.since.get_or_insert_with(Instant::now);
        Self(clock)
    }
}

impl Drop for Call<'_> {
    fn drop(&mut self) {
        let mut waiting = self.0.waiting();
        waiting.calls -= 1;
        if waiting.calls == 0
            && let Some(since) = waiting.since.take()
        {
            waiting.spent += since.elapsed();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn calls_at_the_same_time_count_once() {
        let clock = Clock::default();
        let begun = Instant::now();
        let sleep = || async { std::thread::sleep(Duration::from_millis(20)) };
        let waiting = Call::begin(&clock);
        clock.time(sleep()).await;
        assert_eq!(clock.spent(), Duration::ZERO, "the first one still waits");
        drop(waiting);
        let spent = clock.spent();
        assert!(spent >= Duration::from_millis(20) && spent <= begun.elapsed());
    }
}

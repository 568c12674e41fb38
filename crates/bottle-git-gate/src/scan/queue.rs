//! What was read and waits to be looked at, bounded in bytes.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// A queue from one reader to several workers.
pub(super) struct Queue<T> {
    state: Mutex<State<T>>,
    changed: Condvar,
    capacity: u64,
}

struct State<T> {
    waiting: VecDeque<(T, u64)>,
    /// What waits, and what is being looked at.
    weight: u64,
    is_closed: bool,
}

/// One thing, which weighs until it is dropped.
pub(super) struct Taken<'a, T> {
    queue: &'a Queue<T>,
    pub(super) item: Option<T>,
    weight: u64,
}

/// The queue was closed, or it took too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Closed;

impl<T> Queue<T> {
    /// For so many bytes. One thing that weighs more is let in alone.
    pub(super) const fn new(capacity: u64) -> Self {
        let state = Mutex::new(State {
            waiting: VecDeque::new(),
            weight: 0,
            is_closed: false,
        });
        Self {
            state,
            changed: Condvar::new(),
            capacity,
        }
    }

    /// Waits for room.
    pub(super) fn push(&self, item: T, weight: u64, deadline: Instant) -> Result<(), Closed> {
        let mut state = self.lock();
        while !state.is_closed && state.weight > 0 && state.weight + weight > self.capacity {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(Closed);
            }
            let waited = self.changed.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        if state.is_closed {
            return Err(Closed);
        }
        state.weight += weight;
        state.waiting.push_back((item, weight));
        drop(state);
        self.changed.notify_all();
        Ok(())
    }

    /// Waits for the next thing; `None` when there will be none.
    pub(super) fn pop(&self) -> Option<Taken<'_, T>> {
        let mut state = self.lock();
        loop {
            if let Some((item, weight)) = state.waiting.pop_front() {
                return Some(Taken {
                    queue: self,
                    item: Some(item),
                    weight,
                });
            }
            if state.is_closed {
                return None;
            }
            let waited = self.changed.wait(state);
            state = waited.unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Nothing more comes; what waits is still given.
    pub(super) fn close(&self) {
        self.lock().is_closed = true;
        self.changed.notify_all();
    }

    /// Nothing more is looked at.
    pub(super) fn abort(&self) {
        let mut state = self.lock();
        state.is_closed = true;
        state.waiting.clear();
        drop(state);
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Drop for Taken<'_, T> {
    fn drop(&mut self) {
        let mut state = self.queue.lock();
        state.weight = state.weight.saturating_sub(self.weight);
        drop(state);
        self.queue.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::thread;
    use std::time::Duration;

    use super::*;

    #[test]
    fn all_arrives_and_no_more_waits_than_may() {
        let queue = Queue::new(10);
        let deadline = Instant::now() + Duration::from_secs(20);
        thread::scope(|scope| {
            let worker = scope.spawn(|| {
                let mut sum = 0;
                while let Some(mut taken) = queue.pop() {
                    assert!(queue.lock().weight <= 30);
                    sum += taken.item.take().unwrap();
                }
                sum
            });
            for item in 1..=100_u64 {
                queue
                    .push(item, if item == 50 { 30 } else { 4 }, deadline)
                    .unwrap();
            }
            queue.close();
            assert_eq!(worker.join().unwrap(), 5050);
        });
        assert_eq!(queue.lock().weight, 0);
        assert_eq!(queue.push(1, 1, deadline), Err(Closed));
    }

    #[test]
    fn a_full_queue_gives_up_at_the_deadline() {
        let queue = Queue::new(1);
        let soon = Instant::now() + Duration::from_millis(20);
        queue.push((), 1, soon).unwrap();
        assert_eq!(queue.push((), 1, soon), Err(Closed));
    }
}

//! The most recent refusals, for the agent to read at `_egress.local/denials`.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use serde_json::Value;

use crate::limits::MAX_DENIALS;

/// A ring of problem documents, the newest last.
#[derive(Debug, Default)]
pub(super) struct Denials(Mutex<VecDeque<Value>>);

impl Denials {
    /// Adds one; the oldest goes when there are too many.
    pub(super) fn add(&self, problem: Value) {
        let mut ring = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if ring.len() >= MAX_DENIALS {
            ring.pop_front();
        }
        ring.push_back(problem);
    }

    /// All of them.
    pub(super) fn to_json(&self) -> Value {
        Value::Array(
            self.0
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .iter()
                .cloned()
                .collect(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::{Denials, MAX_DENIALS};

    #[test]
    fn keeps_the_newest() {
        let ring = Denials::default();
        for number in 0..MAX_DENIALS + 5 {
            ring.add(number.into());
        }
        let kept = ring.to_json();
        assert_eq!(
            (kept.as_array().unwrap().len(), kept[0].as_u64()),
            (MAX_DENIALS, Some(5))
        );
    }
}

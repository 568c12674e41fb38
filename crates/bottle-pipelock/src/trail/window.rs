//! What was said at one place.

use std::time::Duration;

use super::value::{Value, difference};
use crate::finding::Finding;
use crate::piece::{Piece, REACH};
use crate::scanner::Scanner;

/// From how many bytes on a value that is said twice is the same one. Of shorter ones a secret may have two in a row.
const MIN_SAME: usize = 8;

/// The ends of the values that were said at one place.
#[derive(Debug, Default)]
pub(super) struct Window {
    ends: Joined,
    /// The same of what differs between each value and the one before: words around a secret do not hide it.
    differences: Joined,
    /// The last one.
    value: Value,
    last: Duration,
}

/// Values one behind the other.
#[derive(Debug, Default)]
struct Joined {
    bytes: Vec<u8>,
    /// Where each begins that begins here.
    starts: Vec<usize>,
}

impl Window {
    pub(super) const fn last(&self) -> Duration {
        self.last
    }

    pub(super) const fn touch(&mut self, now: Duration) {
        self.last = now;
    }

    /// Whether a value is the one that was said last.
    pub(super) fn is_last(&self, value: &Value) -> bool {
        value.length() >= MIN_SAME
            && value.length() == self.value.length()
            && value.end() == self.value.end()
            && value.beginning() == self.value.beginning()
    }

    /// Bytes that are looked at when a value is put behind the others.
    pub(super) fn work(&self, value: &Value) -> usize {
        self.ends.bytes.len() + self.differences.bytes.len() + 2 * value.beginning().len()
    }

    /// What is found when a value is put behind the others.
    pub(super) fn joined_with(&self, scanner: &Scanner, value: &Value) -> Option<Finding> {
        let next = value.beginning();
        let ends = next.len() == value.length();
        let found = self.ends.with(scanner, next, ends);
        found.or_else(|| {
            let [before, now] = difference(&self.value, value)?;
            if self.differences.bytes.is_empty() {
                return Joined::of(before).with(scanner, now, true);
            }
            self.differences.with(scanner, now, true)
        })
    }

    /// Takes a value in, and forgets what nothing that comes can go on with.
    pub(super) fn keep(&mut self, mut value: Value, now: Duration) {
        if let Some([before, now]) = difference(&self.value, &value) {
            if self.differences.bytes.is_empty() {
                self.differences.push(before);
            }
            self.differences.push(now);
        }
        self.ends.push(value.end());
        value.forget();
        (self.value, self.last) = (value, now);
    }
}

impl Joined {
    fn of(value: &[u8]) -> Self {
        let mut joined = Self::default();
        joined.push(value);
        joined
    }

    /// What is found that begins here and goes on in `next`. It has no place there.
    fn with(&self, scanner: &Scanner, next: &[u8], ends: bool) -> Option<Finding> {
        if self.bytes.is_empty() || next.is_empty() {
            return None;
        }
        let bytes = [self.bytes.as_slice(), next].concat();
        let starts = [self.starts.as_slice(), &[self.bytes.len()]].concat();
        let found = scanner.scan_piece(&Piece {
            bytes: &bytes,
            starts: true,
            ends,
            values: &starts,
        })?;
        (found.offset < self.bytes.len()).then(|| found.at(0))
    }

    fn push(&mut self, value: &[u8]) {
        self.starts.push(self.bytes.len());
        let far = value.len().saturating_sub(REACH);
        self.bytes
            .extend_from_slice(value.get(far..).unwrap_or_default());
        let old = self.bytes.len().saturating_sub(REACH);
        self.bytes.drain(..old);
        let starts = self.starts.iter();
        self.starts = starts.filter_map(|start| start.checked_sub(old)).collect();
    }
}

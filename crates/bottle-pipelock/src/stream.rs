//! Looking at a body as it flows.

use crate::bytes::ByteSet;
use crate::finding::Finding;
use crate::piece::{Piece, REACH};
use crate::scanner::Scanner;

/// How many bytes one byte may have after the encodings that are taken off: three of the longest on top of each other.
const EXPANSION: usize = 16;
/// What is kept of a stream in front of what is new: a token that has not ended yet, and what stands in front of it.
const KEPT: usize = 2 * EXPANSION * REACH;
/// The longest end of a stream that is held back.
const HELD: usize = EXPANSION * REACH;

/// What a token can go on with.
static TOKEN: ByteSet = ByteSet::alphanumeric_and(b"_-./+~=@:%\\&;#$!*|");

/// Scans a stream in pieces of any length. Memory is bounded; the verdict does not depend on how the stream was cut.
///
/// ```
/// use bottle_pipelock::{Scanner, StreamScan};
///
/// let scanner = Scanner::new();
/// let mut stream = StreamScan::default();
/// assert_eq!(stream.push(&scanner, b"key: AKIAQ3EGT"), None);
/// assert_eq!(stream.held(), 9, "this could become a token");
/// assert_eq!(stream.push(&scanner, b"HP7K5ZWXN2M ").unwrap().offset, 5);
/// ```
#[derive(Debug, Clone, Default)]
pub struct StreamScan {
    /// The end of what came so far.
    window: Vec<u8>,
    /// How much came before it.
    before: usize,
    /// Where in the window a message of its own begins.
    messages: Vec<usize>,
}

impl StreamScan {
    /// Scans what came next, with what came before it. Its offset counts from the beginning of the stream.
    pub fn push(&mut self, scanner: &Scanner, data: &[u8]) -> Option<Finding> {
        self.forget();
        self.window.extend_from_slice(data);
        self.scan(scanner, false)
    }

    /// All findings in what came next, with what came before it; some of what came before are told again. Their offsets count
    /// from the beginning of the stream.
    pub fn find(&mut self, scanner: &Scanner, data: &[u8]) -> Vec<Finding> {
        self.forget();
        self.window.extend_from_slice(data);
        self.find_all(scanner, false)
    }

    /// All findings at the end of the stream.
    pub fn find_at_end(&mut self, scanner: &Scanner) -> Vec<Finding> {
        self.find_all(scanner, true)
    }

    /// A message of its own begins with what comes next; a token may be cut over it and the one before.
    pub(crate) fn begin_message(&mut self) {
        self.messages.push(self.window.len());
    }

    /// Scans the end of the stream, or of a message in it: what could have gone on does not.
    pub fn end(&mut self, scanner: &Scanner) -> Option<Finding> {
        self.scan(scanner, true)
    }

    /// How many of the last bytes could become a token with the next ones: they must not go on yet.
    pub fn held(&self) -> usize {
        TOKEN.back(&self.window).min(HELD)
    }

    fn scan(&self, scanner: &Scanner, ends: bool) -> Option<Finding> {
        let found = scanner.scan_piece(&self.piece(ends))?;
        Some(found.at(found.offset + self.before))
    }

    fn find_all(&self, scanner: &Scanner, ends: bool) -> Vec<Finding> {
        let mut all = scanner.find_all_in(&self.piece(ends));
        for found in &mut all {
            *found = found.at(found.offset + self.before);
        }
        all
    }

    fn piece(&self, ends: bool) -> Piece<'_> {
        Piece {
            bytes: &self.window,
            starts: self.before == 0,
            ends,
            values: &self.messages,
        }
    }

    fn forget(&mut self) {
        let old = self.window.len().saturating_sub(KEPT);
        if old == 0 {
            return;
        }
        self.before += old;
        self.window.drain(..old);
        let messages = self
            .messages
            .iter()
            .filter_map(|start| start.checked_sub(old));
        self.messages = messages.collect();
    }
}

#[cfg(test)]
mod tests;

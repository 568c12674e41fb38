//! What one request says at a place.

use crate::piece::REACH;

/// Bytes of a value while it grows, so that its middle is not moved for each of its bytes.
const MOST: usize = 4 * REACH;

/// What one request says at a place: its beginning and its end, where it is long.
#[derive(Debug, Default, Clone)]
pub(super) struct Value {
    bytes: Vec<u8>,
    length: usize,
}

impl Value {
    /// Adds what the same request says there as well.
    pub(super) fn add(&mut self, more: &[u8]) {
        self.length = self.length.saturating_add(more.len());
        let (head, tail) = more.split_at(more.len().min(REACH));
        self.bytes.extend_from_slice(head);
        let far = tail.len().saturating_sub(REACH);
        self.bytes
            .extend_from_slice(tail.get(far..).unwrap_or_default());
        if self.bytes.len() > MOST {
            self.forget();
        }
    }

    /// The middle goes: whatever is in it was looked at in its own request.
    pub(super) fn forget(&mut self) {
        if self.bytes.len() > 2 * REACH {
            let end = self.bytes.len() - REACH;
            self.bytes.drain(REACH..end);
            self.bytes.shrink_to_fit();
        }
    }

    pub(super) const fn length(&self) -> usize {
        self.length
    }

    /// All of it, if it is short.
    pub(super) fn whole(&self) -> Option<&[u8]> {
        (self.bytes.len() == self.length).then_some(&self.bytes)
    }

    pub(super) fn beginning(&self) -> &[u8] {
        self.bytes.get(..REACH).unwrap_or(&self.bytes)
    }

    /// As much of it as something may be cut over.
    pub(super) fn end(&self) -> &[u8] {
        let start = self.bytes.len().saturating_sub(REACH);
        self.bytes.get(start..).unwrap_or_default()
    }
}

/// Where two short values differ, each without the words at its beginning and its end that the other one has, too. None
/// when they have none, or when nobody knows.
pub(super) fn difference<'a>(one: &'a Value, other: &'a Value) -> Option<[&'a [u8]; 2]> {
    let (one, other) = (one.whole()?, other.whole()?);
    let same = one
        .iter()
        .zip(other)
        .take_while(|(one, other)| one == other);
    let mut front = one.get(..same.count())?.iter();
    let front = front
        .rposition(|byte| is_mark(*byte))
        .map_or(0, |mark| mark + 1);
    let (one, other) = (one.get(front..)?, other.get(front..)?);
    let pairs = one.iter().rev().zip(other.iter().rev());
    let same = pairs.take_while(|(one, other)| one == other).count();
    let mut back = one.get(one.len() - same..)?.iter();
    let back = back
        .position(|byte| is_mark(*byte))
        .map_or(0, |mark| same - mark);
    let without = |value: &'a [u8]| value.get(..value.len() - back);
    (front + back > 0).then_some([without(one)?, without(other)?])
}

/// What stands between words.
const fn is_mark(byte: u8) -> bool {
    !byte.is_ascii_alphanumeric()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Value {
        let mut value = Value::default();
        value.add(text.as_bytes());
        value
    }

    #[test]
    fn words_around_are_taken_off() {
        let words = |one, other| {
            let (one, other) = (value(one), value(other));
            let difference = difference(&one, &other)?;
            Some(difference.map(|part| String::from_utf8(part.to_vec()).unwrap()))
        };
        let are = |one: &str, other: &str| Some([one.to_owned(), other.to_owned()]);
        assert_eq!(words("note: abc, end", "note: xyz, end"), are("abc", "xyz"));
        assert_eq!(words("v=abc1)", "v=axy1)"), are("abc1", "axy1"));
        assert_eq!(words("a b", "a b"), are("b", "b"));
        assert_eq!(words("-a-", "-a-a-"), are("", "a-"));
        assert_eq!(words("abc", "abd"), None);
        assert_eq!(words(&"a ".repeat(2000), "a b"), None);
    }

    #[test]
    fn the_ends_of_a_long_value_are_there_however_it_grows() {
        let text: String = ('a'..='z').cycle().take(10_000).collect();
        for piece in [1, 7, 1500, 10_000] {
            let mut value = Value::default();
            text.as_bytes()
                .chunks(piece)
                .for_each(|more| value.add(more));
            assert_eq!(value.length(), text.len());
            assert_eq!(value.beginning(), &text.as_bytes()[..REACH]);
            assert_eq!(value.end(), &text.as_bytes()[text.len() - REACH..]);
            assert!(value.bytes.len() <= MOST && value.whole().is_none());
        }
    }
}

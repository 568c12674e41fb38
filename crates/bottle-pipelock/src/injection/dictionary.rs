//! Words looked up by their letters.

use std::sync::LazyLock;

use super::class::{Classes, WORD};
use super::words::WORDS;
use crate::fixed_table::{Key, Table};

/// All words.
pub(super) static DICTIONARY: LazyLock<Dictionary> = LazyLock::new(Dictionary::build);

/// A word and what it is.
type Entry = (&'static [u8], Classes);

/// Words with their classes.
pub(super) struct Dictionary {
    short: Table<Short, Classes>,
    /// Those that are not short.
    long: Table<&'static [u8], Classes>,
    /// For each first byte its words, the longest first.
    buckets: Vec<Vec<Entry>>,
}

impl Dictionary {
    fn build() -> Self {
        let mut buckets = vec![Vec::new(); 256];
        for (classes, words) in WORDS {
            for word in words.split_ascii_whitespace() {
                add(&mut buckets, word.as_bytes(), *classes);
            }
        }
        for bucket in &mut buckets {
            bucket.sort_by_key(|(word, _)| (std::cmp::Reverse(word.len()), *word));
        }
        let words = || buckets.iter().flatten().copied();
        let short = words().filter_map(|(word, classes)| Some((Short::of(word)?, classes)));
        let long = words().filter(|(word, _)| Short::of(word).is_none());
        Self {
            short: Table::of(short),
            long: Table::of(long),
            buckets,
        }
    }

    /// The classes of a word in lower case; any word is a [`WORD`].
    pub(super) fn classes(&self, word: &[u8]) -> Classes {
        let known = match Short::of(word) {
            Some(word) => self.short.get(word),
            None => self.long.get(word),
        };
        known.copied().unwrap_or_default() | WORD
    }

    /// The longest word with which a text begins.
    pub(super) fn longest_prefix(&self, text: &[u8]) -> Option<Entry> {
        let place = usize::from(*text.first()?);
        let mut bucket = self.buckets.get(place)?.iter();
        bucket.find(|(word, _)| text.starts_with(word)).copied()
    }
}

/// A word of at most sixteen bytes in numbers, which are compared at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Short {
    /// Its first bytes and its last ones, which may be the same.
    parts: [u64; 2],
    length: usize,
}

impl Short {
    fn of(word: &[u8]) -> Option<Self> {
        let length = word.len();
        let parts = match (word.first_chunk(), word.last_chunk()) {
            (Some(first), Some(last)) => [u64::from_le_bytes(*first), u64::from_le_bytes(*last)],
            _ => match (word.first_chunk(), word.last_chunk()) {
                (Some(first), Some(last)) => [
                    u32::from_le_bytes(*first).into(),
                    u32::from_le_bytes(*last).into(),
                ],
                _ => [Self::number(word), 0],
            },
        };
        (length <= 16).then_some(Self { parts, length })
    }

    /// Fewer than four bytes.
    fn number(word: &[u8]) -> u64 {
        word.iter()
            .fold(0, |number, byte| number << 8 | u64::from(*byte))
    }
}

impl Key for Short {
    fn hash(self) -> u64 {
        let Self {
            parts: [first, last],
            length,
        } = self;
        let length = u64::try_from(length).unwrap_or_default();
        let hash = Key::hash(first ^ length) ^ last.rotate_left(29);
        Key::hash(hash ^ hash >> 32)
    }
}

fn add(buckets: &mut [Vec<Entry>], word: &'static [u8], classes: Classes) {
    let place = word.first().map_or(0, |byte| usize::from(*byte));
    let Some(bucket) = buckets.get_mut(place) else {
        return;
    };
    match bucket.iter_mut().find(|(known, _)| *known == word) {
        Some((_, known)) => *known |= classes,
        None => bucket.push((word, classes)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{DICTIONARY, Short};
    use crate::injection::class::WORD;
    use crate::injection::words::WORDS;

    proptest! {
        #[test]
        fn different_words_stay_different(one in "[ab]{0,17}", other in "[ab]{0,17}") {
            let short = |word: &str| Short::of(word.as_bytes());
            prop_assert_eq!(short(&one).is_some(), one.len() <= 16);
            prop_assert_eq!(short(&one).is_some() && short(&one) == short(&other), one.len() <= 16 && one == other);
        }
    }

    #[test]
    fn each_word_is_found_with_its_classes_and_no_other() {
        for (classes, words) in WORDS {
            for word in words.split_ascii_whitespace() {
                assert_eq!(DICTIONARY.classes(word.as_bytes()) & classes, *classes);
                assert_eq!(DICTIONARY.classes(format!("{word}q").as_bytes()), WORD);
            }
        }
    }
}

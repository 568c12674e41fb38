//! Words looked up by their letters.

use std::sync::LazyLock;

use super::class::{Classes, WORD};
use super::words::WORDS;

/// All words.
pub(super) static DICTIONARY: LazyLock<Dictionary> = LazyLock::new(Dictionary::build);

/// How many slots there are for words: about three for each, so that a search ends soon.
const SLOTS: usize = 4096;

/// A word and what it is.
type Entry = (&'static [u8], Classes);

/// Words with their classes.
pub(super) struct Dictionary {
    /// Each word in the slot of its hash, or in the next one that was free.
    slots: Vec<Option<Entry>>,
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
        let mut slots = vec![None; SLOTS];
        for bucket in &mut buckets {
            bucket.sort_by_key(|(word, _)| (std::cmp::Reverse(word.len()), *word));
            for entry in &*bucket {
                let free = from_slot(entry.0).find(|slot| matches!(slots.get(*slot), Some(None)));
                if let Some(slot) = free.and_then(|slot| slots.get_mut(slot)) {
                    *slot = Some(*entry);
                }
            }
        }
        Self { slots, buckets }
    }

    /// The classes of a word in lower case; any word is a [`WORD`].
    pub(super) fn classes(&self, word: &[u8]) -> Classes {
        let mut slots = from_slot(word).map_while(|slot| self.slots.get(slot).copied().flatten());
        let known = slots.find(|(known, _)| *known == word);
        known.map_or(0, |(_, classes)| classes) | WORD
    }

    /// The longest word with which a text begins.
    pub(super) fn longest_prefix(&self, text: &[u8]) -> Option<Entry> {
        let place = usize::from(*text.first()?);
        let mut bucket = self.buckets.get(place)?.iter();
        bucket.find(|(word, _)| text.starts_with(word)).copied()
    }
}

/// The slots in which a word may be, in this order.
fn from_slot(word: &[u8]) -> impl Iterator<Item = usize> {
    // FNV-1a of 32 bits; nobody but this crate chooses the words that are kept.
    let hash = word.iter().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193)
    });
    let first = usize::try_from(hash ^ (hash >> 15)).unwrap_or_default();
    (0..SLOTS).map(move |step| first.wrapping_add(step) % SLOTS)
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
    use super::{DICTIONARY, SLOTS};
    use crate::injection::class::WORD;
    use crate::injection::words::WORDS;

    #[test]
    fn each_word_is_found_with_its_classes_and_no_other() {
        for (classes, words) in WORDS {
            for word in words.split_ascii_whitespace() {
                assert_eq!(DICTIONARY.classes(word.as_bytes()) & classes, *classes);
                assert_eq!(DICTIONARY.classes(format!("{word}q").as_bytes()), WORD);
            }
        }
    }

    #[test]
    fn slots_are_free_and_searches_are_short() {
        let used = DICTIONARY.slots.iter().flatten().count();
        assert!(used < SLOTS / 2, "{used}");
        let rows = DICTIONARY.slots.split(Option::is_none).map(<[_]>::len);
        assert!(rows.max().unwrap() < 32);
    }
}

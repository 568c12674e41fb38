//! Words looked up by their letters.

use std::sync::LazyLock;

use super::class::{Classes, WORD};
use super::words::WORDS;

/// All words, by their first byte.
pub(super) static DICTIONARY: LazyLock<Dictionary> = LazyLock::new(Dictionary::build);

/// A word and what it is.
type Entry = (&'static [u8], Classes);

/// Words with their classes.
pub(super) struct Dictionary {
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
        Self { buckets }
    }

    /// The classes of a word in lower case; any word is a [`WORD`].
    pub(super) fn classes(&self, word: &[u8]) -> Classes {
        let entry = self.bucket(word).iter().find(|(known, _)| *known == word);
        entry.map_or(0, |(_, classes)| *classes) | WORD
    }

    /// The longest word with which a text begins.
    pub(super) fn longest_prefix(&self, text: &[u8]) -> Option<Entry> {
        let mut bucket = self.bucket(text).iter();
        bucket.find(|(word, _)| text.starts_with(word)).copied()
    }

    fn bucket(&self, word: &[u8]) -> &[Entry] {
        let bucket = word
            .first()
            .and_then(|byte| self.buckets.get(usize::from(*byte)));
        bucket.map_or(&[], Vec::as_slice)
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

//! Words looked up by their letters.

use std::sync::LazyLock;

use super::class::{Classes, WORD};
use super::words::WORDS;
use crate::fixed_table::Table;

/// All words.
pub(super) static DICTIONARY: LazyLock<Dictionary> = LazyLock::new(Dictionary::build);

/// A word and what it is.
type Entry = (&'static [u8], Classes);

/// Words with their classes.
pub(super) struct Dictionary {
    table: Table<&'static [u8], Classes>,
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
        let table = Table::of(buckets.iter().flatten().copied());
        Self { table, buckets }
    }

    /// The classes of a word in lower case; any word is a [`WORD`].
    pub(super) fn classes(&self, word: &[u8]) -> Classes {
        self.table.get(word).copied().unwrap_or_default() | WORD
    }

    /// The longest word with which a text begins.
    pub(super) fn longest_prefix(&self, text: &[u8]) -> Option<Entry> {
        let place = usize::from(*text.first()?);
        let mut bucket = self.buckets.get(place)?.iter();
        bucket.find(|(word, _)| text.starts_with(word)).copied()
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
    use super::DICTIONARY;
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
}

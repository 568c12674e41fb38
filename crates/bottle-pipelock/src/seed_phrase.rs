//! Seed phrases of wallets (BIP-39), in English.
//!
//! The words of the list are words of every text, so a phrase is twelve or more of them in a row whose checksum is
//! right. Whatever is no letter may stand between two words: spaces, line breaks, numbers, the marks of a list.

use std::ops::{Range, RangeInclusive};

use bip39::{Language, Mnemonic};

/// How many words a phrase has (BIP-39, "Generating the mnemonic"), the longest first.
const LENGTHS: [usize; 5] = [24, 21, 18, 15, 12];
/// The fewest words.
const SHORTEST: usize = 12;
/// How many letters a word of the list has.
const LETTERS: RangeInclusive<usize> = 3..=8;
/// How many bytes may stand between two words: the marks of a table, indented deep.
const MAX_GAP: usize = 48;
/// Rows of words that are checked in one text, far more than any text has that was not made to take long. Behind so many
/// the next row is taken for a phrase.
const MAX_CHECKS: usize = 20_000;
/// How many bits a word stands for.
const WORD_BITS: u32 = 11;

/// A word of the list: its number there, and its place in the text.
struct Word {
    number: u16,
    place: Range<usize>,
}

/// Where a seed phrase stands in a text, if there is one. Takes time linear in the text.
pub(crate) fn find(text: &[u8]) -> Option<Range<usize>> {
    // Most texts have no twelve words of the right length in a row: only those are looked up.
    let mut row: Vec<Range<usize>> = Vec::new();
    let mut left = MAX_CHECKS;
    for place in words(text) {
        let is_near = row
            .last()
            .is_none_or(|last| place.start - last.end <= MAX_GAP);
        let may_be_listed = LETTERS.contains(&place.len());
        if !(is_near && may_be_listed) {
            let found = find_in_row(text, &row, &mut left);
            if found.is_some() {
                return found;
            }
            row.clear();
        }
        if may_be_listed {
            row.push(place);
        }
    }
    find_in_row(text, &row, &mut left)
}

/// The places of all runs of letters.
fn words(text: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = text.get(at..)?;
        let start = at + rest.iter().position(u8::is_ascii_alphabetic)?;
        let letters = text.get(start..)?.iter();
        let length = letters
            .take_while(|byte| byte.is_ascii_alphabetic())
            .count();
        at = start + length;
        Some(start..at)
    })
}

fn find_in_row(text: &[u8], row: &[Range<usize>], left: &mut usize) -> Option<Range<usize>> {
    if row.len() < SHORTEST {
        return None;
    }
    let listed: Vec<Option<Word>> = row
        .iter()
        .map(|place| {
            let number = number(text.get(place.clone())?)?;
            let place = place.clone();
            Some(Word { number, place })
        })
        .collect();
    listed.split(Option::is_none).find_map(|words| {
        let words: Vec<&Word> = words.iter().flatten().collect();
        find_in_list(&words, left)
    })
}

/// The number of a word in the list, which is sorted.
fn number(word: &[u8]) -> Option<u16> {
    let word = word.to_ascii_lowercase();
    let place = Language::English
        .word_list()
        .binary_search_by(|entry| entry.as_bytes().cmp(&word))
        .ok()?;
    u16::try_from(place).ok()
}

fn find_in_list(words: &[&Word], left: &mut usize) -> Option<Range<usize>> {
    let numbers: Vec<u16> = words.iter().map(|word| word.number).collect();
    (0..words.len()).find_map(|start| {
        LENGTHS.iter().find_map(|length| {
            let end = start + length;
            let (first, last) = (words.get(start)?, words.get(end - 1)?);
            let numbers = numbers.get(start..end)?;
            *left = left.saturating_sub(1);
            (*left == 0 || is_phrase(numbers)).then_some(first.place.start..last.place.end)
        })
    })
}

/// Whether the checksum is right. Words in the order of the list are a part of the list.
fn is_phrase(numbers: &[u16]) -> bool {
    let is_list = numbers.is_sorted_by(|one, other| one < other);
    !is_list && last_number(numbers) == numbers.last().copied()
}

/// The last word that belongs to these: its last bits are a checksum of all others.
fn last_number(numbers: &[u16]) -> Option<u16> {
    // Of 33 bits, 32 are entropy.
    let length = numbers.len() / 3 * 4;
    let mut entropy = Vec::with_capacity(length + 2);
    let (mut bits, mut count) = (0_u32, 0);
    for number in numbers {
        bits = bits << WORD_BITS | u32::from(*number);
        count += WORD_BITS;
        while let Some(left) = count.checked_sub(8) {
            let [_, _, _, byte] = (bits >> left).to_be_bytes();
            entropy.push(byte);
            count = left;
        }
    }
    let phrase = Mnemonic::from_entropy(entropy.get(..length)?).ok()?;
    let last = phrase.word_indices().last()?;
    u16::try_from(last).ok()
}

#[cfg(test)]
mod tests;

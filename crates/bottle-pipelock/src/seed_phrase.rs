//! Seed phrases of wallets (BIP-39), in English.
//!
//! The words of the list are words of every text, so a phrase is twelve or more of them in a row whose checksum is
//! right. Whatever is no letter may stand between two words: spaces, line breaks, numbers, the marks of a list.

use std::ops::{ControlFlow, Range};
use std::sync::LazyLock;

use bip39::{Language, Mnemonic};

use crate::eight::Eight;
use crate::fixed_table::Table;

/// How many words a phrase has (BIP-39, "Generating the mnemonic"), the longest first.
const LENGTHS: [usize; 5] = [24, 21, 18, 15, 12];
/// The fewest words.
const SHORTEST: usize = 12;
/// The most letters of a word of the list; the fewest are three.
const MAX_LETTERS: usize = Eight::LENGTH;
/// How many bytes may stand between two words: the marks of a table, indented deep.
const MAX_GAP: usize = 48;
/// From the beginning of a phrase to that of its last word there are eleven words of three letters and their gaps: one
/// place of so many lies there in every phrase.
const STEP: usize = 11 * 4;
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

/// Tells where seed phrases stand in a text. Takes time linear in the text, and looks at few of the words of most texts.
pub(crate) fn each(
    text: &[u8],
    report: &mut dyn FnMut(Range<usize>) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let (mut at, mut left) = (0, MAX_CHECKS);
    while at < text.len() {
        let near = word_from(text, at);
        let Some(first) = near.and_then(|place| listed(text, place)) else {
            at += STEP;
            continue;
        };
        let row = row_around(text, first);
        at = row.last().map_or(at, |word| word.place.end) + 1;
        each_in_row(&row, &mut left, report)?;
    }
    ControlFlow::Continue(())
}

/// The run of letters in which this place is, or the next one.
fn word_from(text: &[u8], at: usize) -> Option<Range<usize>> {
    let gap = gap_from(text, at)?;
    let first = at + gap;
    let front = if gap == 0 {
        letters_before(text, at)
    } else {
        0
    };
    Some(first - front..first + letters_from(text, first))
}

/// How far the next letter is, if it is near.
fn gap_from(text: &[u8], at: usize) -> Option<usize> {
    let mut steps = (0..=MAX_GAP).step_by(Eight::LENGTH);
    let gap = steps.find_map(|step| {
        let first = Eight::at(text, at + step).letters().first()?;
        Some(step + first)
    })?;
    (gap <= MAX_GAP).then_some(gap)
}

fn word_before(text: &[u8], start: usize) -> Option<Range<usize>> {
    let front = text.get(..start)?.iter().rev();
    let gap = front.take(MAX_GAP + 1).position(u8::is_ascii_alphabetic)?;
    let end = start - gap;
    Some(end - letters_before(text, end)..end)
}

/// How many letters stand here; more than a word has are not counted.
fn letters_from(text: &[u8], at: usize) -> usize {
    let letters = Eight::at(text, at).letters().front();
    let next = text.get(at + MAX_LETTERS);
    letters + usize::from(letters == MAX_LETTERS && next.is_some_and(u8::is_ascii_alphabetic))
}

fn letters_before(text: &[u8], at: usize) -> usize {
    let letters = Eight::before(text, at).letters().back();
    let next = at
        .checked_sub(MAX_LETTERS + 1)
        .and_then(|place| text.get(place));
    letters + usize::from(letters == MAX_LETTERS && next.is_some_and(u8::is_ascii_alphabetic))
}

/// All words of the list that stand in a row with this one.
fn row_around(text: &[u8], first: Word) -> Vec<Word> {
    let before = |word: &Word| listed(text, word_before(text, word.place.start)?);
    let behind = |word: &Word| {
        let gap = text.get(word.place.end)?;
        (!gap.is_ascii_alphabetic()).then_some(())?;
        listed(text, word_from(text, word.place.end)?)
    };
    let mut row = Vec::new();
    let mut next = before(&first);
    while let Some(word) = next {
        next = before(&word);
        row.push(word);
    }
    row.reverse();
    row.push(first);
    while let Some(word) = row.last().and_then(behind) {
        row.push(word);
    }
    row
}

fn listed(text: &[u8], place: Range<usize>) -> Option<Word> {
    let number = *WORDS.get(packed(text, &place)?)?;
    Some(Word { number, place })
}

/// The letters of a word in one number, without their case.
fn packed(text: &[u8], word: &Range<usize>) -> Option<u64> {
    let is_of_length = (3..=MAX_LETTERS).contains(&word.len());
    is_of_length.then(|| Eight::at(text, word.start).small_letters(word.len()))
}

/// The number of each word in the list, by its letters.
static WORDS: LazyLock<Table<u64, u16>> =
    LazyLock::new(|| {
        let words = (0..).zip(Language::English.word_list());
        Table::of(words.filter_map(|(number, word)| {
            Some((packed(word.as_bytes(), &(0..word.len()))?, number))
        }))
    });

fn each_in_row(
    words: &[Word],
    left: &mut usize,
    report: &mut dyn FnMut(Range<usize>) -> ControlFlow<()>,
) -> ControlFlow<()> {
    if words.len() < SHORTEST {
        return ControlFlow::Continue(());
    }
    let numbers: Vec<u16> = words.iter().map(|word| word.number).collect();
    for start in 0..words.len() {
        let phrase = LENGTHS.iter().find_map(|length| {
            let end = start + length;
            let (first, last) = (words.get(start)?, words.get(end - 1)?);
            let numbers = numbers.get(start..end)?;
            *left = left.saturating_sub(1);
            (*left == 0 || is_phrase(numbers)).then_some(first.place.start..last.place.end)
        });
        if let Some(place) = phrase {
            report(place)?;
        }
    }
    ControlFlow::Continue(())
}

/// Whether the checksum is right. Words in the order of the list are a part of the list.
fn is_phrase(numbers: &[u16]) -> bool {
    let is_list = numbers.is_sorted_by(|one, other| one < other);
    !is_list && is_varied(numbers) && last_number(numbers) == numbers.last().copied()
}

/// Whether few words come again. In a table or a list of values many do; of twelve drawn at random hardly any.
fn is_varied(numbers: &[u16]) -> bool {
    let (mut all, count) = (numbers.to_vec(), numbers.len());
    all.sort_unstable();
    all.dedup();
    all.len() * 4 >= count * 3
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

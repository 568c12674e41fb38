//! Whether a label looks encoded, to somebody who cannot decode it.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use bip39::Language;

/// The shortest part of a label that may be encoded.
const SHORTEST: usize = 8;
/// How often letters and digits take turns in what is encoded, at the least.
const TURNS: usize = 3;
/// The shortest word of letters alone that may be encoded.
const SHORTEST_WORD: usize = 16;
/// How many consonants stand in a row where no language puts them.
const CONSONANTS: usize = 5;
/// No word has the same letter so often in a row.
const SAME: usize = 4;
/// Pairs of letters that stand in words. A piece of something encoded has others.
static PAIRS: LazyLock<BTreeSet<[u8; 2]>> = LazyLock::new(|| {
    let words = Language::English.word_list().iter();
    words.flat_map(|word| pairs(word.as_bytes())).collect()
});
/// Numbers of pieces have up to this many digits.
const LONGEST_NUMBER: usize = 4;

/// How many characters of a label look encoded.
pub(super) fn encoded(label: &str) -> usize {
    let whole: String = label.split('-').collect();
    if is_hex(&whole) {
        return whole.len();
    }
    let parts = label.split('-').filter(|part| looks_encoded(part));
    parts.map(str::len).sum()
}

/// How many bytes these characters can carry: half a byte each in hexadecimal, otherwise the five bits of base32.
pub(super) fn carried_bytes(label: &str) -> usize {
    let is_hex = label
        .split('-')
        .all(|part| !looks_encoded(part) || is_hex(part));
    let bits = if is_hex { 4 } else { 5 };
    encoded(label) * bits / 8
}

/// Whether the label is one piece of something encoded.
pub(super) fn is_piece(label: &str) -> bool {
    label.len() >= SHORTEST && encoded(label) == label.len()
}

/// Whether the label is the number of a piece.
pub(super) fn is_number(label: &str) -> bool {
    label.len() <= LONGEST_NUMBER && is_decimal(label)
}

fn looks_encoded(part: &str) -> bool {
    is_hex(part)
        || part.len() >= SHORTEST && turns(part) >= TURNS
        || part.len() >= SHORTEST_WORD && consonants(part) >= CONSONANTS
        || part.len() >= SHORTEST && !is_word(part)
}

/// Whether most pairs of letters are those of words, and no letter comes again and again.
fn is_word(part: &str) -> bool {
    let letters = part.as_bytes();
    let of_letters = |pair: &[u8; 2]| pair.iter().all(u8::is_ascii_alphabetic);
    let (known, odd): (Vec<_>, Vec<_>) = pairs(letters)
        .filter(of_letters)
        .partition(|pair| PAIRS.contains(pair));
    let is_same =
        |row: &[u8]| row.len() >= SAME && row.first().is_some_and(u8::is_ascii_alphabetic);
    known.len() >= odd.len() && !letters.chunk_by(|one, other| one == other).any(is_same)
}

fn pairs(letters: &[u8]) -> impl Iterator<Item = [u8; 2]> {
    letters
        .windows(2)
        .filter_map(|pair| pair.first_chunk().copied())
}

/// Hexadecimal digits that are no number.
fn is_hex(part: &str) -> bool {
    let is_hex = part.bytes().all(|byte| byte.is_ascii_hexdigit());
    part.len() >= SHORTEST && is_hex && !is_decimal(part)
}

fn is_decimal(part: &str) -> bool {
    part.bytes().all(|byte| byte.is_ascii_digit())
}

/// How often a digit follows a letter or a letter a digit.
fn turns(part: &str) -> usize {
    let is_turn = |pair: &&[u8]| matches!(pair, [one, other] if one.is_ascii_digit() != other.is_ascii_digit());
    part.as_bytes().windows(2).filter(is_turn).count()
}

/// The most consonants in a row.
fn consonants(part: &str) -> usize {
    let runs = part.split(|letter: char| {
        matches!(letter, 'a' | 'e' | 'i' | 'o' | 'u' | 'y') || !letter.is_ascii_alphabetic()
    });
    runs.map(str::len).max().unwrap_or_default()
}

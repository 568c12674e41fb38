//! Words without spaces between them, and letters with.

use std::ops::Range;

use super::class::{Classes, WORD};
use super::dictionary::DICTIONARY;
use super::token::Token;

/// The shortest run of letters that may be several words.
pub(super) const MIN_JOINED: usize = 14;
/// Of so many letters of a joined word, how many must be of words that are known.
const KNOWN: (usize, usize) = (5, 4);
/// How many letters with something between them make a word.
const MIN_SPACED: usize = 6;

/// Tells the words that are in a run of letters: itself, or the ones that it is joined of.
pub(super) fn read_word(
    text: &[u8],
    letters: &[u8],
    has_digit: bool,
    place: &Range<usize>,
    mut add: impl FnMut(Classes, Range<usize>),
) {
    let plain = if has_digit {
        unmask(letters)
    } else {
        letters.to_vec()
    };
    let may_be_joined = letters.len() >= MIN_JOINED && !is_name(text, place);
    let words = if may_be_joined {
        split(&plain)
    } else {
        Vec::new()
    };
    if words.is_empty() {
        let classes = DICTIONARY.classes(letters) | DICTIONARY.classes(&plain);
        add(classes, place.clone());
    }
    for classes in words {
        add(classes, place.clone());
    }
}

/// The letters that digits stand for.
pub(super) fn unmask(letters: &[u8]) -> Vec<u8> {
    let letter = |byte: &u8| match *byte {
        b'0' => b'o',
        b'1' => b'i',
        b'3' => b'e',
        b'4' | b'@' => b'a',
        b'5' | b'$' => b's',
        b'7' => b't',
        byte => byte,
    };
    letters.iter().map(letter).collect()
}

/// Whether it is a name in a program, as `ignorePreviousRules`.
fn is_name(text: &[u8], place: &Range<usize>) -> bool {
    let written = text.get(place.clone()).unwrap_or_default();
    let is_small = written.first().is_some_and(u8::is_ascii_lowercase);
    is_small && written.iter().any(u8::is_ascii_uppercase)
}

/// The words in a run, if most of it is words.
fn split(letters: &[u8]) -> Vec<Classes> {
    let (mut words, mut known, mut rest) = (Vec::new(), 0, letters);
    while !rest.is_empty() {
        let length = match DICTIONARY.longest_prefix(rest) {
            Some((word, classes)) => {
                words.push(classes | WORD);
                known += word.len();
                word.len()
            }
            None => 1,
        };
        rest = rest.get(length..).unwrap_or_default();
    }
    let (of, at_least) = KNOWN;
    if known * of >= letters.len() * at_least {
        words
    } else {
        Vec::new()
    }
}

/// The words in a run of ideographs; a character that belongs to none counts as one.
pub(super) fn split_ideographs(letters: &[u8], place: &Range<usize>, tokens: &mut Vec<Token>) {
    let mut rest = letters;
    while let Some(first) = rest.first() {
        let (length, classes) = DICTIONARY
            .longest_prefix(rest)
            .map_or((width(*first), 0), |(word, classes)| (word.len(), classes));
        let place = place.clone();
        tokens.push(Token {
            classes: classes | WORD,
            flags: 0,
            place,
        });
        rest = rest.get(length..).unwrap_or_default();
    }
}

/// How many bytes a character has whose first byte this is (RFC 3629, section 3).
const fn width(first: u8) -> usize {
    match first {
        0xe0..=0xef => 3,
        0xf0.. => 4,
        _ => 1,
    }
}

/// The same words, with those read as one whose letters stand alone.
pub(super) fn join(text: &[u8], tokens: Vec<Token>) -> Vec<Token> {
    let mut joined = Vec::with_capacity(tokens.len());
    let mut row: Vec<Token> = Vec::new();
    for token in tokens {
        if is_letter(text, &token)
            && row
                .last()
                .is_none_or(|last| token.place.start - last.place.end <= 4)
        {
            row.push(token);
            continue;
        }
        finish_row(text, &mut row, &mut joined);
        if is_letter(text, &token) {
            row.push(token);
        } else {
            joined.push(token);
        }
    }
    finish_row(text, &mut row, &mut joined);
    joined
}

fn is_letter(text: &[u8], token: &Token) -> bool {
    token.place.len() == 1
        && text
            .get(token.place.start)
            .is_some_and(u8::is_ascii_alphanumeric)
}

fn finish_row(text: &[u8], row: &mut Vec<Token>, joined: &mut Vec<Token>) {
    if row.len() < MIN_SPACED {
        joined.append(row);
        return;
    }
    let gap = |pair: &[Token]| match pair {
        [one, two] => two.place.start - one.place.end,
        _ => 0,
    };
    // The shortest gap is the one between letters; a longer one ends a word.
    let shortest = row.windows(2).map(gap).min().unwrap_or_default();
    let words = row.chunk_by(|one, two| two.place.start - one.place.end <= shortest);
    for word in words {
        let place = word.first().map_or(0, |first| first.place.start)
            ..word.last().map_or(0, |last| last.place.end);
        let letters: Vec<u8> = word
            .iter()
            .filter_map(|token| text.get(token.place.start))
            .map(u8::to_ascii_lowercase)
            .collect();
        let flags = word.first().map_or(0, |first| first.flags);
        read_word(text, &letters, true, &place, |classes, place| {
            joined.push(Token {
                classes,
                flags,
                place,
            });
        });
    }
    row.clear();
}

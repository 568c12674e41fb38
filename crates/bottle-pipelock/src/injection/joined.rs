//! Words without spaces between them.

use std::ops::Range;

use super::class::{Classes, WORD};
use super::dictionary::DICTIONARY;
use super::token::{CLOSES, ENDS, Flags, LABEL, STARTS, Token};

/// The shortest run of letters that may be several words.
pub(super) const MIN_JOINED: usize = 14;
/// Of so many letters of a joined word, how many must be of words that are known.
const KNOWN: (usize, usize) = (5, 4);
/// What contracted words begin with, and how long each of them is.
const YOU: &[u8] = b"you";
const CONTRACTED: usize = 5;

/// Adds the words that are in a run of letters: itself, or the ones that it is joined of.
pub(super) fn add_word(text: &[u8], letters: &[u8], look: &Look, tokens: &mut Vec<Token>) {
    let is_long = letters.len() >= MIN_JOINED;
    if !is_long && !look.has_digit && !is_contracted(letters) {
        add(DICTIONARY.classes(letters), look.flags, &look.place, tokens);
        return;
    }
    let plain = unmask(letters);
    let words = if is_contracted(&plain) {
        contraction(&plain)
    } else if is_long && !is_name(text, &look.place) {
        split(&plain)
    } else {
        Vec::new()
    };
    let Some(last) = words.len().checked_sub(1) else {
        let classes = DICTIONARY.classes(letters) | DICTIONARY.classes(&plain);
        add(classes, look.flags, &look.place, tokens);
        return;
    };
    for (place, classes) in words.into_iter().enumerate() {
        let inner = if place == 0 { 0 } else { STARTS };
        let outer = if place == last {
            0
        } else {
            ENDS | CLOSES | LABEL
        };
        add(classes, look.flags & !(inner | outer), &look.place, tokens);
    }
}

/// How a run of letters looks.
pub(super) struct Look {
    pub(super) flags: Flags,
    pub(super) has_digit: bool,
    /// Where it stands, as it is written.
    pub(super) place: Range<usize>,
}

fn add(classes: Classes, flags: Flags, place: &Range<usize>, tokens: &mut Vec<Token>) {
    let place = place.clone();
    tokens.push(Token {
        classes,
        flags,
        place,
    });
}

fn is_contracted(letters: &[u8]) -> bool {
    letters.len() == CONTRACTED && letters.starts_with(YOU) && !contraction(letters).is_empty()
}

/// The two words of "you're", which come without the apostrophe.
fn contraction(letters: &[u8]) -> Vec<Classes> {
    let verb: &[u8] = match letters.strip_prefix(YOU) {
        Some(b"re") => b"are",
        Some(b"ve") => b"have",
        Some(b"ll") => b"will",
        _ => return Vec::new(),
    };
    vec![DICTIONARY.classes(YOU), DICTIONARY.classes(verb)]
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
        add(classes | WORD, 0, place, tokens);
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

//! Whether a place that the automaton found is worth reading.

use std::ops::Range;

use super::anchor::{Hit, Kind};
use super::class::{ALL, CONVERSATION, Classes, ME, SYSTEM, THEIR, WORD, YOUR};
use super::dictionary::DICTIONARY;
use super::joined::{MIN_JOINED, unmask};
use super::letter;
use super::reader::is_ideographic;
use super::tag;
use crate::fold;

/// How many bytes of a word are looked at, on each side.
const MAX_WORD: usize = 96;
/// Where the address of a link begins in Markdown.
const ADDRESS: &[u8] = b"](http";
/// How far in front of a credential stands whose it is.
const OWNER: usize = 24;
/// Whose it is, or how much of it.
const OWNERS: Classes = ALL | YOUR | THEIR | ME | SYSTEM | CONVERSATION;

/// Whether what was found is what was looked for. What may hide a letter is told by [`word_with_odd`].
pub(super) fn is_worth_reading(text: &[u8], hit: Hit) -> bool {
    let written = text.get(hit.end - hit.length..).unwrap_or_default();
    match hit.kind {
        Kind::Word => word_around(text, hit.end).is_some_and(|word| is_known(text, word)),
        Kind::Credential => word_around(text, hit.end)
            .is_some_and(|word| is_known(text, word.clone()) && is_owned(text, word.start)),
        Kind::Shouted => written.iter().take(hit.length).all(u8::is_ascii_uppercase),
        Kind::File => is_file(text, hit),
        Kind::Escaped => letter::first(written).is_some_and(|letter| may_hide(letter.char)),
        // The address of an image: few have a gap.
        Kind::Sure if written.starts_with(ADDRESS) => tag::first(written).is_some(),
        Kind::Sure | Kind::Base64 | Kind::Hidden => true,
        Kind::Nothing | Kind::Odd => false,
    }
}

/// Whether it is a name with a dot or an underscore, and nothing behind it.
fn is_file(text: &[u8], hit: Hit) -> bool {
    let start = hit.end - hit.length;
    let is_member = start
        .checked_sub(1)
        .and_then(|before| text.get(before))
        .is_some_and(u8::is_ascii_alphanumeric);
    let mark = text.get(start).copied();
    let goes_on = text.get(hit.end).is_some_and(u8::is_ascii_alphanumeric);
    !goes_on && (mark == Some(b'_') || (mark == Some(b'.') && !is_member))
}

/// Whether an escaped character is a letter of ASCII, or looks like one, or like nothing.
fn may_hide(char: char) -> bool {
    if char.is_ascii() || is_ideographic(char) {
        return char.is_ascii_alphanumeric();
    }
    fold::letter(char).is_some_and(|folded| folded.iter().all(u8::is_ascii_alphanumeric))
}

/// The run of letters and digits that ends at a place or goes on behind it.
fn word_around(text: &[u8], end: usize) -> Option<Range<usize>> {
    let is_part = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'@' | b'$');
    let before = text.get(end.saturating_sub(MAX_WORD)..end)?;
    let length = before.iter().rev().take_while(is_part).count();
    let behind = text
        .get(end..)?
        .iter()
        .take(MAX_WORD)
        .take_while(is_part)
        .count();
    let mut start = end - length;
    // The letter of an escape is no part of the word: `\nIgnore`.
    let is_escaped = start.checked_sub(1).and_then(|place| text.get(place)) == Some(&b'\\');
    start += usize::from(is_escaped);
    Some(start..end + behind)
}

/// Whether a run is a word of a class, or long enough to be several.
fn is_known(text: &[u8], word: Range<usize>) -> bool {
    let written = text.get(word).unwrap_or_default();
    if written.len() > MIN_JOINED + 2 {
        return true;
    }
    let mut small = [0; MIN_JOINED + 2];
    let Some(word) = small.get_mut(..written.len()) else {
        return true;
    };
    word.copy_from_slice(written);
    word.make_ascii_lowercase();
    DICTIONARY.classes(word) != WORD || DICTIONARY.classes(&unmask(word)) != WORD
}

/// Whether a credential is somebody's, or all of them: every documentation has others.
fn is_owned(text: &[u8], start: usize) -> bool {
    let before = text
        .get(start.saturating_sub(OWNER)..start)
        .unwrap_or_default();
    let words = before.split(|byte| !byte.is_ascii_alphanumeric());
    let mut words = words.map(<[u8]>::to_ascii_lowercase);
    words.any(|word| DICTIONARY.classes(&word) & OWNERS != 0)
}

/// The run of letters and of characters that are not ASCII around a place.
pub(super) fn word_with_odd(text: &[u8], at: usize) -> (usize, usize) {
    let is_part = |byte: &&u8| byte.is_ascii_alphanumeric() || !byte.is_ascii();
    let before = text.get(at.saturating_sub(MAX_WORD)..at);
    let front = before.unwrap_or_default().iter().rev();
    let behind = text.get(at..).unwrap_or_default().iter();
    (
        at - front.take_while(is_part).count(),
        at + behind.take(MAX_WORD).take_while(is_part).count(),
    )
}

/// Whether a word with a character that is not ASCII hides an anchor.
pub(super) fn is_hidden_anchor(word: &[u8]) -> bool {
    // Most words of another alphabet have a letter that looks like none of ASCII: they are not folded.
    let is_foreign = str::from_utf8(word).is_ok_and(|word| word.chars().any(fold::stays_foreign));
    !is_foreign && fold::fold(word).is_some_and(|folded| is_known_folded(&folded))
}

fn is_known_folded(folded: &[u8]) -> bool {
    let word = folded.to_ascii_lowercase();
    word.is_ascii() && (word.len() > MIN_JOINED || DICTIONARY.classes(&unmask(&word)) != WORD)
}

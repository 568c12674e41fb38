//! A text read as words.

use std::ops::Range;

use super::class::Classes;
use super::joined;
use super::letter::{self, Letter};
use super::tag::{self, Markup};
use super::token::{CLOSES, DOTTED, ENDS, Flags, INSERTED, LABEL, STARTS, TAG, Token, UPPER};
use crate::fold;

/// The longest word whose letters are kept; a longer one is a word nobody knows.
const MAX_WORD: usize = 96;
/// The longest row of ideographs, which have no spaces: all that is read at once.
const MAX_ROW: usize = 16 * 1024;

/// The words of a part of a text.
pub(super) fn tokens(text: &[u8], part: Range<usize>) -> Vec<Token> {
    let mut reader = Reader {
        text,
        at: part.start,
        end: part.end.min(text.len()),
        word: Word::default(),
        is_start: true,
        tokens: Vec::new(),
    };
    while reader.at < reader.end {
        reader.step();
    }
    reader.finish_word();
    joined::join(text, reader.tokens)
}

/// The word that is being read.
#[derive(Default)]
struct Word {
    /// In lower case.
    letters: Vec<u8>,
    place: Range<usize>,
    has_lower: bool,
    has_digit: bool,
    /// Whether a letter is written in another alphabet.
    is_ideographic: bool,
}

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
    end: usize,
    word: Word,
    is_start: bool,
    tokens: Vec<Token>,
}

impl Reader<'_> {
    fn rest(&self) -> &[u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn step(&mut self) {
        if let Some(markup) = tag::first(self.rest()) {
            self.take_markup(markup);
            return;
        }
        let Some(letter) = letter::first(self.rest()) else {
            self.at = self.end;
            return;
        };
        self.take(letter);
        self.at += letter.length;
    }

    fn take_markup(&mut self, markup: Markup) {
        match markup {
            Markup::Inline(length) => self.at += length,
            Markup::Tag(length) => {
                self.finish_word();
                self.at += length;
                self.is_start = true;
            }
            Markup::Name => {
                self.finish_word();
                self.at += 1;
                self.is_start = true;
            }
            Markup::Mark(classes, length) => {
                self.finish_word();
                let place = self.at..self.at + length;
                self.tokens.push(Token {
                    classes,
                    flags: 0,
                    place,
                });
                self.at += length;
            }
        }
    }

    fn take(&mut self, letter: Letter) {
        match letter.char {
            char if char.is_ascii() => self.take_ascii(char, letter.length),
            char if is_ideographic(char) => {
                if !self.word.is_ideographic {
                    self.finish_word();
                }
                self.word.is_ideographic = true;
                self.push(char, letter.length);
            }
            char => self.take_other(char, letter.length),
        }
    }

    fn take_ascii(&mut self, char: char, length: usize) {
        let is_inside = !self.word.letters.is_empty()
            && self
                .text
                .get(self.at + length)
                .is_some_and(u8::is_ascii_alphanumeric);
        match char {
            _ if char.is_ascii_alphanumeric() => {
                if self.word.is_ideographic {
                    self.finish_word();
                }
                self.push(char, length);
            }
            '\'' if is_inside => {}
            // Letters, as some write.
            '@' | '$' if is_inside => self.push(char, length),
            _ => {
                self.finish_word();
                self.is_start |= is_sentence_end(char);
            }
        }
    }

    /// A character that may look like ASCII, or be invisible.
    fn take_other(&mut self, char: char, length: usize) {
        if matches!(char, '\u{2018}' | '\u{2019}') && !self.word.letters.is_empty() {
            return;
        }
        if char.is_whitespace() {
            self.finish_word();
            return;
        }
        let folded = fold::fold(char.encode_utf8(&mut [0; 4]).as_bytes());
        let Some(folded) = folded else {
            // What has no other form is a letter of a language, or a mark.
            if !char.is_alphanumeric() {
                self.finish_word();
            }
            return;
        };
        for byte in folded {
            let letter = char::from(byte);
            if letter.is_ascii_alphanumeric() {
                self.push(letter, length);
            }
        }
    }

    fn push(&mut self, char: char, length: usize) {
        let word = &mut self.word;
        if word.letters.is_empty() {
            word.place.start = self.at;
        }
        word.place.end = self.at + length;
        word.has_lower |= char.is_lowercase();
        word.has_digit |= !char.is_ascii_alphabetic() && char.is_ascii();
        let longest = if word.is_ideographic {
            MAX_ROW
        } else {
            MAX_WORD
        };
        if word.letters.len() < longest {
            let lower = char.to_ascii_lowercase();
            let mut bytes = [0; 4];
            word.letters
                .extend_from_slice(lower.encode_utf8(&mut bytes).as_bytes());
        }
    }

    fn finish_word(&mut self) {
        if self.word.letters.is_empty() {
            return;
        }
        let word = std::mem::take(&mut self.word);
        if word.is_ideographic {
            joined::split_ideographs(&word.letters, &word.place, &mut self.tokens);
        } else {
            let flags = self.flags(&word);
            let token = |classes: Classes, place| Token {
                classes,
                flags,
                place,
            };
            joined::read_word(
                self.text,
                &word.letters,
                word.has_digit,
                &word.place,
                |classes, place| {
                    self.tokens.push(token(classes, place));
                },
            );
        }
        self.is_start = false;
    }

    fn flags(&self, word: &Word) -> Flags {
        let before = self.text.get(..word.place.start).unwrap_or_default();
        let behind = self.text.get(word.place.end..).unwrap_or_default();
        let mut flags = flag(!word.has_lower, UPPER) | flag(self.is_start, STARTS);
        flags |= flag(is_dotted(before), DOTTED) | flag(before.ends_with(b"$("), INSERTED);
        flags |= flag(before.ends_with(b"`"), INSERTED);
        flags |= flag(before.ends_with(b"<"), TAG);
        flags | behind_flags(behind)
    }
}

const fn flag(is_set: bool, flag: Flags) -> Flags {
    if is_set { flag } else { 0 }
}

fn behind_flags(behind: &[u8]) -> Flags {
    if behind.starts_with(b"\n") || behind.starts_with(b"\r") {
        return ENDS | flag(is_paragraph_end(behind), CLOSES);
    }
    match behind.trim_ascii_start() {
        [b':' | b']' | b'>', ..] | [b'*', b'*', b':' | b']', ..] => LABEL,
        [b'.' | b'!' | b'?', next, ..] if !next.is_ascii_alphanumeric() => ENDS | CLOSES,
        [] | [b'.' | b'!' | b'?'] | [b'-', b'-', b'>', ..] => ENDS | CLOSES,
        [b'<', ..] => ENDS | flag(is_block(behind), CLOSES),
        [b';' | b'"' | b'-' | b',' | b')', ..] | [b'\\', b'n' | b'"', ..] => {
            ENDS | flag(is_paragraph_end(behind), CLOSES)
        }
        _ => 0,
    }
}

/// Whether a line ends here and the next one is empty or has the mark of a list or a heading.
fn is_paragraph_end(behind: &[u8]) -> bool {
    let line = behind.strip_prefix(b"\r").unwrap_or(behind);
    let next = line
        .strip_prefix(b"\n")
        .or_else(|| line.strip_prefix(b"\\n"));
    let Some(next) = next else {
        return line.starts_with(b"\",") || line.starts_with(b"\"}") || line.starts_with(b"\":");
    };
    matches!(
        next,
        [
            b'\n' | b'\r' | b'-' | b'*' | b'#' | b'<' | b'|' | b'[' | b'0'..=b'9',
            ..
        ] | [b'\\', b'n', ..]
    )
}

fn is_block(behind: &[u8]) -> bool {
    matches!(tag::first(behind.trim_ascii_start()), Some(Markup::Tag(_)))
}

fn is_dotted(before: &[u8]) -> bool {
    match before {
        [.., b'_'] | [b'.'] => true,
        [.., other, b'.'] => !other.is_ascii_alphanumeric(),
        _ => false,
    }
}

const fn is_sentence_end(char: char) -> bool {
    matches!(
        char,
        '.' | '!' | '?' | '\n' | '[' | '#' | '>' | '"' | '*' | ':'
    )
}

/// Characters of Chinese, Japanese (with kana) and Korean.
pub(super) const fn is_ideographic(char: char) -> bool {
    matches!(char, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}')
}

//! A text read as words.

use std::ops::Range;

use super::joined::{self, Look};
use super::letter::{self, Letter};
use super::look::{flag, flags_before, flags_behind};
use super::spaced;
use super::tag::{self, Markup};
use super::token::{Flags, STARTS, Token, UPPER};
use crate::eight::Eight;
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
    spaced::join(text, reader.tokens)
}

/// The word that is being read.
#[derive(Default)]
struct Word {
    /// In lower case.
    letters: Vec<u8>,
    place: Range<usize>,
    has_lower: bool,
    has_digit: bool,
    /// Whether it is of an alphabet without spaces.
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
        match self.text.get(self.at) {
            Some(byte) if byte.is_ascii_alphanumeric() => self.take_run(),
            Some(0xc2..=0xdf) => self.step_two(),
            Some(b'<' | b'[' | b']' | b'\\' | b'&' | 0x80..) => self.step_marked(),
            Some(byte) => {
                self.take_ascii(char::from(*byte), 1);
                self.at += 1;
            }
            None => self.at = self.end,
        }
    }

    /// Letters and digits of ASCII, which are most of a text.
    fn take_run(&mut self) {
        if self.word.is_ideographic {
            self.finish_word();
        }
        let word = &mut self.word;
        if word.letters.is_empty() {
            word.place.start = self.at;
        }
        let mut goes_on = true;
        while goes_on {
            let eight = Eight::at(self.text, self.at);
            let run = eight.alphanumeric();
            let length = run.front().min(self.end - self.at);
            word.has_lower |= eight.small().is_in_first(length);
            word.has_digit |= run.without(eight.letters()).is_in_first(length);
            let kept = length.min(MAX_WORD.saturating_sub(word.letters.len()));
            let small = eight.small_letters(kept).to_le_bytes();
            word.letters
                .extend_from_slice(small.get(..kept).unwrap_or_default());
            self.at += length;
            goes_on = length == Eight::LENGTH;
        }
        word.place.end = self.at;
    }

    /// A character of two bytes: no markup and no ideograph has so few.
    fn step_two(&mut self) {
        let Some(letter) = letter::first(self.rest()) else {
            self.at = self.end;
            return;
        };
        self.take_other(letter.char, letter.length);
        self.at += letter.length;
    }

    /// What may be markup, an escape or another alphabet.
    fn step_marked(&mut self) {
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
        match char {
            _ if char.is_ascii_alphanumeric() => {
                if self.word.is_ideographic {
                    self.finish_word();
                }
                self.push(char, length);
            }
            '\'' if self.is_inside(length) => {}
            // Letters, as some write.
            '@' | '$' if self.is_inside(length) => self.push(char, length),
            _ => {
                self.finish_word();
                self.is_start |= is_sentence_end(char);
            }
        }
    }

    /// Whether a mark of so many bytes stands between letters.
    fn is_inside(&self, length: usize) -> bool {
        let next = self.text.get(self.at + length);
        !self.word.letters.is_empty() && next.is_some_and(u8::is_ascii_alphanumeric)
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
        let Some(folded) = fold::letter(char) else {
            // What has no other form is a letter of a language, or a mark.
            if !is_cyrillic(char) && !char.is_alphanumeric() {
                self.finish_word();
            }
            return;
        };
        for byte in &*folded {
            let letter = char::from(*byte);
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
        let look = Look {
            flags: self.flags(),
            has_digit: self.word.has_digit,
            place: self.word.place.clone(),
        };
        let letters = &self.word.letters;
        if self.word.is_ideographic {
            joined::split_ideographs(letters, &look.place, &mut self.tokens);
        } else {
            joined::add_word(self.text, letters, &look, &mut self.tokens);
        }
        self.word.letters.clear();
        self.word = Word {
            letters: std::mem::take(&mut self.word.letters),
            ..Word::default()
        };
        self.is_start = false;
    }

    fn flags(&self) -> Flags {
        let place = &self.word.place;
        let before = self.text.get(..place.start).unwrap_or_default();
        let behind = self.text.get(place.end..).unwrap_or_default();
        flag(!self.word.has_lower, UPPER)
            | flag(self.is_start, STARTS)
            | flags_before(before, behind)
            | flags_behind(behind)
    }
}

const fn is_sentence_end(char: char) -> bool {
    matches!(
        char,
        '.' | '!' | '?' | '\n' | '[' | '#' | '>' | '"' | '*' | ':'
    )
}

/// Letters of Cyrillic, which are not looked up in the tables of Unicode.
const fn is_cyrillic(char: char) -> bool {
    matches!(char, '\u{400}'..='\u{481}' | '\u{48a}'..='\u{52f}')
}

/// Characters of Chinese, Japanese (with kana) and Korean.
pub(super) const fn is_ideographic(char: char) -> bool {
    matches!(char, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}')
}

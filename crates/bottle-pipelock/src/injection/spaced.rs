//! Letters with spaces between them.

use super::joined::{self, Look};
use super::token::Token;

/// How many letters with something between them make a word.
const MIN_SPACED: usize = 6;

/// The same words, with those read as one whose letters stand alone.
pub(super) fn join(text: &[u8], tokens: Vec<Token>) -> Vec<Token> {
    let letters = tokens.iter().filter(|token| is_letter(text, token));
    if letters.take(MIN_SPACED).count() < MIN_SPACED {
        return tokens;
    }
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
        let look = Look {
            flags,
            has_digit: true,
            place,
        };
        joined::add_word(text, &letters, &look, joined);
    }
    row.clear();
}

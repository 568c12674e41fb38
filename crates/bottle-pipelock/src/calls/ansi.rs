//! Escapes of `$'…'`, `printf` and `echo -e`: octal, hexadecimal, Unicode.

use std::str::Chars;

/// The text up to the quote that ends it, and whether a letter was written as a number.
pub(super) fn decode(rest: &mut Chars<'_>) -> (String, bool) {
    let (mut text, mut is_hidden) = (String::new(), false);
    while let Some(letter) = rest.next().filter(|letter| *letter != '\'') {
        if letter != '\\' {
            text.push(letter);
            continue;
        }
        match number(rest) {
            Some(letter) => {
                is_hidden = true;
                text.push(letter);
            }
            None => text.extend(rest.next().map(meant)),
        }
    }
    (text, is_hidden)
}

/// Whether a text has so many letters that are written as numbers that it hides a word.
pub(super) fn hides(text: &str) -> bool {
    const FEWEST: usize = 2;
    let mut rest = text.chars();
    let mut count = 0;
    while let Some(letter) = rest.next() {
        if letter == '\\' && number(&mut rest).is_some_and(|letter| letter.is_ascii_alphanumeric())
        {
            count += 1;
        }
    }
    count >= FEWEST
}

/// The letter whose number stands here; nothing is taken if there is none.
fn number(rest: &mut Chars<'_>) -> Option<char> {
    let mut ahead = rest.clone();
    let (radix, most) = match ahead.next()? {
        'x' => (16, 2),
        'u' => (16, 4),
        'U' => (16, 8),
        '0'..='7' => {
            ahead = rest.clone();
            // `echo -e` has a zero in front of the three.
            let most = if rest.as_str().starts_with('0') { 4 } else { 3 };
            (8, most)
        }
        _ => return None,
    };
    let digits = ahead.as_str().chars().take(most);
    let digits: String = digits.take_while(|digit| digit.is_digit(radix)).collect();
    let letter = char::from_u32(u32::from_str_radix(&digits, radix).ok()?)?;
    let after = ahead.as_str().get(digits.len()..).unwrap_or_default();
    *rest = after.chars();
    Some(letter)
}

fn meant(letter: char) -> char {
    match letter {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        letter => letter,
    }
}

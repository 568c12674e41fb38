//! Encodings of single characters: percent-encoding, escapes of strings, character references.

use crate::piece::Source;
use crate::reference;

/// A text with these taken off once; `None` when there is none that hides a letter. Escapes of line ends and quotes hide
/// nothing: a token may begin behind them, and has none in it.
pub(crate) fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let hides = |at: &usize| {
        let rest = text.get(*at..).unwrap_or_default();
        match rest {
            [b'\\', b'u' | b'x' | b'/' | b'U', ..] => true,
            [b'\\', ..] => false,
            _ => meant(rest).is_some(),
        }
    };
    memchr::memchr3_iter(b'%', b'\\', b'&', text).find(hides)?;
    let mut view = Vec::with_capacity(text.len());
    each(text, &mut |_, bytes| view.extend_from_slice(bytes));
    Some(view)
}

/// The place in the text of a place in its view.
pub(crate) fn source_of(text: &[u8], offset: usize) -> usize {
    let mut source = Source::new(offset);
    each(text, &mut |at, bytes| source.add(at, bytes.len()));
    source.found()
}

/// All parts of the view, each with its place in the text.
fn each(text: &[u8], part: &mut dyn FnMut(usize, &[u8])) {
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let plain = memchr::memchr3(b'%', b'\\', b'&', rest).unwrap_or(rest.len());
        part(at, rest.get(..plain).unwrap_or_default());
        at += plain;
        let rest = rest.get(plain..).unwrap_or_default();
        if let Some((letter, length)) = meant(rest) {
            match letter {
                Letter::Byte(byte) => part(at, &[byte]),
                Letter::Char(letter) => part(at, letter.encode_utf8(&mut [0; 4]).as_bytes()),
            }
            at += length;
        } else {
            part(at, rest.get(..1).unwrap_or_default());
            at += 1;
        }
    }
}

/// What is meant by something encoded.
enum Letter {
    Byte(u8),
    Char(char),
}

/// What is encoded at the beginning of a text, and how long that is.
fn meant(text: &[u8]) -> Option<(Letter, usize)> {
    match text {
        [b'%', high, low, ..] => {
            let byte = number(&[*high, *low], 16)?;
            Some((Letter::Byte(u8::try_from(byte).ok()?), 3))
        }
        [b'\\', rest @ ..] => escape(rest),
        [b'&', rest @ ..] => reference(rest),
        _ => None,
    }
}

/// Escapes of JSON strings (RFC 8259, section 7), `\x41` and `\u{41}`.
fn escape(tail: &[u8]) -> Option<(Letter, usize)> {
    let letter = |letter| Some((Letter::Char(letter), 2));
    match tail {
        [b'n', ..] => letter('\n'),
        [b'r', ..] => letter('\r'),
        [b't', ..] => letter('\t'),
        [quoted @ (b'"' | b'\\' | b'/'), ..] => letter(char::from(*quoted)),
        [b'u', b'{', rest @ ..] => {
            let length = rest.iter().take(7).position(|byte| *byte == b'}')?;
            let code = number(rest.get(..length)?, 16)?;
            Some((Letter::Char(character(code)), length + 4))
        }
        [b'u', digits @ ..] => {
            let code = number(digits.get(..4)?, 16)?;
            Some((Letter::Char(character(code)), 6))
        }
        [b'U', digits @ ..] => {
            let code = number(digits.get(..8)?, 16)?;
            Some((Letter::Char(character(code)), 10))
        }
        [b'x', digits @ ..] => {
            let code = number(digits.get(..2)?, 16)?;
            Some((Letter::Char(character(code)), 4))
        }
        _ => None,
    }
}

/// Character references; `?` for numbers that are no character's.
fn reference(tail: &[u8]) -> Option<(Letter, usize)> {
    if let Some((letter, length)) = reference::number(tail) {
        return Some((Letter::Char(letter.unwrap_or('?')), length + 1));
    }
    let (meant, length) = reference::name_of_token(tail)?;
    let letter = meant.chars().next()?;
    Some((Letter::Char(letter), length + 1))
}

fn number(digits: &[u8], radix: u32) -> Option<u32> {
    let digits = std::str::from_utf8(digits).ok()?;
    let is_number = digits.starts_with(|first: char| first.is_digit(radix));
    is_number.then(|| u32::from_str_radix(digits, radix).ok())?
}

/// The character with this number; `?` for half of one.
fn character(code: u32) -> char {
    char::from_u32(code).unwrap_or('?')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(text: &str) -> Option<String> {
        decode(text.as_bytes()).map(|view| String::from_utf8_lossy(&view).into_owned())
    }

    #[test]
    fn each_encoding() {
        for text in [
            "x%41y",
            r"x\u0041y",
            r"x\x41y",
            r"x\u{41}y",
            r"x\U00000041y",
            "x&#65;y",
            "x&#x41;y",
            "x&#X41y",
            "x&#65y",
        ] {
            assert_eq!(decoded(text).as_deref(), Some("xAy"), "{text}");
        }
        assert_eq!(decoded("a&lowbar;b&equals;c").as_deref(), Some("a_b=c"));
        assert_eq!(decoded(r"a\/b\n").as_deref(), Some("a/b\n"));
    }

    #[test]
    fn what_hides_nothing_is_left_alone() {
        for text in [
            "",
            "100 % of %zz",
            r#"a\nb \"c\" \\ d\"#,
            "a & b &c; &nbsp;",
            "%4",
            r"\",
            "&#;",
            "&#x;",
            "%+1",
        ] {
            assert_eq!(decoded(text), None, "{text}");
        }
    }

    #[test]
    fn places_are_those_of_the_text() {
        let text = br"ab%41cd\u0042ef";
        let view = decode(text).unwrap();
        assert_eq!(view, b"abAcdBef");
        let places: Vec<_> = (0..view.len())
            .map(|place| source_of(text, place))
            .collect();
        assert_eq!(places, [0, 1, 2, 5, 6, 7, 13, 14]);
    }
}

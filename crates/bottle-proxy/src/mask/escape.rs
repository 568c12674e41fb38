//! Escapes in which a byte of a value may come back: of URLs (RFC 3986), JSON and JavaScript strings, and HTML.

/// The longest escape that is read: `&#x00002f;`.
pub(super) const MAX_ESCAPE: usize = 10;

/// The characters that HTML has names for and that stand in values.
const NAMED: [(&[u8], u8); 13] = [
    (b"amp", b'&'),
    (b"lt", b'<'),
    (b"gt", b'>'),
    (b"quot", b'"'),
    (b"apos", b'\''),
    (b"sol", b'/'),
    (b"plus", b'+'),
    (b"equals", b'='),
    (b"colon", b':'),
    (b"lowbar", b'_'),
    (b"period", b'.'),
    (b"grave", b'`'),
    (b"bsol", b'\\'),
];

/// What the beginning of an escape is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// Not all of it.
    More,
    /// A byte.
    Byte(u8),
    /// A character.
    Char(char),
    /// No escape.
    None,
}

/// Whether an escape may begin with this.
pub(super) const fn begins(byte: u8) -> bool {
    matches!(byte, b'%' | b'\\' | b'&')
}

/// Reads what began with one of those bytes.
pub(super) fn read(text: &[u8]) -> Reading {
    match text {
        [b'%', digits @ ..] => hexadecimal(digits, 2).map_or_else(|end| end, byte),
        [b'\\', b'x', digits @ ..] => hexadecimal(digits, 2).map_or_else(|end| end, byte),
        [b'\\', b'u', digits @ ..] => hexadecimal(digits, 4).map_or_else(|end| end, character),
        [b'\\', rest @ ..] => match rest {
            [] => Reading::More,
            // Those are line breaks and the like, which no value has.
            [b'b' | b'f' | b'n' | b'r' | b't' | b'0', ..] => Reading::Byte(b'\n'),
            [byte, ..] if byte.is_ascii_punctuation() => Reading::Byte(*byte),
            _ => Reading::None,
        },
        [b'&', name @ ..] => entity(name),
        _ => Reading::None,
    }
}

/// The number behind an escape of a fixed length, or how it is missing.
fn hexadecimal(digits: &[u8], length: usize) -> Result<u32, Reading> {
    if !digits.iter().all(u8::is_ascii_hexdigit) {
        return Err(Reading::None);
    }
    if digits.len() < length {
        return Err(Reading::More);
    }
    number(digits, 16).ok_or(Reading::None)
}

fn number(digits: &[u8], radix: u32) -> Option<u32> {
    let text = str::from_utf8(digits).ok()?;
    u32::from_str_radix(text, radix).ok()
}

fn byte(number: u32) -> Reading {
    u8::try_from(number).map_or(Reading::None, Reading::Byte)
}

fn character(number: u32) -> Reading {
    char::from_u32(number).map_or(Reading::None, Reading::Char)
}

fn entity(text: &[u8]) -> Reading {
    let Some(name) = text.strip_suffix(b";") else {
        return if may_be_entity(text) {
            Reading::More
        } else {
            Reading::None
        };
    };
    let number = match name {
        [b'#', b'x' | b'X', digits @ ..] => number(digits, 16),
        [b'#', digits @ ..] => number(digits, 10),
        _ => {
            let named = NAMED.iter().find(|(each, _)| *each == name);
            return named.map_or(Reading::None, |(_, byte)| Reading::Byte(*byte));
        }
    };
    number.map_or(Reading::None, character)
}

fn may_be_entity(text: &[u8]) -> bool {
    // The ampersand and the semicolon are not in it.
    text.len() + 2 <= MAX_ESCAPE
        && match text {
            [b'#', b'x' | b'X', digits @ ..] => digits.iter().all(u8::is_ascii_hexdigit),
            [b'#', digits @ ..] => digits.iter().all(u8::is_ascii_digit),
            _ => NAMED.iter().any(|(name, _)| name.starts_with(text)),
        }
}

#[cfg(test)]
mod tests {
    use super::{MAX_ESCAPE, Reading, begins, read};
    use proptest::prelude::*;

    #[test]
    fn each_kind_is_read() {
        for text in [
            "%2f",
            "%2F",
            "\\/",
            "\\u002f",
            "\\u002F",
            "\\x2f",
            "&#47;",
            "&#x2f;",
            "&#X0002F;",
            "&sol;",
        ] {
            let slash = [Reading::Byte(b'/'), Reading::Char('/')];
            assert!(slash.contains(&read(text.as_bytes())), "{text}");
            for end in 1..text.len() {
                assert_eq!(read(&text.as_bytes()[..end]), Reading::More, "{text} {end}");
            }
        }
        assert_eq!(read(b"\\u00e4"), Reading::Char('ä'));
        for text in [
            "%2g", "%g", "\\q", "\\ud800", "&nbsp;", "&;", "&#;", "&#x;", "& ",
        ] {
            assert_eq!(read(text.as_bytes()), Reading::None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn nothing_is_longer_than_the_longest(text in "[%\\\\&][#xXu0-9a-fA-F;]{9}") {
            let text = text.as_bytes();
            let end = (1..=MAX_ESCAPE).find(|end| read(&text[..*end]) != Reading::More);
            prop_assert!(begins(text[0]) && end.is_some());
        }
    }
}

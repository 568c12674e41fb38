//! One character of a text, however it is written.

use memchr::memchr;

/// The longest name or number of an entity of HTML, with both ends: `&#x10ffff;`, and some zeros.
const MAX_ENTITY: usize = 12;
/// How long an escape of JSON is: `\u0041`.
const ESCAPE: usize = 6;

/// A character and how many bytes it is written in, at least one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Letter {
    pub(super) char: char,
    pub(super) length: usize,
}

/// The character with which a text begins: plain, as an escape of JSON (RFC 8259, section 7) or as an entity of HTML.
/// What is no UTF-8 counts as a replacement character.
pub(super) fn first(text: &[u8]) -> Option<Letter> {
    let byte = *text.first()?;
    if matches!(byte, 0xc2..=0xdf) {
        return Some(plain(text));
    }
    let written = match byte {
        b'\\' => escape(text),
        b'&' => entity(text),
        _ if byte.is_ascii() => None,
        _ => Some(plain(text)),
    };
    Some(written.unwrap_or(Letter {
        char: char::from(byte),
        length: 1,
    }))
}

/// A character that is not ASCII.
fn plain(text: &[u8]) -> Letter {
    // Most are of two bytes: Greek, Cyrillic, Latin with marks.
    if let [first @ 0xc2..=0xdf, second @ 0x80..=0xbf, ..] = text {
        let code = u32::from(first & 0x1f) << 6 | u32::from(second & 0x3f);
        let char = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
        return Letter { char, length: 2 };
    }
    let start = text.get(..4).unwrap_or(text);
    let chunk = start.utf8_chunks().next();
    let char = chunk.and_then(|chunk| chunk.valid().chars().next());
    char.map_or(
        Letter {
            char: char::REPLACEMENT_CHARACTER,
            length: 1,
        },
        |char| Letter {
            char,
            length: char.len_utf8(),
        },
    )
}

fn escape(text: &[u8]) -> Option<Letter> {
    let char = match text.get(1)? {
        b'n' | b'r' => '\n',
        b't' => '\t',
        b'"' => '"',
        b'/' => '/',
        b'u' => return unicode(text),
        _ => return None,
    };
    Some(Letter { char, length: 2 })
}

/// `\u0041`, or two of them for a character beyond the first 65,536.
fn unicode(text: &[u8]) -> Option<Letter> {
    let one = unit(text)?;
    let two = text.get(ESCAPE..).and_then(unit);
    let mut units = std::iter::once(one).chain(two);
    let char = char::decode_utf16(&mut units).next()?.ok()?;
    let length = ESCAPE * char.len_utf16();
    Some(Letter { char, length })
}

fn unit(text: &[u8]) -> Option<u16> {
    let digits = text.strip_prefix(b"\\u")?.get(..4)?;
    u16::from_str_radix(str::from_utf8(digits).ok()?, 16).ok()
}

fn entity(text: &[u8]) -> Option<Letter> {
    let near = text.get(..MAX_ENTITY).unwrap_or(text);
    let end = memchr(b';', near)?;
    let name = str::from_utf8(near.get(1..end)?).ok()?;
    let char = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" | "lsquo" | "rsquo" => '\'',
        "ldquo" => '\u{201c}',
        "rdquo" => '\u{201d}',
        "nbsp" | "ensp" | "emsp" => ' ',
        "shy" | "zwnj" | "zwj" => '\u{ad}',
        _ => number(name.strip_prefix('#')?)?,
    };
    let length = end + 1;
    Some(Letter { char, length })
}

fn number(digits: &str) -> Option<char> {
    let code = match digits.strip_prefix(['x', 'X']) {
        Some(digits) => u32::from_str_radix(digits, 16),
        None => digits.parse(),
    };
    char::from_u32(code.ok()?)
}

//! What decoded bytes are.
//!
//! A third of all bytes can be printed, so a few of them in a row are chance. The limits are such that a random name of
//! forty characters is found once in ten thousand times or less.

/// What the bytes were written with: some are decoded by chance more often than others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Digits {
    /// Hexadecimal without letters: identifiers and dates are, and are texts often.
    Decimal,
    /// Hexadecimal.
    Hex,
    /// Base32 without digits: every word of English is, in several alphabets.
    Letters,
    /// Base32.
    Base32,
    /// Base64 in its case: names have no capitals, so it is no chance.
    Base64,
}

impl Digits {
    /// How long a text is that stands among other bytes.
    const fn text(self) -> usize {
        match self {
            Self::Hex | Self::Base64 => 10,
            Self::Base32 => 14,
            Self::Decimal | Self::Letters => 16,
        }
    }

    /// How long a text is that is all there is.
    const fn whole_text(self) -> usize {
        match self {
            Self::Hex | Self::Base64 => 8,
            Self::Base32 => 10,
            Self::Decimal | Self::Letters => 16,
        }
    }
}

/// So many characters in a row are no chance, whatever they are.
const LONG_TEXT: usize = 24;
/// The first bytes of files: executables, archives, compressed data, images, keys, and no text (that is found anyway).
const FILES: [&[u8]; 16] = [
    b"MZ\x90",
    b"\x7fELF",
    b"\x1f\x8b\x08",
    b"PK\x03\x04",
    b"BZh",
    b"7z\xbc\xaf",
    b"\xfd7zXZ",
    b"\x28\xb5\x2f\xfd",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"%PDF",
    b"\x00\x00\x00\x0bssh-",
    b"\x00\x00\x00\x07ssh-",
    // Keys and certificates in DER (a sequence of 256 bytes or more that begins with a small number).
    b"\x30\x82\x01",
    b"\x30\x82\x02",
    b"\x30\x82\x04",
];
/// The first bytes of a zlib stream (RFC 1950). They are few, so they count in hexadecimal alone.
const ZLIB: [&[u8]; 3] = [b"\x78\x01", b"\x78\x9c", b"\x78\xda"];
/// The shortest beginning of a file.
const SHORTEST_FILE: usize = 5;
/// So much text in front of other bytes is once in some thousand names of their size.
const SHORTEST_FRONT: usize = 6;
/// Digits of base32 that are more than a short name.
const LONG_RUN: usize = 16;
/// The shortest zlib stream.
const SHORTEST_ZLIB: usize = 8;

/// Whether all of it is a text.
pub(super) fn is_text(bytes: &[u8], digits: Digits) -> bool {
    bytes.len() >= digits.whole_text() && is_readable(bytes)
}

/// Whether a text stands somewhere in it.
pub(super) fn holds_text(bytes: &[u8], digits: Digits) -> bool {
    let is_long = |row: &[u8]| row.len() >= LONG_TEXT;
    bytes.windows(digits.text()).any(is_readable)
        || bytes.split(|byte| !is_printed(*byte)).any(is_long)
}

/// Whether a text stands in front of other bytes, in what has this many digits.
pub(super) fn begins_text(bytes: &[u8], digits: Digits, length: usize) -> bool {
    let front = bytes.get(..SHORTEST_FRONT);
    digits == Digits::Base32 && length >= LONG_RUN && front.is_some_and(is_readable)
}

/// Whether it begins like a file.
pub(super) fn is_file(bytes: &[u8], digits: Digits) -> bool {
    let begins = |with: &[&[u8]]| with.iter().any(|first| bytes.starts_with(first));
    let is_zlib = digits == Digits::Hex && bytes.len() >= SHORTEST_ZLIB && begins(&ZLIB);
    is_zlib || (bytes.len() >= SHORTEST_FILE && begins(&FILES))
}

/// Whether all of it can be printed, and four fifths are letters and digits.
fn is_readable(bytes: &[u8]) -> bool {
    let is_word = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b' ';
    bytes.iter().all(|byte| is_printed(*byte))
        && bytes.iter().filter(is_word).count() * 5 >= bytes.len() * 4
}

const fn is_printed(byte: u8) -> bool {
    matches!(byte, b' '..=b'~' | b'\t' | b'\r' | b'\n')
}

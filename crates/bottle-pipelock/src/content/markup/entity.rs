//! A text of a page with the characters that its references mean.

use crate::reference;

/// Writes a text with the characters that are meant. What is no reference stays as it is.
pub(super) fn decode(text: &[u8], decoded: &mut Vec<u8>) {
    let mut rest = text;
    while let Some(at) = memchr::memchr(b'&', rest) {
        let (plain, tail) = rest.split_at(at);
        decoded.extend_from_slice(plain);
        let tail = tail.get(1..).unwrap_or_default();
        let length = meant(tail, decoded);
        if length == 0 {
            decoded.push(b'&');
        }
        rest = tail.get(length..).unwrap_or_default();
    }
    decoded.extend_from_slice(rest);
}

/// Writes what is meant by the reference that begins here; how long it is, nothing if it is none.
fn meant(text: &[u8], decoded: &mut Vec<u8>) -> usize {
    if let Some((letter, length)) = reference::number(text) {
        let letter = letter.unwrap_or(char::REPLACEMENT_CHARACTER);
        decoded.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
        return length;
    }
    let Some((meant, length)) = reference::name(text) else {
        return 0;
    };
    decoded.extend_from_slice(meant.as_bytes());
    length
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(text: &str) -> String {
        let mut decoded = Vec::new();
        decode(text.as_bytes(), &mut decoded);
        String::from_utf8(decoded).unwrap()
    }

    #[test]
    fn references_are_what_they_stand_for() {
        assert_eq!(
            decoded("a&amp;b&lt;&#65;&#x42;&#X43;&lowbar;&Tab;"),
            "a&b<ABC_\t"
        );
        assert_eq!(decoded("&#65&#x42-&#000000000000000000067;"), "AB-C");
        assert_eq!(decoded("&ZeroWidthSpace;&#128512;"), "\u{200b}😀");
    }

    #[test]
    fn others_stay() {
        for text in [
            "a & b",
            "&&;",
            "&unknown;",
            "&#;",
            "&#x;",
            "&lt",
            "x=1&y=2",
            "&",
        ] {
            assert_eq!(decoded(text), text);
        }
        assert_eq!(decoded("&#xffffffffffff;&#xd800;"), "\u{fffd}\u{fffd}");
    }
}

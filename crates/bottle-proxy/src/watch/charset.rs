//! Texts in UTF-16, read as what they say: between their letters stand zeros.

use std::borrow::Cow;

use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue};

/// The order of the two bytes of a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    Big,
    Little,
}

/// How the bytes of a text are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    /// The first two bytes have to tell.
    Undecided,
    /// As they are.
    Bytes,
    Units(Order),
}

/// Makes UTF-8 of a text that comes in pieces.
#[derive(Debug)]
pub(super) struct Charset {
    declared: Option<Order>,
    reading: Reading,
    /// What is not whole yet.
    rest: Vec<u8>,
}

impl Charset {
    /// As the fields of an answer say, unless a mark at its beginning says otherwise (Encoding Standard, "BOM sniff").
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let media_type = headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes);
        Self {
            declared: media_type.and_then(declared),
            reading: Reading::Undecided,
            rest: Vec::new(),
        }
    }

    /// The next piece; what is not whole waits for the one behind it.
    pub(super) fn read<'a>(&mut self, data: &'a [u8]) -> Cow<'a, [u8]> {
        if self.reading == Reading::Bytes {
            return Cow::Borrowed(data);
        }
        self.rest.extend_from_slice(data);
        if self.reading == Reading::Undecided {
            let Some(first) = self.rest.first_chunk() else {
                return Cow::Borrowed(&[]);
            };
            let order = mark(*first).or(self.declared);
            self.reading = order.map_or(Reading::Bytes, Reading::Units);
        }
        match self.reading {
            Reading::Units(order) => Cow::Owned(self.units(order)),
            Reading::Bytes | Reading::Undecided => Cow::Owned(std::mem::take(&mut self.rest)),
        }
    }

    fn units(&mut self, order: Order) -> Vec<u8> {
        let unit = |pair: &[u8]| {
            let pair = pair.first_chunk().copied().unwrap_or_default();
            match order {
                Order::Big => u16::from_be_bytes(pair),
                Order::Little => u16::from_le_bytes(pair),
            }
        };
        let mut units: Vec<u16> = self.rest.chunks_exact(2).map(unit).collect();
        // The first half of a character waits for the other one.
        if matches!(units.last(), Some(0xd800..=0xdbff)) {
            units.pop();
        }
        self.rest.drain(..2 * units.len());
        let letters = char::decode_utf16(units);
        let text: String = letters
            .map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect();
        text.into_bytes()
    }
}

/// Whether a text begins with the mark of UTF-16.
pub(super) fn is_marked(beginning: &[u8]) -> bool {
    beginning.first_chunk().copied().and_then(mark).is_some()
}

const fn mark(first: [u8; 2]) -> Option<Order> {
    match first {
        [0xfe, 0xff] => Some(Order::Big),
        [0xff, 0xfe] => Some(Order::Little),
        _ => None,
    }
}

/// What the parameter `charset` of a media type says, if it is UTF-16.
fn declared(media_type: &[u8]) -> Option<Order> {
    let mut parameters = media_type.split(|byte| *byte == b';').skip(1);
    let charset = parameters.find_map(|parameter| {
        let parameter = parameter.trim_ascii().to_ascii_lowercase();
        let value = parameter.strip_prefix(b"charset=")?;
        let is_quote = |byte: &u8| matches!(byte, b'"' | b'\'');
        Some(
            value
                .iter()
                .copied()
                .filter(|byte| !is_quote(byte))
                .collect::<Vec<u8>>(),
        )
    })?;
    match charset.as_slice() {
        b"utf-16be" | b"unicodefffe" => Some(Order::Big),
        b"utf-16" | b"utf-16le" | b"unicode" | b"ucs-2" | b"iso-10646-ucs-2" | b"unicodefeff"
        | b"csunicode" => Some(Order::Little),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "Grüße an alle 🦀 im Hafen";

    fn read(content_type: &str, body: &[u8], piece: usize) -> Vec<u8> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, content_type.parse().unwrap());
        let mut charset = Charset::of(&headers);
        let pieces = body.chunks(piece);
        pieces
            .flat_map(|piece| charset.read(piece).into_owned())
            .collect()
    }

    #[test]
    fn units_are_letters_however_they_come() {
        let big: Vec<u8> = TEXT.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let little: Vec<u8> = TEXT.encode_utf16().flat_map(u16::to_le_bytes).collect();
        for piece in [1, 2, 3, 7, 1000] {
            for (content_type, body) in [
                ("text/html; charset=UTF-16BE", big.clone()),
                ("text/html; charset=\"utf-16\"", little.clone()),
            ] {
                assert_eq!(
                    read(content_type, &body, piece),
                    TEXT.as_bytes(),
                    "{content_type}"
                );
            }
            for (mark, body) in [([0xfe, 0xff], &big), ([0xff, 0xfe], &little)] {
                let body = [&mark[..], body].concat();
                assert!(is_marked(&body));
                let text = format!("\u{feff}{TEXT}");
                assert_eq!(
                    read("text/plain; charset=utf-8", &body, piece),
                    text.as_bytes()
                );
            }
        }
    }

    #[test]
    fn other_texts_are_read_as_they_are() {
        for piece in [1, 3, 1000] {
            for content_type in [
                "text/html",
                "text/html; charset=utf-8",
                "text/plain; x=utf-16",
            ] {
                assert_eq!(read(content_type, TEXT.as_bytes(), piece), TEXT.as_bytes());
            }
        }
        assert!(!is_marked(TEXT.as_bytes()) && !is_marked(b"\xff") && !is_marked(b""));
    }
}

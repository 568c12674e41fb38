//! Strings of JSON (RFC 8259 section 7).

/// What stands between the quotes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Quoted<'a> {
    raw: &'a [u8],
    has_escapes: bool,
}

impl<'a> Quoted<'a> {
    /// Splits a text behind an opening quote: the string, and what comes after the closing one.
    pub(super) fn split(text: &'a [u8]) -> (Self, &'a [u8]) {
        let (mut at, mut has_escapes) = (0, false);
        while let Some(rest) = text.get(at..)
            && let Some(next) = memchr::memchr2(b'"', b'\\', rest)
        {
            let place = at + next;
            if text.get(place) == Some(&b'"') {
                let (raw, rest) = text.split_at(place);
                let rest = rest.get(1..).unwrap_or_default();
                return (Self { raw, has_escapes }, rest);
            }
            has_escapes = true;
            at = place + 2;
        }
        let raw = text;
        (Self { raw, has_escapes }, &[])
    }

    /// Writes what the string says. Escapes that there are not stand for the letter behind the backslash, as in
    /// JavaScript; a surrogate without its other half is U+FFFD.
    pub(super) fn write(&self, bytes: &mut Vec<u8>) {
        let mut rest = self.raw;
        while self.has_escapes
            && let Some(at) = memchr::memchr(b'\\', rest)
        {
            let (plain, tail) = rest.split_at(at);
            bytes.extend_from_slice(plain);
            rest = unescape(tail.get(1..).unwrap_or_default(), bytes);
        }
        bytes.extend_from_slice(rest);
    }
}

/// Writes what the escape behind a backslash stands for; answers with what comes after it.
fn unescape<'a>(tail: &'a [u8], bytes: &mut Vec<u8>) -> &'a [u8] {
    if let [b'u', after @ ..] = tail
        && let Some((letter, after)) = character(after)
    {
        bytes.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
        return after;
    }
    let Some((letter, after)) = tail.split_first() else {
        bytes.push(b'\\');
        return tail;
    };
    bytes.push(match letter {
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'b' => 8,
        b'f' => 12,
        other => *other,
    });
    after
}

/// The character of the digits behind `\u`, and of those behind another `\u` if the two are one.
fn character(text: &[u8]) -> Option<(char, &[u8])> {
    let (first, after) = unit(text)?;
    if let 0xd800..0xdc00 = first
        && let [b'\\', b'u', text @ ..] = after
        && let Some((second @ 0xdc00..0xe000, after)) = unit(text)
    {
        let code = 0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00);
        return Some((char::from_u32(code)?, after));
    }
    let letter = char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER);
    Some((letter, after))
}

/// Four hexadecimal digits.
fn unit(text: &[u8]) -> Option<(u32, &[u8])> {
    let (digits, after) = text.split_at_checked(4)?;
    let add = |number: u32, byte: &u8| Some(number * 16 + char::from(*byte).to_digit(16)?);
    Some((digits.iter().try_fold(0, add)?, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(text: &str) -> String {
        let (quoted, _) = Quoted::split(text.as_bytes());
        let mut bytes = Vec::new();
        quoted.write(&mut bytes);
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn escapes_are_what_they_stand_for() {
        assert_eq!(
            says(r#"a\"b\\c\/d\u0041\n\t\r\b\f" rest"#),
            "a\"b\\c/dA\n\t\r\u{8}\u{c}"
        );
        assert_eq!(
            says(r#"\ud83d\ude00|\uD83D|\ude00\ud83d|\ud83d\u0041""#),
            "😀|\u{fffd}|\u{fffd}\u{fffd}|\u{fffd}A"
        );
        assert_eq!(says(r"\a\x\u12"), "axu12");
        assert_eq!(says(r"a\"), "a\\");
        assert_eq!(says(""), "");
    }
}

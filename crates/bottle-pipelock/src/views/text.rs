//! Encodings that leave most of a text as it is.

/// How much of the text around an encoded place is looked at with it: as much as the longest value that a bottle can have
/// (64 KiB), so that one encoded letter in the middle hides none.
const AROUND: usize = 64 * 1024;

/// Percent-encoding (RFC 3986), as far as there is any.
pub(super) fn percent(input: &[u8]) -> Option<Vec<u8>> {
    let is_encoded = |at: usize| {
        let part = input.get(at..at + 3);
        part.is_some_and(|part| matches!(part, [b'%', high, low] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit()))
    };
    let places = memchr::memchr_iter(b'%', input).filter(|at| is_encoded(*at));
    around(input, places, |piece| {
        percent_encoding::percent_decode(piece).collect()
    })
}

/// Escapes of JSON strings (RFC 8259, section 7) and `\x41`, where there are such as hide a letter; other backslashes
/// stay. Escapes of line ends and quotes hide nothing: a token may begin behind them, and has none in it.
pub(super) fn escapes(input: &[u8]) -> Option<Vec<u8>> {
    let hides = |at: usize| matches!(input.get(at + 1), Some(b'u' | b'x' | b'/'));
    let places = memchr::memchr_iter(b'\\', input).filter(|at| hides(*at));
    around(input, places, unescaped)
}

/// The decoded surroundings of all encoded places; those that are apart have a zero between them.
fn around(
    input: &[u8],
    mut places: impl Iterator<Item = usize>,
    decode: impl Fn(&[u8]) -> Vec<u8>,
) -> Option<Vec<u8>> {
    let piece =
        |start: usize, end: usize| input.get(start..end.min(input.len())).unwrap_or_default();
    let first = places.next()?;
    let (mut start, mut end) = (first.saturating_sub(AROUND), first + AROUND);
    let mut output = Vec::new();
    for place in places {
        if place.saturating_sub(AROUND) > end {
            output.extend(decode(piece(start, end)));
            output.push(0);
            start = place.saturating_sub(AROUND);
        }
        end = place + AROUND;
    }
    output.extend(decode(piece(start, end)));
    Some(output)
}

fn unescaped(input: &[u8]) -> Vec<u8> {
    let mut output = Vec::with_capacity(input.len());
    let mut rest = input;
    while let Some(at) = memchr::memchr(b'\\', rest) {
        let (plain, tail) = rest.split_at(at);
        output.extend_from_slice(plain);
        let tail = tail.get(1..).unwrap_or_default();
        if let Some((meant, after)) = escape(tail) {
            output.extend_from_slice(meant.encode_utf8(&mut [0; 4]).as_bytes());
            rest = after;
        } else {
            output.push(b'\\');
            rest = tail;
        }
    }
    output.extend_from_slice(rest);
    output
}

/// What an escape stands for, and what comes after it.
fn escape(tail: &[u8]) -> Option<(char, &[u8])> {
    match tail {
        [b'n', rest @ ..] => Some(('\n', rest)),
        [b'r', rest @ ..] => Some(('\r', rest)),
        [b't', rest @ ..] => Some(('\t', rest)),
        [quoted @ (b'"' | b'\\' | b'/'), rest @ ..] => Some((char::from(*quoted), rest)),
        [b'u', a, b, c, d, rest @ ..] => Some((character(&[*a, *b, *c, *d])?, rest)),
        [b'x', a, b, rest @ ..] => Some((character(&[*a, *b])?, rest)),
        _ => None,
    }
}

/// The character with this number; `?` for half of one.
fn character(digits: &[u8]) -> Option<char> {
    let digits = std::str::from_utf8(digits).ok()?;
    let code = u32::from_str_radix(digits, 16).ok()?;
    Some(char::from_u32(code).unwrap_or('?'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_surroundings_of_what_is_encoded_are_looked_at() {
        let far = "x".repeat(4 * AROUND);
        let text = format!("{far}a%41b{far}c%42d{far}");
        let view = percent(text.as_bytes()).unwrap();
        assert!(view.len() < 5 * AROUND, "{}", view.len());
        let view = String::from_utf8(view).unwrap();
        assert!(view.contains("xaAbx") && view.contains('\0') && view.contains("xcBdx"));
        assert_eq!(percent(b"100 % of %zz"), None);
        assert_eq!(escapes(br#"a\nb \"c\" \\ d\"#), None);
        assert_eq!(escapes(br"a\u0041\n").unwrap(), b"aA\n");
    }
}

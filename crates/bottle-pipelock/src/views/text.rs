//! Encodings that leave most of a text as it is.

/// Percent-encoding (RFC 3986), as far as there is any.
pub(super) fn percent(input: &[u8]) -> Option<Vec<u8>> {
    let encoded = input
        .windows(3)
        .any(|part| matches!(part, [b'%', high, low] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit()));
    encoded.then(|| percent_encoding::percent_decode(input).collect())
}

/// Escapes of JSON strings (RFC 8259, section 7), and `\x41`; other backslashes stay.
pub(super) fn escapes(input: &[u8]) -> Option<Vec<u8>> {
    if !input.contains(&b'\\') {
        return None;
    }
    let mut output = Vec::with_capacity(input.len());
    let mut rest = input;
    while let [first, tail @ ..] = rest {
        let found = (*first == b'\\').then(|| escape(tail)).flatten();
        if let Some((meant, after)) = found {
            output.extend_from_slice(meant.encode_utf8(&mut [0; 4]).as_bytes());
            rest = after;
        } else {
            output.push(*first);
            rest = tail;
        }
    }
    Some(output)
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

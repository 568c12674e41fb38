//! Encodings of mail, which multipart bodies may use (RFC 2045 section 6).

use std::borrow::Cow;

/// Takes off what `Content-Transfer-Encoding` names. Where it names several, the one that hides something counts: the
/// bytes as they are can be seen anyhow.
pub(super) fn decode<'a>(encoding: &[u8], body: &'a [u8]) -> Cow<'a, [u8]> {
    let encoding = encoding.to_ascii_lowercase();
    let names = |word: &[u8]| memchr::memmem::find(&encoding, word).is_some();
    let mut decoded = Vec::new();
    if names(b"base64") {
        base64(body, &mut decoded);
    } else if names(b"quoted-printable") {
        quoted_printable(body, &mut decoded);
    } else {
        return Cow::Borrowed(body);
    }
    Cow::Owned(decoded)
}

/// Base64 as the most lenient reader takes it: both alphabets, anything else passed over, and a new beginning behind the
/// padding.
pub(super) fn base64(text: &[u8], decoded: &mut Vec<u8>) {
    decoded.reserve(text.len() / 4 * 3);
    let (mut bits, mut count) = (0_u32, 0_u32);
    for byte in text {
        let Some(digit) = digit(*byte) else {
            if *byte == b'=' {
                count = 0;
            }
            continue;
        };
        bits = (bits << 6) | u32::from(digit);
        count += 6;
        if let Some(rest) = count.checked_sub(8) {
            let [low, ..] = (bits >> rest).to_le_bytes();
            decoded.push(low);
            count = rest;
        }
    }
}

const fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    }
}

/// Quoted-printable: `=41`, and line ends behind a `=` that are none.
fn quoted_printable(text: &[u8], decoded: &mut Vec<u8>) {
    let mut rest = text;
    while let Some(at) = memchr::memchr(b'=', rest) {
        let (plain, tail) = rest.split_at(at);
        decoded.extend_from_slice(plain);
        let after = tail.get(1..).unwrap_or_default();
        rest = if let [b'\r', b'\n', line @ ..] | [b'\n', line @ ..] = after {
            line
        } else if let Some((byte, after)) = hex(after) {
            decoded.push(byte);
            after
        } else {
            decoded.push(b'=');
            after
        };
    }
    decoded.extend_from_slice(rest);
}

/// The byte of the two hexadecimal digits in front, and what comes after them.
pub(super) fn hex(text: &[u8]) -> Option<(u8, &[u8])> {
    let (digits, after) = text.split_at_checked(2)?;
    let add = |number: u32, byte: &u8| Some(number * 16 + char::from(*byte).to_digit(16)?);
    let byte = u8::try_from(digits.iter().try_fold(0, add)?).ok()?;
    Some((byte, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(encoding: &str, body: &str) -> String {
        let body = decode(encoding.as_bytes(), body.as_bytes());
        String::from_utf8(body.into_owned()).unwrap()
    }

    #[test]
    fn base64_in_any_shape() {
        assert_eq!(decoded("BASE64", "dGhl\r\nIHRv\r\na2Vu"), "the token");
        assert_eq!(decoded("base64", "dGg=ZSB0*b2t lbg"), "the token");
        assert_eq!(decoded("base64", "Pz8_Pj4-"), "???>>>");
        assert_eq!(decoded("base64", "="), "");
    }

    #[test]
    fn quoted_printable_with_soft_line_ends() {
        let text = "the=20to=\r\nk=\n=65n = =zz=";
        assert_eq!(decoded("quoted-printable", text), "the token = =zz=");
    }

    #[test]
    fn others_leave_it_as_it_is() {
        for encoding in ["", "7bit", "8bit", "binary", "x-unknown"] {
            assert_eq!(decoded(encoding, "dG=41"), "dG=41");
        }
    }
}

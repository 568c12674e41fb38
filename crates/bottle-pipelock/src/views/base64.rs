//! Base64 runs (RFC 4648), in both alphabets.

use ::base64::Engine as _;
use ::base64::alphabet::STANDARD;
use ::base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::keep_text;

/// The shortest run that may be base64 of something readable.
pub(crate) const MIN_RUN: usize = super::MIN_TEXT / 3 * 4;
/// Base64 that is broken into lines has lines of at least this length (RFC 1421 has 64, RFC 2045 has 76).
pub(crate) const MIN_WRAPPED_LINE: usize = 60;
/// So many whole groups of four digits are in the shortest text, wherever in a group it begins.
const MIN_GROUPS: usize = 3;

/// Takes text without padding, and does not care about the last bits.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// The readable parts of a run of digits, decoded from each of the first four places: characters that are not part of the
/// encoded text may stand in front.
pub(crate) fn decode(run: &[u8]) -> impl Iterator<Item = Vec<u8>> + '_ {
    let places = if run.len() >= MIN_RUN && is_mixed(run) {
        0..4
    } else {
        0..0
    };
    places.filter_map(|place| {
        let mut output = Vec::new();
        let digits = run.get(place..).unwrap_or_default();
        for stretch in stretches(digits) {
            keep_text(&decoded(stretch), &mut output);
        }
        (!output.is_empty()).then_some(output)
    })
}

/// A run decoded as a whole, from its first digit.
pub(crate) fn decoded(run: &[u8]) -> Vec<u8> {
    let whole = run.len() - usize::from(run.len() % 4 == 1);
    let digits: Vec<u8> = run.iter().take(whole).map(|byte| standard(*byte)).collect();
    LENIENT.decode(digits).unwrap_or_default()
}

/// Something compressed, if it begins with this run or behind marks that are not part of it: gzip, zlib or zstd.
pub(crate) fn packed(run: &[u8]) -> Option<&[u8]> {
    let marks = run.iter().take_while(|byte| !byte.is_ascii_alphanumeric());
    let run = run.get(marks.count()..)?;
    let is_packed = matches!(
        run,
        [b'H', b'4', b's', b'I', ..]
            | [b'e', b'A' | b'F' | b'J' | b'N', ..]
            | [b'K', b'L', b'U', b'v', b'/' | b'_', ..]
    );
    is_packed.then_some(run)
}

/// How long the line breaks at the beginning are, as they are or as they are written in a string, however deep.
pub(crate) fn breaks_length(text: &[u8]) -> usize {
    let mut rest = text;
    loop {
        let marks = rest.iter().take_while(|byte| **byte == b'\\').count();
        match (marks, rest.get(marks..)) {
            (0, Some([b'\r' | b'\n', tail @ ..])) | (1.., Some([b'n' | b'r', tail @ ..])) => {
                rest = tail;
            }
            _ => return text.len() - rest.len(),
        }
    }
}

/// Whether this is a digit of either alphabet.
pub(crate) const fn is_digit(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_')
}

/// The stretches of whole groups that decode to text, with the group at either end in which it may begin or end.
fn stretches(digits: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut group = 0;
    std::iter::from_fn(move || {
        loop {
            let rest = digits.get(group * 4..).filter(|rest| !rest.is_empty())?;
            let length = rest
                .chunks_exact(4)
                .take_while(|group| is_text(group))
                .count();
            let first = group;
            group += length + 1;
            if length >= MIN_GROUPS {
                let start = first.saturating_sub(1) * 4;
                let end = ((first + length + 1) * 4).min(digits.len());
                return digits.get(start..end);
            }
        }
    })
}

/// What a digit may be in a group of text, of which the first bit of each byte is zero: the first, second, third digit.
static PLACES: [u8; 256] = places();

const fn places() -> [u8; 256] {
    let mut table = [0_u8; 256];
    let mut byte = 0_u8;
    let mut rest: &mut [u8] = &mut table;
    while let Some((entry, others)) = rest.split_first_mut() {
        if let Some(value) = value(byte) {
            // Tabs and line ends, or what is printed.
            let first = matches!(value, 2 | 3 | 8..=31);
            let second = value & 15 == 0 || value & 15 >= 2 && value & 15 < 8;
            let third = value & 2 == 0;
            *entry = (if first { 1 } else { 0 })
                | (if second { 2 } else { 0 })
                | (if third { 4 } else { 0 })
                | 8;
        }
        byte = byte.wrapping_add(1);
        rest = others;
    }
    table
}

/// What a digit stands for.
const fn value(digit: u8) -> Option<u8> {
    match standard(digit) {
        digit @ b'A'..=b'Z' => Some(digit - b'A'),
        digit @ b'a'..=b'z' => Some(digit - b'a' + 26),
        digit @ b'0'..=b'9' => Some(digit - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    }
}

fn is_text(group: &[u8]) -> bool {
    let place = |digit: u8| PLACES.get(usize::from(digit)).copied().unwrap_or_default();
    match group {
        [first, second, third, fourth] => {
            place(*first) & 1 != 0
                && place(*second) & 2 != 0
                && place(*third) & 4 != 0
                && place(*fourth) & 8 != 0
        }
        _ => false,
    }
}

const fn standard(byte: u8) -> u8 {
    match byte {
        b'-' => b'+',
        b'_' => b'/',
        byte => byte,
    }
}

/// Whether there are capitals and small letters. Words and names in programs have one kind; a token in base64 has both.
fn is_mixed(run: &[u8]) -> bool {
    run.iter().any(u8::is_ascii_uppercase) && run.iter().any(u8::is_ascii_lowercase)
}

#[cfg(test)]
mod tests {
    use ::base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_text_comes_out_wherever_it_stands(
            front in prop::collection::vec(any::<u8>(), 0..40),
            text in "[ -~]{12,60}",
            back in prop::collection::vec(any::<u8>(), 0..40),
            more in "[A-Za-z0-9]{0,5}",
        ) {
            let bytes = [&front, text.as_bytes(), &back].concat();
            for encoded in [STANDARD.encode(&bytes), URL_SAFE_NO_PAD.encode(&bytes)] {
                let run = format!("{more}{}", encoded.trim_end_matches('='));
                let seen = decode(run.as_bytes()).any(|view| {
                    view.windows(text.len()).any(|part| part == text.as_bytes())
                });
                prop_assert!(seen || !is_mixed(run.as_bytes()), "{run}");
            }
        }
    }
}

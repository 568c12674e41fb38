//! Base64 runs (RFC 4648), in both alphabets.

use std::ops::Range;

use ::base64::Engine as _;
use ::base64::alphabet::STANDARD;
use ::base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::keep_text;
use crate::bytes::ByteSet;

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
    let stretches = if run.len() >= MIN_RUN && is_mixed(run) {
        stretches(run)
    } else {
        Default::default()
    };
    stretches.into_iter().filter_map(move |stretches| {
        let mut output = Vec::new();
        for stretch in stretches {
            keep_text(&decoded(run.get(stretch).unwrap_or_default()), &mut output);
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

/// The digits of either alphabet.
pub(crate) static DIGITS: ByteSet = ByteSet::alphanumeric_and(b"+/-_");

/// Stretches of a run of digits, for each of the four places at which its groups may begin.
type Stretches = [Vec<Range<usize>>; 4];

/// The stretches of whole groups that decode to text, with the group at either end in which it may begin or end.
fn stretches(run: &[u8]) -> Stretches {
    let mut stretches = Stretches::default();
    // How many groups of text end with the last bytes, for each place.
    let mut lengths = [0; 4];
    let mut groups = Groups::default();
    for (place, digit) in run.iter().enumerate() {
        let is_text = groups.end_with(*digit);
        let phase = (place + 1) % 4;
        let (Some(length), Some(found)) = (lengths.get_mut(phase), stretches.get_mut(phase)) else {
            continue;
        };
        if is_text {
            *length += 1;
        } else {
            found.extend(stretch(place.saturating_sub(3), *length, run.len()));
            *length = 0;
        }
    }
    // The last group of each place is at the end, or up to three digits before it.
    for (phase, length) in lengths.into_iter().enumerate() {
        let end = run.len() - (run.len() + 4 - phase) % 4;
        if let Some(found) = stretches.get_mut(phase) {
            found.extend(stretch(end, length, run.len()));
        }
    }
    stretches
}

/// A stretch of so many groups of text that ends here, if they are enough, with its neighbours.
fn stretch(end: usize, groups: usize, length: usize) -> Option<Range<usize>> {
    let start = end.checked_sub(groups * 4)?;
    // Groups are whole: what stands in front of the first one of the place is in none.
    let first = if start >= 4 { start - 4 } else { start };
    (groups >= MIN_GROUPS).then(|| first..(end + 4).min(length))
}

/// Whether the last four digits are a group of text.
#[derive(Default)]
struct Groups {
    /// The digits so far that may be the first, the first two, the first three of one.
    began: u8,
}

impl Groups {
    fn end_with(&mut self, digit: u8) -> bool {
        let may_be = PLACES.get(usize::from(digit)).copied().unwrap_or_default();
        // What began goes on if the digit may stand at the next place.
        let next = (self.began << 1 | 1) & may_be;
        self.began = next & 7;
        next & 8 != 0
    }
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
            let second = matches!(value & 15, 0 | 2..=7);
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

//! Hexadecimal runs.

use super::keep_text;
use crate::bytes::ByteSet;

/// The digits.
pub(crate) static DIGITS: ByteSet = ByteSet::of(b"0123456789abcdefABCDEF");

/// The shortest run that may be hexadecimal of something readable.
pub(crate) const MIN_RUN: usize = 2 * super::MIN_TEXT;

/// The readable parts of a run of digits. A digit that is not part of it may stand in front.
pub(crate) fn decode(run: &[u8]) -> impl Iterator<Item = Vec<u8>> + '_ {
    (0..2).filter_map(|place| {
        let digits = run.get(place..).unwrap_or_default();
        let mut output = Vec::new();
        if digits.len() >= MIN_RUN {
            keep_text(&decoded(digits), &mut output);
        }
        (!output.is_empty()).then_some(output)
    })
}

/// Whether something compressed begins here: gzip, zlib or zstd.
pub(crate) fn is_packed(run: &[u8]) -> bool {
    let front = run.get(..8).unwrap_or_default().to_ascii_lowercase();
    matches!(
        front.as_slice(),
        [b'1', b'f', b'8', b'b', b'0', b'8', ..] | [b'7', b'8', ..] | b"28b52ffd"
    )
}

/// A run decoded as a whole.
pub(crate) fn decoded(run: &[u8]) -> Vec<u8> {
    run.chunks_exact(2).filter_map(byte).collect()
}

fn byte(pair: &[u8]) -> Option<u8> {
    let mut value = 0;
    for digit in pair {
        value = value * 16 + u8::try_from(char::from(*digit).to_digit(16)?).ok()?;
    }
    Some(value)
}

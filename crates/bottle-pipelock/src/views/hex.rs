//! Hexadecimal runs.

use super::keep_text;

/// The shortest run that may be hexadecimal of something readable.
pub(crate) const MIN_RUN: usize = 2 * super::MIN_TEXT;

/// The readable parts of a run of digits. A digit that is not part of it may stand in front.
pub(crate) fn decode(run: &[u8]) -> impl Iterator<Item = Vec<u8>> + '_ {
    (0..2).filter_map(|place| {
        let digits = run.get(place..).unwrap_or_default();
        let mut output = Vec::new();
        if digits.len() >= MIN_RUN {
            let decoded: Vec<u8> = digits.chunks_exact(2).filter_map(byte).collect();
            keep_text(&decoded, &mut output);
        }
        (!output.is_empty()).then_some(output)
    })
}

fn byte(pair: &[u8]) -> Option<u8> {
    let mut value = 0;
    for digit in pair {
        value = value * 16 + u8::try_from(char::from(*digit).to_digit(16)?).ok()?;
    }
    Some(value)
}

//! Hexadecimal runs.

use super::keep_text;

/// The shortest run that may be hexadecimal.
const MIN_RUN: usize = 2 * super::MIN_TEXT;

/// Every long run of hexadecimal digits, decoded. A digit that is not part of it may stand in front.
pub(super) fn decode(input: &[u8]) -> Option<Vec<u8>> {
    let mut output = Vec::new();
    for run in input.split(|byte| !byte.is_ascii_hexdigit()) {
        for place in 0..2 {
            let run = run.get(place..).unwrap_or_default();
            if run.len() >= MIN_RUN {
                let decoded: Vec<u8> = run.chunks_exact(2).filter_map(byte).collect();
                keep_text(&decoded, &mut output);
            }
        }
    }
    (!output.is_empty()).then_some(output)
}

fn byte(pair: &[u8]) -> Option<u8> {
    let mut value = 0;
    for digit in pair {
        value = value * 16 + u8::try_from(char::from(*digit).to_digit(16)?).ok()?;
    }
    Some(value)
}

//! Base64 runs (RFC 4648), in both alphabets.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::keep_text;

/// The shortest run that may be base64.
const MIN_RUN: usize = super::MIN_TEXT / 3 * 4;
/// Base64 that is broken into lines has lines of at least this length (RFC 1421 has 64, RFC 2045 has 76).
const MIN_WRAPPED_LINE: usize = 60;

/// Takes text without padding, and does not care about the last bits.
pub(super) const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// Every long run of base64, decoded from each of the first four places: characters that are not part of the encoded
/// text may stand in front.
pub(super) fn decode(input: &[u8]) -> Option<Vec<u8>> {
    let mut output = Vec::new();
    let mut decoded = Vec::new();
    for run in runs(input) {
        for place in 0..4 {
            let tail = run.get(place..).unwrap_or_default();
            let whole = tail.len() - usize::from(tail.len() % 4 == 1);
            let tail = tail.get(..whole).unwrap_or_default();
            decoded.clear();
            if LENIENT.decode_vec(tail, &mut decoded).is_ok() {
                keep_text(&decoded, &mut output);
            }
        }
    }
    (!output.is_empty()).then_some(output)
}

/// Runs of base64 in the standard alphabet, line breaks inside them left out.
fn runs(input: &[u8]) -> Vec<Vec<u8>> {
    let mut runs = Vec::new();
    let mut run = Vec::new();
    let mut line = 0;
    for byte in input {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' => run.push(*byte),
            b'-' => run.push(b'+'),
            b'_' => run.push(b'/'),
            b'\r' | b'\n' if line >= MIN_WRAPPED_LINE || (line == 0 && !run.is_empty()) => {
                line = 0;
                continue;
            }
            _ => {
                end(&mut run, &mut runs);
                line = 0;
                continue;
            }
        }
        line += 1;
    }
    end(&mut run, &mut runs);
    runs
}

fn end(run: &mut Vec<u8>, runs: &mut Vec<Vec<u8>>) {
    if run.len() >= MIN_RUN {
        runs.push(std::mem::take(run));
    } else {
        run.clear();
    }
}

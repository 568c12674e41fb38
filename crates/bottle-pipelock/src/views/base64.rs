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
    let (mut output, mut decoded, mut run) = (Vec::new(), Vec::new(), Vec::new());
    let mut rest = input;
    while let Some(start) = rest.iter().position(|byte| is_digit(*byte)) {
        let text = rest.get(start..).unwrap_or_default();
        run.clear();
        rest = read_run(text, &mut run);
        if run.len() < MIN_RUN || !is_mixed(&run) {
            continue;
        }
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

/// Reads the run at the beginning of a text, in the standard alphabet and without its line breaks; answers with what
/// stands behind it. A short one is passed over.
fn read_run<'a>(text: &'a [u8], run: &mut Vec<u8>) -> &'a [u8] {
    let mut rest = text;
    loop {
        let length = rest.iter().take_while(|byte| is_digit(**byte)).count();
        let (line, tail) = rest.split_at(length);
        if run.len() + length >= MIN_RUN {
            run.extend(line.iter().map(|byte| standard(*byte)));
        }
        let breaks = if length < MIN_WRAPPED_LINE {
            0
        } else {
            breaks_length(tail)
        };
        if breaks == 0 {
            return tail;
        }
        rest = tail.get(breaks..).unwrap_or_default();
    }
}

/// How long the line breaks at the beginning are, as they are or as they are written in a string, however deep.
fn breaks_length(text: &[u8]) -> usize {
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

const fn is_digit(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_')
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

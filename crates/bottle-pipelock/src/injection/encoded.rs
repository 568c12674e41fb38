//! What is written in base64, or in characters that are not seen.

use std::ops::Range;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::anchor::{Hit, Kind};
use crate::fold;

/// The longest run that is decoded around a place, on each side.
const MAX_RUN: usize = 4096;
/// How many bytes a tag character has.
const TAG_LENGTH: usize = 4;
/// Takes text without padding, and does not care about the last bits.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// The run around a place, from `from` on, and what it says.
pub(super) fn decode(text: &[u8], from: usize, hit: Hit) -> (Range<usize>, Vec<u8>) {
    match hit.kind {
        Kind::Hidden => hidden(text, hit.end),
        _ => base64(text, from, hit.end),
    }
}

fn base64(text: &[u8], from: usize, at: usize) -> (Range<usize>, Vec<u8>) {
    let before = text
        .get(at.saturating_sub(MAX_RUN).max(from.min(at))..at)
        .unwrap_or_default();
    let front = before
        .iter()
        .rev()
        .take_while(|byte| is_digit(**byte))
        .count();
    let behind = text.get(at..).unwrap_or_default().iter().take(MAX_RUN);
    let end = at + behind.take_while(|byte| is_digit(**byte)).count();
    let run = at - front..end;
    let digits = text.get(run.clone()).unwrap_or_default();
    let mut decoded = Vec::new();
    // Where it begins is not known for certain: other letters may stand in front.
    for place in 0..4 {
        let tail: Vec<u8> = digits
            .iter()
            .skip(place)
            .map(|byte| standard(*byte))
            .collect();
        let whole = tail.len() - usize::from(tail.len() % 4 == 1);
        let piece = LENIENT.decode(tail.get(..whole).unwrap_or_default());
        let piece = piece.unwrap_or_default();
        if piece
            .iter()
            .all(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace() || *byte >= 0x80)
        {
            decoded.extend_from_slice(&piece);
            decoded.extend_from_slice(b"\n\n");
        }
    }
    (run, decoded)
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

/// A row of tags. Its first one has been met but for its last byte.
fn hidden(text: &[u8], at: usize) -> (Range<usize>, Vec<u8>) {
    let start = at.saturating_sub(TAG_LENGTH - 1);
    let characters = text.get(start..).unwrap_or_default().chunks(TAG_LENGTH);
    let count = characters
        .take_while(|bytes| bytes.starts_with(&[0xf3, 0xa0]))
        .count();
    let run = start..(start + count * TAG_LENGTH).min(text.len());
    let folded = text
        .get(run.clone())
        .and_then(fold::fold)
        .unwrap_or_default();
    (run, folded)
}

//! The same bytes with encodings taken off.

pub(crate) mod base32;
pub(crate) mod base64;
pub(crate) mod hex;
pub(crate) mod plain;
pub(crate) mod spaced;

/// The shortest text for which something decoded is kept: shorter than any token.
const MIN_TEXT: usize = 12;

/// Adds what is readable of something decoded: tokens are, and so is what is encoded once more. The rest is chance.
fn keep_text(decoded: &[u8], output: &mut Vec<u8>) {
    let is_text = |byte: &u8| matches!(byte, b' '..=b'~' | b'\t' | b'\r' | b'\n');
    for text in decoded.split(|byte| !is_text(byte)) {
        if text.len() >= MIN_TEXT {
            output.extend_from_slice(text);
            output.push(0);
        }
    }
}

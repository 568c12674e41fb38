//! Base64 in a name: as it was written, and after the name lost its case.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::content::{self, Digits};

/// The shortest word that is looked at as it was written.
const SHORTEST: usize = 12;
/// The shortest word that is looked at without its case. Of random words as long one in ten thousand could be a text.
const SHORTEST_FOLDED: usize = 20;
/// Digits that three bytes are written in.
const GROUP: usize = 4;
/// The digits, in the order of their values.
const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The alphabet of names, whatever is left over at the end.
const ENGINE: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// Whether a word in capitals and small letters is a text or a file.
pub(super) fn is_data(word: &str) -> bool {
    let is_mixed = word.bytes().any(|byte| byte.is_ascii_uppercase())
        && word.bytes().any(|byte| byte.is_ascii_lowercase());
    let decoded = (is_mixed && word.len() >= SHORTEST).then(|| ENGINE.decode(word));
    decoded.and_then(Result::ok).is_some_and(|bytes| {
        content::is_text(&bytes, Digits::Base64) || content::is_file(&bytes, Digits::Base64)
    })
}

/// Whether a word in small letters could have been a text in base64: for each group of digits there are capitals with
/// which it is one. Words of a language, which have no digits, could be by chance.
pub(super) fn may_be_text(word: &str) -> bool {
    let has_digit = word.bytes().any(|byte| byte.is_ascii_digit());
    let has_letter = word.bytes().any(|byte| byte.is_ascii_lowercase());
    word.len() >= SHORTEST_FOLDED
        && has_digit
        && has_letter
        && word.as_bytes().chunks(GROUP).all(has_text)
}

/// Whether there are capitals with which these digits are text.
fn has_text(group: &[u8]) -> bool {
    let mut numbers = vec![0_u32];
    for digit in group {
        let values = [value(*digit), value(digit.to_ascii_uppercase())];
        let next = |number: &u32| {
            let number = *number;
            values
                .into_iter()
                .flatten()
                .map(move |value| number << 6 | value)
        };
        numbers = numbers.iter().flat_map(next).collect();
    }
    // Bits that are left over are no byte.
    let missing = GROUP - group.len();
    let whole = group.len() * 6 / 8;
    numbers.iter().any(|number| {
        let [_, bytes @ ..] = (number << (6 * missing)).to_be_bytes();
        bytes.iter().take(whole).copied().all(is_usual)
    })
}

fn value(digit: u8) -> Option<u32> {
    let place = DIGITS.iter().position(|each| *each == digit)?;
    u32::try_from(place).ok()
}

/// What texts that are worth taking consist of.
const fn is_usual(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'_' | b'-' | b'=' | b'.' | b':' | b'/' | b'@' | b' ')
}

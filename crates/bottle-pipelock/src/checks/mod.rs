//! What a token says about itself: checksums of its issuer, and signs that nobody issued it.

mod base58;
mod bech32;
mod crc;
mod mod97;
mod payment;
mod person;
mod routing;
mod value;

#[cfg(test)]
pub(crate) use base58::tests::wif;
pub(crate) use base58::{is_bitcoin_address, is_wif};
pub(crate) use bech32::is_segwit_address;
pub(crate) use crc::{is_github, is_npm};
pub(crate) use mod97::is_iban;
pub(crate) use payment::{is_card, is_card_in_groups, is_card_number};
pub(crate) use person::{is_documented_ssn, is_ssn};
pub(crate) use routing::is_routing_number;
pub(crate) use value::{is_password, is_random, is_strong};

/// So few different characters no token has.
const FEW: usize = 3;
/// So often an alphabet that somebody typed begins anew, at most.
const BREAKS: usize = 6;
/// The shortest row of the same that is no chance.
const MIN_FILLED: usize = 12;
/// So many marks are between the words of a placeholder.
const MIN_MARKS: usize = 2;
/// The word by which a document means its reader.
const YOURS: &[u8] = b"your";
/// The longest version in a token: `api03`.
const LONGEST_VERSION: usize = 6;
/// The shortest alphabet that somebody typed.
const MIN_RUN: usize = 16;

/// Whether somebody filled the place of a token: `xxxx`. No more can be added to a token to make it
/// look like one.
pub(crate) fn is_placeholder(rest: &[u8]) -> bool {
    is_filled(rest) || is_words(rest) || is_yours(rest)
}

/// Whether it is words in lower case, as in `your-bot-token-here`.
fn is_words(rest: &[u8]) -> bool {
    let is_mark = |byte: &u8| matches!(byte, b'-' | b'_');
    let marks = rest.iter().filter(|byte| is_mark(byte)).count();
    marks >= MIN_MARKS
        && rest
            .iter()
            .all(|byte| byte.is_ascii_lowercase() || is_mark(byte))
}

/// Whether it begins with the reader, behind a version at most. Whoever could write that in front of a token could as
/// well leave out what it is found by.
fn is_yours(rest: &[u8]) -> bool {
    let is_here = |rest: &[u8]| {
        let front = rest.get(..YOURS.len());
        front.is_some_and(|front| front.eq_ignore_ascii_case(YOURS))
    };
    let version = rest
        .iter()
        .take(LONGEST_VERSION + 1)
        .position(|byte| *byte == b'-');
    let behind = version.and_then(|length| rest.get(length + 1..));
    is_here(rest) || behind.is_some_and(is_here)
}

/// Whether there are hardly any different characters in the last part.
fn is_filled(rest: &[u8]) -> bool {
    let mut parts = rest.rsplit(|byte| matches!(byte, b'/' | b':' | b'='));
    let rest = parts.next().unwrap_or_default();
    let mut seen = Vec::with_capacity(FEW);
    for byte in rest {
        if !seen.contains(byte) {
            if seen.len() == FEW {
                return false;
            }
            seen.push(*byte);
        }
    }
    rest.len() >= MIN_FILLED
}

/// Whether nearly every character is the next one of the alphabet. So documents write a token, and so does whoever tries
/// what is let through.
pub(crate) fn is_alphabet(rest: &[u8]) -> bool {
    let steps = rest.iter().zip(rest.iter().skip(1));
    let breaks = steps.filter(|(one, next)| one.checked_add(1) != Some(**next));
    rest.len() >= MIN_RUN && breaks.take(BREAKS + 1).count() <= BREAKS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders() {
        for text in [
            "xxxxxxxxxxxxxxxx",
            "0000-0000-0000",
            "T00000000/B00000000/XXXXXXXXXXXXXXXXXXXX",
            "your-bot-token-here",
            "api03-your-api-key-here",
            "YourGoogleMapsApiKeyGoesHere0000",
            "webhook_signing_secret",
        ] {
            assert!(is_placeholder(text.as_bytes()), "{text}");
        }
        for text in [
            "",
            "q7Rk2VdXs9TfYb3H",
            "q7Rk2VdXs9TfYb3HabcdefghijklmnopqrstuvwxyzXXXXXXXXXXX",
            "q7Rk2VdXs9TfYb3H-your-bot-token-here",
            "qrkvdxstfybhnjcwmzelpga",
        ] {
            assert!(!is_placeholder(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn alphabets() {
        for text in [
            "abcdefghijklmnopqrstuvwxyz0123456789",
            "1234567890abcdef1234567890abcdef",
        ] {
            assert!(is_alphabet(text.as_bytes()), "{text}");
        }
        assert!(!is_alphabet(b"q7Rk2VdXs9TfYb3H"));
    }
}

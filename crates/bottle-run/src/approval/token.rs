//! What stands for all that a card was made of.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};
use sha2::{Digest as _, Sha256};

/// How many digits it has.
const DIGITS: usize = 64;

/// SHA-256 over the file of a proposal, `routes.yaml` and `pipelock.yaml` as they were when the card was made, and over what
/// the card says is granted and with which credential, each with its length before it. A decision that carries another one than that of the moment is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewToken(String);

/// The text is no token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a token is {DIGITS} hexadecimal digits in lower case, as `bottle proposals show` has it")]
pub struct ReviewTokenError;

impl ReviewToken {
    pub(crate) fn of(parts: &[&[u8]]) -> Self {
        let mut hash = Sha256::new();
        for part in parts {
            hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(part);
        }
        Self(hex(&hash.finalize()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The hexadecimal digits of a hash.
pub(crate) fn hex(hash: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(DIGITS);
    for byte in hash {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

impl fmt::Display for ReviewToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for ReviewToken {
    type Err = ReviewTokenError;

    fn from_str(text: &str) -> Result<Self, ReviewTokenError> {
        let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        if text.len() == DIGITS && text.bytes().all(is_digit) {
            Ok(Self(text.to_owned()))
        } else {
            Err(ReviewTokenError)
        }
    }
}

impl Serialize for ReviewToken {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_do_not_run_into_each_other() {
        let one = ReviewToken::of(&[b"ab", b"c", b""]);
        assert_ne!(one, ReviewToken::of(&[b"a", b"bc", b""]));
        assert_ne!(one, ReviewToken::of(&[b"ab", b"c"]));
        assert_eq!(one.to_string().parse(), Ok(one));
        for wrong in ["", "ab", &"A".repeat(64), &"g".repeat(64)] {
            assert_eq!(wrong.parse::<ReviewToken>(), Err(ReviewTokenError));
        }
    }
}

//! The name of one proposal.

use std::str::FromStr;

use crate::text::text_newtype;

/// How many characters it has.
const LENGTH: usize = 10;
/// What it is made of.
const ALPHABET: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";

/// What an agent asked for once, and what was granted for it: ten of `a-z0-9`, of which the first is a letter.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProposalId(String);

/// The text is not the name of a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a proposal is named by ten of a-z and 0-9, of which the first is a letter")]
pub struct ProposalIdError;

text_newtype!(ProposalId);

impl ProposalId {
    /// A name made of random bytes.
    pub fn from_random(bytes: [u8; LENGTH]) -> Self {
        let letter = |(place, byte): (usize, u8)| {
            let kinds = if place == 0 { 26 } else { ALPHABET.len() };
            let chosen = ALPHABET.get(usize::from(byte) % kinds);
            char::from(chosen.copied().unwrap_or(b'a'))
        };
        Self(bytes.into_iter().enumerate().map(letter).collect())
    }
}

impl FromStr for ProposalId {
    type Err = ProposalIdError;

    fn from_str(text: &str) -> Result<Self, ProposalIdError> {
        let begins_well = text.starts_with(|first: char| first.is_ascii_lowercase());
        if begins_well && text.len() == LENGTH && text.bytes().all(|byte| ALPHABET.contains(&byte))
        {
            Ok(Self(text.to_owned()))
        } else {
            Err(ProposalIdError)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_bytes_make_a_name(bytes in any::<[u8; LENGTH]>()) {
            let id = ProposalId::from_random(bytes);
            prop_assert_eq!(id.to_string().parse(), Ok(id));
        }

        #[test]
        fn nothing_else_is_one(text in ".{0,12}") {
            let plain = text.len() == LENGTH && text.bytes().all(|byte| ALPHABET.contains(&byte));
            let begins_well = text.starts_with(|first: char| first.is_ascii_lowercase());
            prop_assert_eq!(text.parse::<ProposalId>().is_ok(), plain && begins_well);
        }
    }
}

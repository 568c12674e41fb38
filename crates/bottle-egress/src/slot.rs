//! The name under which a sidecar knows a credential.

use std::fmt;
use std::str::FromStr;

/// What stands before the number.
const PREFIX: &str = "EGRESS_TOKEN_";

/// A numbered place for one credential: `EGRESS_TOKEN_0`, `EGRESS_TOKEN_1`, …
///
/// Files inside the bottle name slots alone; which variable of the host fills one is known outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenSlot(u16);

/// The text is not the name of a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a token slot is named EGRESS_TOKEN_ and a number")]
pub struct TokenSlotError;

impl TokenSlot {
    /// The slot of that number.
    pub const fn new(number: u16) -> Self {
        Self(number)
    }

    /// The slot of the next number, if there is one.
    pub const fn next(self) -> Option<Self> {
        match self.0.checked_add(1) {
            Some(number) => Some(Self(number)),
            None => None,
        }
    }
}

impl fmt::Display for TokenSlot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PREFIX}{}", self.0)
    }
}

impl FromStr for TokenSlot {
    type Err = TokenSlotError;

    fn from_str(text: &str) -> Result<Self, TokenSlotError> {
        let number = text.strip_prefix(PREFIX).ok_or(TokenSlotError)?;
        let plain = number == "0"
            || (!number.starts_with('0') && number.bytes().all(|byte| byte.is_ascii_digit()));
        if plain {
            number.parse().map(Self).map_err(|_| TokenSlotError)
        } else {
            Err(TokenSlotError)
        }
    }
}

impl serde::Serialize for TokenSlot {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for TokenSlot {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn round_trips(number: u16) {
            let slot = TokenSlot::new(number);
            prop_assert_eq!(slot.to_string().parse(), Ok(slot));
        }
    }

    #[test]
    fn nothing_else_is_a_slot() {
        for text in [
            "",
            "EGRESS_TOKEN_",
            "EGRESS_TOKEN_00",
            "EGRESS_TOKEN_+1",
            "EGRESS_TOKEN_65536",
            "GITHUB_TOKEN",
        ] {
            assert_eq!(text.parse::<TokenSlot>(), Err(TokenSlotError), "{text}");
        }
    }
}

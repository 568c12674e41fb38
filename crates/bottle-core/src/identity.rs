//! The name of one run.

use std::fmt;
use std::str::FromStr;

use crate::name::{AgentName, NameError};
use crate::text::serde_as_text;

/// How many characters make two runs of one agent different: 36⁵ ≈ 60 million.
const SUFFIX_LENGTH: usize = 5;
/// The digits of base 36.
const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";

/// The random part of an [`Identity`]: five digits in base 36.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IdentitySuffix(String);

impl IdentitySuffix {
    /// Turns random bytes into a suffix. The bias of the remainder is below 10⁻¹¹.
    pub fn from_random(bytes: [u8; 8]) -> Self {
        let mut number = u64::from_le_bytes(bytes);
        let mut text = String::with_capacity(SUFFIX_LENGTH);
        for _ in 0..SUFFIX_LENGTH {
            let digit = usize::try_from(number % 36)
                .ok()
                .and_then(|index| DIGITS.get(index));
            text.push(char::from(digit.copied().unwrap_or(b'0')));
            number /= 36;
        }
        Self(text)
    }
}

/// The name of one run of one agent: `<agent>-<five of 0-9a-z>`, new for every start.
///
/// It is a folder name, a compose project, a container name and a label, so nothing else is one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity {
    agent: AgentName,
    suffix: IdentitySuffix,
}

serde_as_text!(Identity);

/// Why a text is not an identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IdentityError {
    /// The agent's name is none.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The last part is not five characters of 0-9 and a-z.
    #[error("an identity ends with a hyphen and five of 0-9 and a-z, as in `dev-4x0kz`")]
    Suffix,
}

impl Identity {
    /// The identity of one run.
    pub fn new(agent: &AgentName, suffix: IdentitySuffix) -> Self {
        Self {
            agent: agent.clone(),
            suffix,
        }
    }

    /// Whose run it is.
    pub const fn agent(&self) -> &AgentName {
        &self.agent
    }
}

impl FromStr for Identity {
    type Err = IdentityError;

    fn from_str(text: &str) -> Result<Self, IdentityError> {
        let (agent, suffix) = text.rsplit_once('-').ok_or(IdentityError::Suffix)?;
        if suffix.len() != SUFFIX_LENGTH || !suffix.bytes().all(|byte| DIGITS.contains(&byte)) {
            return Err(IdentityError::Suffix);
        }
        Ok(Self {
            agent: agent.parse()?,
            suffix: IdentitySuffix(suffix.to_owned()),
        })
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.agent, self.suffix.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_no_identity() {
        for text in [
            "",
            "dev",
            "dev-",
            "dev-1234",
            "dev-123456",
            "dev-ABCDE",
            "../x-12345",
            "-12345",
            "1-12345",
        ] {
            assert!(text.parse::<Identity>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn round_trips(agent in "[a-z][a-z0-9-]{0,39}", bytes: [u8; 8]) {
            let identity = Identity::new(&agent.parse().unwrap(), IdentitySuffix::from_random(bytes));
            prop_assert_eq!(identity.to_string().parse::<Identity>(), Ok(identity));
        }

        #[test]
        fn never_panics(text in ".{0,60}") {
            let _ = text.parse::<Identity>();
        }
    }
}

//! Environment variables of an agent.

use std::str::FromStr;

use crate::text::text_newtype;

/// The name of an environment variable: letters, digits and underscores, not beginning with a digit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EnvName(String);

text_newtype!(EnvName);

/// Why a text is not the name of a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the name of a variable has letters, digits and underscores, and does not begin with a digit"
)]
pub struct EnvNameError;

impl FromStr for EnvName {
    type Err = EnvNameError;

    fn from_str(text: &str) -> Result<Self, EnvNameError> {
        let begins_well = text
            .bytes()
            .next()
            .is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_');
        let plain = text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if begins_well && plain {
            Ok(Self(text.to_owned()))
        } else {
            Err(EnvNameError)
        }
    }
}

/// Where the value of an agent's variable comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EnvValue {
    /// Written in the manifest, so not a secret.
    Literal(String),
    /// Asked on the terminal at every start (`?` or `?prompt`).
    Prompt {
        /// What is asked.
        prompt: String,
    },
    /// Taken from this variable of the host (`${NAME}`).
    Host(EnvName),
}

/// Why a text is not the value of a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EnvValueError {
    /// The text inside `${…}` is no name.
    #[error("`${{…}}` takes the name of one variable of the host")]
    HostName,
    /// No environment can hold a NUL.
    #[error("a value may not hold a NUL character")]
    Nul,
}

impl FromStr for EnvValue {
    type Err = EnvValueError;

    fn from_str(text: &str) -> Result<Self, EnvValueError> {
        if text.contains('\0') {
            return Err(EnvValueError::Nul);
        }
        if let Some(prompt) = text.strip_prefix('?') {
            return Ok(Self::Prompt {
                prompt: prompt.trim().to_owned(),
            });
        }
        if let Some(name) = text
            .strip_prefix("${")
            .and_then(|rest| rest.strip_suffix('}'))
        {
            return name
                .parse()
                .map(Self::Host)
                .map_err(|_| EnvValueError::HostName);
        }
        Ok(Self::Literal(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn three_sources() {
        assert_eq!(
            "?".parse(),
            Ok(EnvValue::Prompt {
                prompt: String::new()
            })
        );
        assert_eq!(
            "? The key".parse(),
            Ok(EnvValue::Prompt {
                prompt: "The key".to_owned()
            })
        );
        assert_eq!(
            "${HOST_KEY}".parse(),
            Ok(EnvValue::Host("HOST_KEY".parse().unwrap()))
        );
        assert_eq!(
            "a ${B} c".parse(),
            Ok(EnvValue::Literal("a ${B} c".to_owned()))
        );
        assert_eq!(
            "${not-a-name}".parse::<EnvValue>(),
            Err(EnvValueError::HostName)
        );
        assert_eq!("a\0".parse::<EnvValue>(), Err(EnvValueError::Nul));
    }

    proptest! {
        #[test]
        fn names_round_trip(text in "[A-Za-z0-9_=é-]{0,20}") {
            if let Ok(name) = text.parse::<EnvName>() {
                prop_assert_eq!(name.to_string().parse::<EnvName>(), Ok(name));
            }
        }
    }
}

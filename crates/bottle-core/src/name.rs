//! The names that manifests go by.

use std::str::FromStr;

use crate::text::text_newtype;

/// The longest name, in bytes: with the suffix of an identity and the prefix of a project it still fits a DNS label.
const MAX_LENGTH: usize = 40;

/// Why a text is not a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a name has 1 to 40 of a-z, 0-9 and hyphens, and begins with a letter")]
pub struct NameError;

fn check(text: &str) -> Result<String, NameError> {
    let begins_well = text
        .bytes()
        .next()
        .is_some_and(|byte| byte.is_ascii_lowercase());
    let plain = text
        .bytes()
        .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if begins_well && plain && text.len() <= MAX_LENGTH {
        Ok(text.to_owned())
    } else {
        Err(NameError)
    }
}

macro_rules! name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        text_newtype!($name);

        impl FromStr for $name {
            type Err = NameError;

            fn from_str(text: &str) -> Result<Self, NameError> {
                check(text).map(Self)
            }
        }
    };
}

name! {
    /// The name of a bottle: its file without `.md`.
    BottleName
}
name! {
    /// The name of an agent: its file without `.md`.
    AgentName
}

impl AgentName {
    /// The agent of a bottle's own name; both kinds of names are made of the same characters.
    pub(crate) fn of_bottle(bottle: &BottleName) -> Self {
        Self(bottle.0.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn plain_names_only() {
        assert!("dev".parse::<BottleName>().is_ok());
        assert!("a-1".parse::<AgentName>().is_ok());
        for text in [
            "", "1a", "-a", "A", "a_b", "a.b", "../a", "a/b", "a\0", "é", "-rf",
        ] {
            assert_eq!(text.parse::<BottleName>(), Err(NameError), "{text}");
        }
        assert!("a".repeat(41).parse::<AgentName>().is_err());
    }

    proptest! {
        #[test]
        fn never_panics_and_prints_what_it_reads(text in "[a-z0-9A-Z/. -]{0,50}") {
            if let Ok(name) = text.parse::<AgentName>() {
                prop_assert_eq!(name.to_string().parse::<AgentName>(), Ok(name));
            }
        }
    }
}

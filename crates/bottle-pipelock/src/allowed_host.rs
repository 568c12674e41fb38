//! A host pattern as pipelock writes it.

use bottle_core::{HostPattern, HostPatternError};
use serde::{Deserialize, Serialize};

/// A host of the allowlist: an exact name, or `*.name` for every name below it.
///
/// The program has one wildcard for any depth, so both of ours become that one: which depth was granted is what
/// egress has checked before. (It takes the name itself along, too; our reader does not.)
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AllowedHost(HostPattern);

/// Stands in a list that would be empty, which the program does not take. No host has this name (RFC 6761).
const NOWHERE: &str = "nowhere.invalid";

impl AllowedHost {
    /// The entry of a list that allows nothing. `None` never: a test asks.
    pub(crate) fn nowhere() -> Option<Self> {
        NOWHERE.parse().ok().map(Self)
    }

    /// Whether it stands for no host at all.
    pub(crate) fn is_nowhere(&self) -> bool {
        matches!(&self.0, HostPattern::Exact(host) if host.as_str() == NOWHERE)
    }

    /// The hosts that are meant.
    pub const fn pattern(&self) -> &HostPattern {
        &self.0
    }
}

impl From<&HostPattern> for AllowedHost {
    fn from(pattern: &HostPattern) -> Self {
        Self(match pattern {
            HostPattern::Exact(host) => HostPattern::Exact(host.clone()),
            HostPattern::OneLabel(base) | HostPattern::AnyDepth(base) => {
                HostPattern::AnyDepth(base.clone())
            }
        })
    }
}

impl TryFrom<String> for AllowedHost {
    type Error = HostPatternError;

    fn try_from(text: String) -> Result<Self, HostPatternError> {
        let pattern: HostPattern = text.parse()?;
        match &pattern {
            HostPattern::AnyDepth(_) => Err(HostPatternError::Star),
            HostPattern::Exact(_) | HostPattern::OneLabel(_) => Ok(Self::from(&pattern)),
        }
    }
}

impl From<AllowedHost> for String {
    fn from(AllowedHost(pattern): AllowedHost) -> Self {
        match pattern {
            HostPattern::Exact(host) => host.to_string(),
            HostPattern::OneLabel(base) | HostPattern::AnyDepth(base) => format!("*.{base}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nowhere_is_a_name() {
        assert!(AllowedHost::nowhere().unwrap().is_nowhere());
    }

    #[test]
    fn one_wildcard_of_any_depth() {
        let read = |text: &str| AllowedHost::try_from(text.to_owned());
        let pattern = |text: &str| AllowedHost::from(&text.parse::<HostPattern>().unwrap());
        assert_eq!(read("a.test").unwrap(), pattern("a.test"));
        for ours in ["*.a.test", "**.a.test"] {
            assert_eq!(String::from(pattern(ours)), "*.a.test");
            assert_eq!(read("*.a.test").unwrap(), pattern(ours));
        }
        assert_eq!(read("*.a.test").unwrap().pattern().to_string(), "**.a.test");
        for wrong in ["**.a.test", "*", "*.test", "10.0.0.1", "", "a.test/x"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}

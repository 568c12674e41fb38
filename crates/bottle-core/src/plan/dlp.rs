//! Where the scanner differs from its defaults on one route.

use std::borrow::Borrow;
use std::collections::BTreeSet;
use std::str::FromStr;

use crate::text::text_newtype;

/// The longest name of a rule, in bytes.
const MAX_RULE: usize = 64;
/// What holds on every route: a secret of the bottle itself, what could not be looked at, and addresses that name no host.
const ALWAYS: [&str; 7] = [
    "address-invalid",
    "address-not-a-name",
    "known-secret",
    "not-searched",
    "scanner-broken",
    "too-many-encodings",
    "undecodable",
];

/// Where the scanner differs from its defaults on one route.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DlpSpec {
    /// Rules that do not hold there.
    pub allow: BTreeSet<RuleName>,
    /// What happens to a response that looks like an injected prompt.
    pub responses: ResponseAction,
    /// What happens to a body that is too large to be taken apart.
    pub large_bodies: LargeBodies,
}

/// What happens to a response that looks like an injected prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ResponseAction {
    /// It is marked and passed on.
    #[default]
    Mark,
    /// It is refused.
    Block,
}

impl ResponseAction {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Mark, Self::Block];

    /// As it is written in a manifest.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mark => "mark",
            Self::Block => "block",
        }
    }
}

/// What happens to a body that is too large to be taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LargeBodies {
    /// It is refused.
    #[default]
    Refuse,
    /// It is scanned as plain text.
    Text,
}

impl LargeBodies {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Refuse, Self::Text];

    /// As it is written in a manifest.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Refuse => "refuse",
            Self::Text => "text",
        }
    }
}

/// The name of a rule of the scanner that a route may do without, for example `aws-access-key-id`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleName(String);

text_newtype!(RuleName);

/// Why a text is not the name of a rule that a route may do without.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RuleNameError {
    /// It is no name.
    #[error("the name of a rule has a-z, 0-9 and hyphens, at most 64")]
    Name,
    /// It holds everywhere.
    #[error("this rule holds on every route")]
    Always,
}

impl Borrow<str> for RuleName {
    /// So that a set of names is asked with a text.
    fn borrow(&self) -> &str {
        self.as_str()
    }
}

impl FromStr for RuleName {
    type Err = RuleNameError;

    fn from_str(text: &str) -> Result<Self, RuleNameError> {
        let plain = text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        if !plain || text.is_empty() || text.len() > MAX_RULE {
            Err(RuleNameError::Name)
        } else if ALWAYS.contains(&text) {
            Err(RuleNameError::Always)
        } else {
            Ok(Self(text.to_owned()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_rules_hold_everywhere() {
        let read = |text: &str| text.parse::<RuleName>();
        for text in ALWAYS {
            assert_eq!(read(text), Err(RuleNameError::Always));
        }
        for text in ["", "JWT", "a_b", &"a".repeat(MAX_RULE + 1)] {
            assert_eq!(read(text), Err(RuleNameError::Name));
        }
        let names = BTreeSet::from([
            read("known-secrets").unwrap(),
            read("json-web-token").unwrap(),
        ]);
        assert!(names.contains("json-web-token") && !names.contains("known-secret"));
    }
}

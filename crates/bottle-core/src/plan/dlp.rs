//! Where the scanner differs from its defaults on one route.

use std::collections::BTreeSet;
use std::str::FromStr;

use crate::text::text_newtype;

/// The longest name of a rule, in bytes.
const MAX_RULE: usize = 64;

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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
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

/// The name of a rule of the scanner, for example `aws-access-key`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleName(String);

text_newtype!(RuleName);

/// Why a text is not the name of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the name of a rule has a-z, 0-9 and hyphens, at most 64")]
pub struct RuleNameError;

impl FromStr for RuleName {
    type Err = RuleNameError;

    fn from_str(text: &str) -> Result<Self, RuleNameError> {
        let plain = text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        if plain && !text.is_empty() && text.len() <= MAX_RULE {
            Ok(Self(text.to_owned()))
        } else {
            Err(RuleNameError)
        }
    }
}

//! A skill of an agent.

use std::str::FromStr;

use crate::text::text_newtype;

/// The longest name, in bytes.
const MAX_LENGTH: usize = 64;

/// The name of a skill: its folder in `~/.claude/skills`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SkillName(String);

text_newtype!(SkillName);

/// Why a text is not the name of a skill.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the name of a skill has a-z, 0-9 and hyphens, at most 64, and does not begin with a hyphen"
)]
pub struct SkillNameError;

impl FromStr for SkillName {
    type Err = SkillNameError;

    fn from_str(text: &str) -> Result<Self, SkillNameError> {
        let plain = text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        if plain && !text.is_empty() && !text.starts_with('-') && text.len() <= MAX_LENGTH {
            Ok(Self(text.to_owned()))
        } else {
            Err(SkillNameError)
        }
    }
}

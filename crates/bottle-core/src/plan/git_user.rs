//! Whose name stands in the agent's commits.

use std::str::FromStr;

use crate::text::text_newtype;

/// The longest name or address, in bytes.
const MAX: usize = 200;

/// Whose name stands in the agent's commits; what is `None` is left to the image.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GitUser {
    /// `user.name`.
    pub name: Option<GitUserText>,
    /// `user.email`.
    pub email: Option<GitUserText>,
}

/// A name or an address as it stands in a commit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GitUserText(String);

text_newtype!(GitUserText);

/// Not a text that git writes into a commit as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "one line of at most {MAX} bytes with a letter or digit, without `<`, `>` and spaces at its ends"
)]
pub struct GitUserTextError;

impl FromStr for GitUserText {
    type Err = GitUserTextError;

    fn from_str(text: &str) -> Result<Self, GitUserTextError> {
        let good = text.len() <= MAX
            && text.trim() == text
            && text.chars().any(char::is_alphanumeric)
            && !text.chars().any(|each| {
                each.is_control() || matches!(each, '<' | '>' | '\u{2028}' | '\u{2029}')
            });
        if good {
            Ok(Self(text.to_owned()))
        } else {
            Err(GitUserTextError)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_addresses() {
        for text in ["Agent", "Ädam \"the\" Agent", "agent@example.com", "a\\b"] {
            assert_eq!(text.parse::<GitUserText>().unwrap().as_str(), text);
        }
        for text in [
            "",
            " ",
            "...",
            " a",
            "a\nb",
            "a\0",
            "a <b>",
            &"a".repeat(MAX + 1),
        ] {
            assert_eq!(
                text.parse::<GitUserText>(),
                Err(GitUserTextError),
                "{text:?}"
            );
        }
    }
}

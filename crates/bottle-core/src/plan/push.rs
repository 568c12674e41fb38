//! What may be pushed to a remote.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::limits::written_bytes;
use crate::text::text_newtype;

/// The longest pattern, in bytes.
const MAX_PATTERN: usize = 255;
/// How many refs one push may change unless said otherwise.
const MAX_REFS: u32 = 100;
/// How many objects one push may bring unless said otherwise.
const MAX_OBJECTS: u64 = 500_000;
/// How many bytes the pack of one push may have unless said otherwise: 512 MiB.
const MAX_BYTES: u64 = 512 * 1024 * 1024;

/// What may be pushed to a remote. What is pushed is scanned in any case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PushPolicy {
    /// The refs that may be created and moved forward; none makes the remote one to read from.
    pub refs: Vec<RefPattern>,
    /// Those of them that may be moved otherwise. The upstream's default branch and tags only when a pattern without
    /// a star names them.
    pub force: Vec<RefPattern>,
    /// Those of them that may be deleted; the default branch likewise.
    pub delete: Vec<RefPattern>,
    /// How many refs one push may change.
    pub max_refs: u32,
    /// How many objects one push may bring.
    pub max_objects: u64,
    /// How many bytes its pack may have.
    pub max_bytes: u64,
}

impl PushPolicy {
    /// How large a pack may be, as manifests spell sizes.
    pub fn max_size(&self) -> String {
        written_bytes(self.max_bytes)
    }
}

impl Default for PushPolicy {
    /// Branches, tags and notes; branches may be rewritten and deleted, except for the default one.
    fn default() -> Self {
        let pattern = |text: &str| RefPattern(text.to_owned());
        let branches = vec![pattern("refs/heads/*")];
        Self {
            refs: ["refs/heads/*", "refs/tags/*", "refs/notes/*"]
                .map(pattern)
                .to_vec(),
            force: branches.clone(),
            delete: branches,
            max_refs: MAX_REFS,
            max_objects: MAX_OBJECTS,
            max_bytes: MAX_BYTES,
        }
    }
}

/// A full ref name (`refs/heads/main`) in which one star may stand for any characters, slashes too.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RefPattern(String);

text_newtype!(RefPattern);

/// Not a pattern of refs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a pattern of refs is a full name such as refs/heads/main, with one `*` at most")]
pub struct RefPatternError;

impl RefPattern {
    /// Whether the pattern is this one name and no other.
    pub fn is_exact(&self) -> bool {
        !self.0.contains('*')
    }

    /// Whether a ref of this full name is one that the pattern means.
    pub fn matches(&self, name: &str) -> bool {
        match self.0.split_once('*') {
            None => self.0 == name,
            Some((before, after)) => {
                name.len() >= before.len() + after.len()
                    && name.starts_with(before)
                    && name.ends_with(after)
            }
        }
    }
}

impl FromStr for RefPattern {
    type Err = RefPatternError;

    fn from_str(text: &str) -> Result<Self, RefPatternError> {
        let rest = text.strip_prefix("refs/").ok_or(RefPatternError)?;
        let plain = |byte: u8| byte.is_ascii_graphic() && !b"~^:?[\\".contains(&byte);
        let good = !rest.is_empty()
            && text.len() <= MAX_PATTERN
            && text.bytes().all(plain)
            && text.bytes().filter(|byte| *byte == b'*').count() <= 1
            && !text.contains("..")
            && !text.contains("//")
            && !text.contains("@{")
            && !text.ends_with('/');
        if good {
            Ok(Self(text.to_owned()))
        } else {
            Err(RefPatternError)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pattern(text: &str) -> RefPattern {
        text.parse().unwrap()
    }

    #[test]
    fn a_star_stands_for_any_characters() {
        let agent = pattern("refs/heads/agent/*");
        assert!(agent.matches("refs/heads/agent/a/b") && agent.matches("refs/heads/agent/"));
        assert!(!agent.matches("refs/heads/agent") && !agent.matches("refs/tags/agent/a"));
        assert!(!pattern("refs/heads/a*a").matches("refs/heads/a"));
        assert!(pattern("refs/heads/main").is_exact());
    }

    #[test]
    fn what_is_no_pattern() {
        for text in [
            "",
            "main",
            "refs/",
            "refs/heads/",
            "refs/*/*",
            "refs/heads/a b",
            "refs/heads/a..b",
            "refs/heads/é",
        ] {
            assert_eq!(text.parse::<RefPattern>(), Err(RefPatternError), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_pattern_matches_what_stands_in_for_its_star(before in "[a-z/]{0,8}", middle in "[a-z/]{0,8}", after in "[a-z]{1,8}") {
            if let Ok(pattern) = format!("refs/{before}*{after}").parse::<RefPattern>() {
                let name = format!("refs/{before}{middle}{after}");
                prop_assert!(pattern.matches(&name));
            }
        }
    }
}

//! The refs of a repository, as git lists them.

use std::collections::BTreeMap;

use crate::refusal::{Code, Refusal};

/// What a mirror has of its upstream: branches, tags and notes. A forge's own refs (`refs/pull/`, `refs/merge-requests/`,
/// `refs/changes/`) are left out: there can be a hundred for every branch, and a clone does not have them either.
pub(crate) const MIRRORED: [&str; 3] = ["refs/heads/", "refs/tags/", "refs/notes/"];

/// Whether a mirror has refs of this name.
pub(crate) fn is_mirrored(name: &str) -> bool {
    MIRRORED.iter().any(|folder| name.starts_with(folder))
}

/// The refs that count, and where `HEAD` points.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Refs {
    /// The full name of the default branch; none when the repository does not say.
    pub(crate) head: Option<String>,
    /// Ids by name.
    pub(crate) ids: BTreeMap<String, String>,
}

impl Refs {
    /// Reads what `git ls-remote --symref` prints.
    pub(crate) fn of_upstream(listing: &[u8]) -> Result<Self, Refusal> {
        let text = std::str::from_utf8(listing).map_err(|_| {
            Refusal::new(
                Code::Upstream,
                "the upstream has refs whose names are not text",
            )
        })?;
        let mut refs = Self::default();
        for line in text.lines() {
            let Some((left, name)) = line.split_once('\t') else {
                continue;
            };
            match left.strip_prefix("ref: ") {
                Some(target) if name == "HEAD" && target.starts_with("refs/heads/") => {
                    refs.head = Some(target.to_owned());
                }
                None if is_id(left) && is_mirrored(name) && !name.ends_with("^{}") => {
                    refs.ids.insert(name.to_owned(), left.to_owned());
                }
                _ => {}
            }
        }
        Ok(refs)
    }

    /// Reads lines of an id, a space and a name.
    pub(crate) fn of_mirror(listing: &[u8]) -> BTreeMap<String, String> {
        let text = String::from_utf8_lossy(listing);
        let pairs = text.lines().filter_map(|line| line.split_once(' '));
        pairs
            .map(|(id, name)| (name.to_owned(), id.to_owned()))
            .collect()
    }

    /// Whether ids have 64 digits instead of 40; a repository without refs does not say.
    pub(crate) fn has_long_ids(&self) -> bool {
        self.ids.values().any(|id| id.len() == LONG_ID)
    }
}

/// Digits of an id, with SHA-1.
const SHORT_ID: usize = 40;
/// Digits of an id, with SHA-256.
const LONG_ID: usize = 64;

/// Whether a text is the whole id of an object.
pub(crate) fn is_id(text: &str) -> bool {
    [SHORT_ID, LONG_ID].contains(&text.len())
        && text
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Whether an id stands for no object at all.
pub(crate) fn is_zero(id: &str) -> bool {
    id.bytes().all(|byte| byte == b'0')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_counts_of_an_upstream() {
        let (a, b) = ("a".repeat(40), "b".repeat(40));
        let listing = format!(
            "ref: refs/heads/main\tHEAD\n{a}\tHEAD\n{a}\trefs/heads/main\n{b}\trefs/pull/1/head\n{b}\trefs/tags/t\n{a}\trefs/tags/t^{{}}\n"
        );
        let refs = Refs::of_upstream(listing.as_bytes()).unwrap();
        assert_eq!(refs.head.as_deref(), Some("refs/heads/main"));
        assert!(!refs.has_long_ids());
        let lines = format!("{a} refs/heads/main\n{b} refs/tags/t\n");
        assert_eq!(refs.ids, Refs::of_mirror(lines.as_bytes()));
        assert_eq!(Refs::of_upstream(b"").unwrap(), Refs::default());
    }

    proptest! {
        #[test]
        fn any_listing_is_survived(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(refs) = Refs::of_upstream(&bytes) {
                prop_assert!(refs.ids.keys().all(|name| is_mirrored(name)));
            }
        }
    }
}

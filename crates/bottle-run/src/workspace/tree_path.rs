//! A path in a repository, as bytes that an agent chose.

use std::ffi::OsStr;
use std::fmt;
use std::os::unix::ffi::OsStrExt;

use bottle_core::visible;

/// A path below the top of a repository: plain names joined by `/`, in whatever bytes.
///
/// `Display` makes it harmless for a terminal; for everything else it is bytes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TreePath(Vec<u8>);

impl TreePath {
    /// `None` when it is not plain: empty, absolute, with a NUL, or with an empty name, `.` or `..` in it.
    pub fn new(path: &[u8]) -> Option<Self> {
        let plain = |name: &[u8]| !matches!(name, b"" | b"." | b"..") && !name.contains(&0);
        path.split(|byte| *byte == b'/')
            .all(plain)
            .then(|| Self(path.to_vec()))
    }

    /// As git writes it.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Its names, outermost first.
    pub fn names(&self) -> impl DoubleEndedIterator<Item = &[u8]> {
        self.0.split(|byte| *byte == b'/')
    }

    /// The folders that it is in, innermost first, but for the top.
    pub(super) fn parents(&self) -> impl Iterator<Item = Self> {
        let slashes = self
            .0
            .iter()
            .enumerate()
            .rev()
            .filter(|(_, byte)| **byte == b'/');
        slashes
            .filter_map(|(at, _)| self.0.get(..at))
            .map(|parent| Self(parent.to_vec()))
    }

    /// The folders on the way, and the last name.
    pub(super) fn split(&self) -> (impl Iterator<Item = &OsStr>, &OsStr) {
        let mut names = self.names().map(OsStr::from_bytes);
        let last = names.next_back().unwrap_or_default();
        (names, last)
    }

    /// Whether a part of it is git's own folder on any file system.
    pub(super) fn is_in_git_folder(&self) -> bool {
        self.names().any(is_git_folder)
    }
}

impl fmt::Display for TreePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&visible(&String::from_utf8_lossy(&self.0)))
    }
}

/// Whether a name is `.git` to a file system that folds case, drops marks without width (HFS+), cuts trailing dots and
/// spaces, knows short names, or takes `\` and `:` for separators (NTFS). It says so of more names than git's own check,
/// which would refuse the whole answer because of one of them.
pub(super) fn is_git_folder(name: &[u8]) -> bool {
    name.split(|byte| matches!(byte, b'\\' | b':'))
        .any(|part| matches!(folded(part).as_str(), ".git" | "git~1"))
}

/// Whether a name is `.gitmodules` in the same sense. Git refuses a link of that name.
pub(super) fn is_git_modules(name: &[u8]) -> bool {
    let name = folded(name);
    name == ".gitmodules" || (name.starts_with("gi") && name.contains('~'))
}

/// A name as the least careful file system compares it.
pub(super) fn folded(name: &[u8]) -> String {
    let text: String = String::from_utf8_lossy(name)
        .chars()
        .filter(|each| !is_ignored_by_hfs(*each))
        .map(|each| each.to_ascii_lowercase())
        .collect();
    text.trim_end_matches(['.', ' ']).to_owned()
}

/// The code points that HFS+ leaves out when it compares names (git: `utf8.c`, `next_hfs_char`).
const fn is_ignored_by_hfs(each: char) -> bool {
    matches!(each, '\u{200c}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{206a}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_no_plain_path() {
        for path in [
            "", "/", "/a", "a/", "a//b", ".", "..", "a/../b", "a/./b", "a\0b",
        ] {
            assert_eq!(TreePath::new(path.as_bytes()), None, "{path:?}");
        }
        for path in ["a", "a/b", "...", ".a", "-rf", "a b", "a\nb", "\\"] {
            assert!(TreePath::new(path.as_bytes()).is_some(), "{path:?}");
        }
    }

    #[test]
    fn what_is_the_git_folder() {
        for name in [
            ".git",
            ".GIT",
            ".git. .",
            "git~1",
            "GIT~1",
            ".g\u{200c}it",
            ".git::$INDEX_ALLOCATION",
            "x\\.git",
        ] {
            assert!(is_git_folder(name.as_bytes()), "{name:?}");
        }
        for name in ["git", ".gitignore", ".github", "x.git", "git~2", ".gi"] {
            assert!(!is_git_folder(name.as_bytes()), "{name:?}");
        }
    }

    #[test]
    fn what_is_shown_is_harmless() {
        let path = TreePath::new(b"a\x1b[2J\xff").unwrap();
        assert_eq!(path.to_string(), "a\\u{1b}[2J\u{fffd}");
    }

    proptest! {
        #[test]
        fn never_panics(bytes: Vec<u8>) {
            if let Some(path) = TreePath::new(&bytes) {
                prop_assert_eq!(path.as_bytes(), &bytes[..]);
                prop_assert_eq!(path.names().collect::<Vec<_>>().join(&b'/'), bytes);
                let _ = path.is_in_git_folder();
            }
        }
    }
}

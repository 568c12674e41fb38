//! A path below a folder that cannot lead out of it.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

/// The longest name that Linux file systems take, in bytes.
const NAME_MAX: usize = 255;

/// One or more plain names joined by `/`: no `.`, no `..`, nothing absolute.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RelativePath(Cow<'static, str>);

/// A text that is no [`RelativePath`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is not a plain path below a folder", .0.escape_debug())]
pub struct RelativePathError(String);

impl RelativePath {
    /// The path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The folders on the way, outermost first.
    pub fn folders(&self) -> impl Iterator<Item = &str> {
        self.split()
            .0
            .into_iter()
            .flat_map(|folders| folders.split('/'))
    }

    /// The last name.
    pub fn name(&self) -> &str {
        self.split().1
    }

    /// A path that a program itself spells out, for use in a `const`.
    ///
    /// ```
    /// # use bottle_state::RelativePath;
    /// const ROUTES: RelativePath = RelativePath::constant("egress/routes.yaml");
    /// ```
    ///
    /// ```compile_fail
    /// # use bottle_state::RelativePath;
    /// const OUTSIDE: RelativePath = RelativePath::constant("egress/../../routes.yaml");
    /// ```
    ///
    /// # Panics
    ///
    /// When it leads out of its folder: for a `const` that is a compile error.
    pub const fn constant(path: &'static str) -> Self {
        assert!(is_plain(path), "a path leads out of its folder");
        Self(Cow::Borrowed(path))
    }

    fn split(&self) -> (Option<&str>, &str) {
        match self.0.rsplit_once('/') {
            Some((folders, name)) => (Some(folders), name),
            None => (None, self.0.as_ref()),
        }
    }
}

impl FromStr for RelativePath {
    type Err = RelativePathError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if is_plain(text) {
            Ok(Self(Cow::Owned(text.to_owned())))
        } else {
            Err(RelativePathError(text.to_owned()))
        }
    }
}

impl fmt::Display for RelativePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether each name is plain. Written for `const`, so byte by byte.
const fn is_plain(path: &str) -> bool {
    let mut rest = path.as_bytes();
    let mut length = 0;
    let mut only_dots = true;
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        match *byte {
            b'/' if ends_well(length, only_dots) => {
                length = 0;
                only_dots = true;
                continue;
            }
            b'.' => {}
            b'_' | b'-' => only_dots = false,
            byte if byte.is_ascii_alphanumeric() => only_dots = false,
            _ => return false,
        }
        length += 1;
    }
    ends_well(length, only_dots)
}

/// Whether a name of this length is one: not empty, not too long, neither `.` nor `..` (nor any longer row of dots).
const fn ends_well(length: usize, only_dots: bool) -> bool {
    length > 0 && length <= NAME_MAX && !only_dots
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn says_which_folders_are_on_the_way() {
        let path: RelativePath = "egress/deep/ca-key.pem".parse().unwrap();
        assert_eq!(path.folders().collect::<Vec<_>>(), ["egress", "deep"]);
        assert_eq!(path.name(), "ca-key.pem");
        let path: RelativePath = ".lock".parse().unwrap();
        assert_eq!(path.folders().count(), 0);
        assert_eq!(path.name(), ".lock");
    }

    #[test]
    fn nothing_that_leads_out_is_one() {
        for text in [
            "", "/", "/etc", "..", "a/..", "a/../b", "./a", "a/", "a//b", "...", "a/.../b", "a\\b",
            "a\0", "a\n", "ä",
        ] {
            assert!(text.parse::<RelativePath>().is_err(), "{text:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn whatever_parses_stays_below_the_folder(text in "[./a\\-_ ]{0,12}") {
            if let Ok(path) = text.parse::<RelativePath>() {
                let plain = std::path::Path::new(path.as_str())
                    .components()
                    .all(|part| matches!(part, std::path::Component::Normal(_)));
                prop_assert!(plain);
                prop_assert_eq!(path.to_string(), text);
            }
        }
    }
}

//! A path below which a route allows requests.

use std::fmt;
use std::str::FromStr;

use crate::guard::Guard;
use crate::text::serde_as_text;
use crate::url_path::{PathError, UrlPath};

/// An absolute path prefix that matches by whole segments: `/repos/acme` means `/repos/acme` and
/// `/repos/acme/x`, not `/repos/acme-evil`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PathPrefix(String);

serde_as_text!(PathPrefix);

impl PathPrefix {
    /// Whether the path lies at or below the prefix.
    pub fn matches(&self, path: &UrlPath) -> bool {
        self.covers(path.as_str())
    }

    /// Whether a path in its canonical spelling ([`UrlPath::canonical`]) lies at or below the prefix.
    pub fn covers(&self, canonical: &str) -> bool {
        match canonical.strip_prefix(self.0.as_str()) {
            Some(rest) => rest.is_empty() || rest.starts_with('/') || !Guard::PathSegments.is_on(),
            None => false,
        }
    }
}

impl FromStr for PathPrefix {
    type Err = PathError;

    fn from_str(text: &str) -> Result<Self, PathError> {
        let path = UrlPath::canonicalise(text)?;
        Ok(Self(path.as_str().trim_end_matches('/').to_owned()))
    }
}

impl fmt::Display for PathPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() { "/" } else { &self.0 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn matches(prefix: &str, path: &str) -> bool {
        prefix
            .parse::<PathPrefix>()
            .unwrap()
            .matches(&UrlPath::canonicalise(path).unwrap())
    }

    #[test]
    fn whole_segments() {
        assert!(matches("/v1", "/v1"));
        assert!(matches("/v1", "/v1/"));
        assert!(matches("/v1/", "/v1/x/y"));
        assert!(matches("/", "/anything"));
        assert!(!matches("/v1", "/v1evil"));
        assert!(!matches("/v1", "/V1/x"));
        assert!(!matches("/v1", "/v1/../admin"));
        assert!(!matches("/repos/acme", "/repos/acme-evil"));
        assert!(!matches("/repos/acme", "/repos"));
    }

    proptest! {
        #[test]
        fn never_panics_and_prints_what_it_reads(text in "/?[a-z./%é]{0,30}") {
            if let Ok(prefix) = text.parse::<PathPrefix>() {
                prop_assert_eq!(prefix.to_string().parse::<PathPrefix>(), Ok(prefix));
            }
        }
    }
}

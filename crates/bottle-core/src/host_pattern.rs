//! Which hosts a rule means.

use std::fmt;
use std::str::FromStr;

use crate::host::{Host, HostError};
use crate::text::serde_as_text;

/// Fewest labels that a wildcard may stand in front of: `*.com` would grant half the world.
const MIN_WILDCARD_LABELS: usize = 2;

/// One host, or all hosts below one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HostPattern {
    /// `api.example.test`: this name alone.
    Exact(Host),
    /// `*.example.test`: names with exactly one more label; not `example.test` itself.
    OneLabel(Host),
    /// `**.example.test`: names with one or more further labels; not `example.test` itself.
    AnyDepth(Host),
}

serde_as_text!(HostPattern);

/// Why a text is not a host pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HostPatternError {
    /// The name is none.
    #[error(transparent)]
    Host(#[from] HostError),
    /// `*` or `*.com`.
    #[error("a wildcard needs at least two labels behind it, as in `*.example.com`")]
    TooWide,
    /// `*.co.uk`.
    #[error(
        "anybody can have a name below this: a wildcard stands before a name of somebody's own, as in `*.example.co.uk`"
    )]
    PublicSuffix,
    /// A star anywhere but as the whole first label.
    #[error("a wildcard stands for whole labels at the front: `*.` for one, `**.` for any number")]
    Star,
}

impl HostPattern {
    /// Whether the rule means this host. Wildcards end at label boundaries.
    pub fn matches(&self, host: &Host) -> bool {
        match self {
            Self::Exact(name) => name == host,
            Self::OneLabel(base) => below(base, host).is_some_and(|front| !front.contains('.')),
            Self::AnyDepth(base) => below(base, host).is_some(),
        }
    }

    /// Whether every host that the other rule means is one that this rule means.
    ///
    /// ```
    /// # use bottle_core::HostPattern;
    /// let hosts: HostPattern = "**.example.test".parse()?;
    /// assert!(hosts.contains(&"*.a.example.test".parse()?));
    /// assert!(!hosts.contains(&"example.test".parse()?));
    /// # Ok::<(), bottle_core::HostPatternError>(())
    /// ```
    pub fn contains(&self, other: &Self) -> bool {
        match (self, other) {
            (_, Self::Exact(host)) => self.matches(host),
            (Self::OneLabel(base), Self::OneLabel(inner)) => base == inner,
            (Self::AnyDepth(base), Self::OneLabel(inner) | Self::AnyDepth(inner)) => {
                base == inner || below(base, inner).is_some()
            }
            (Self::Exact(_), _) | (Self::OneLabel(_), Self::AnyDepth(_)) => false,
        }
    }

    /// Whether the rule is a wildcard directly before a name below which anybody can have one: `*.github.io`. A manifest
    /// may say so, since the services of a company are reached by such names; nobody else should.
    pub fn is_open_to_anybody(&self) -> bool {
        match self {
            Self::Exact(_) => false,
            Self::OneLabel(base) | Self::AnyDepth(base) => {
                let name = base.as_str().as_bytes();
                psl::suffix(name).is_some_and(|suffix| suffix.is_known() && suffix == name)
            }
        }
    }

    /// The name without the wildcard.
    pub const fn base(&self) -> &Host {
        match self {
            Self::Exact(host) | Self::OneLabel(host) | Self::AnyDepth(host) => host,
        }
    }
}

/// What stands before `.base` in `host`, if anything does.
fn below<'a>(base: &Host, host: &'a Host) -> Option<&'a str> {
    host.as_str()
        .strip_suffix(base.as_str())?
        .strip_suffix('.')
        .filter(|front| !front.is_empty())
}

impl FromStr for HostPattern {
    type Err = HostPatternError;

    fn from_str(text: &str) -> Result<Self, HostPatternError> {
        if let Some(base) = text.strip_prefix("**.") {
            return wildcard_base(base).map(Self::AnyDepth);
        }
        if let Some(base) = text.strip_prefix("*.") {
            return wildcard_base(base).map(Self::OneLabel);
        }
        if text.chars().all(|each| each == '*') && !text.is_empty() {
            return Err(HostPatternError::TooWide);
        }
        if text.contains('*') {
            return Err(HostPatternError::Star);
        }
        Ok(Self::Exact(text.parse()?))
    }
}

fn wildcard_base(text: &str) -> Result<Host, HostPatternError> {
    if text.contains('*') {
        return Err(HostPatternError::Star);
    }
    let base: Host = text.parse()?;
    if base.labels().count() < MIN_WILDCARD_LABELS {
        return Err(HostPatternError::TooWide);
    }
    if is_public_suffix(&base) {
        return Err(HostPatternError::PublicSuffix);
    }
    Ok(base)
}

/// Whether a registry sells names directly below this one. Suffixes of companies (`github.io`) are not meant: `*.` before
/// such a name is what one needs to reach the services of that company.
fn is_public_suffix(base: &Host) -> bool {
    let name = base.as_str().as_bytes();
    let suffix = psl::suffix(name);
    suffix.is_some_and(|suffix| suffix.typ() == Some(psl::Type::Icann) && suffix == name)
}

impl fmt::Display for HostPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(host) => write!(f, "{host}"),
            Self::OneLabel(host) => write!(f, "*.{host}"),
            Self::AnyDepth(host) => write!(f, "**.{host}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn matches(pattern: &str, host: &str) -> bool {
        pattern
            .parse::<HostPattern>()
            .unwrap()
            .matches(&host.parse().unwrap())
    }

    #[test]
    fn wildcards_end_at_labels() {
        assert!(matches("*.wild.test", "a.wild.test"));
        assert!(!matches("*.wild.test", "wild.test"));
        assert!(!matches("*.wild.test", "evilwild.test"));
        assert!(!matches("*.wild.test", "a.b.wild.test"));
        assert!(matches("**.wild.test", "a.b.wild.test"));
        assert!(matches("**.wild.test", "a.wild.test"));
        assert!(!matches("**.wild.test", "wild.test"));
        assert!(!matches("**.wild.test", "evilwild.test"));
        assert!(matches("wild.test", "WILD.test."));
        assert!(!matches("wild.test", "a.wild.test"));
    }

    #[test]
    fn too_wide_or_odd() {
        for text in ["*", "**", "*.com", "**.com"] {
            assert_eq!(
                text.parse::<HostPattern>(),
                Err(HostPatternError::TooWide),
                "{text}"
            );
        }
        for text in ["*.co.uk", "**.com.au", "*.CO.JP."] {
            assert_eq!(
                text.parse::<HostPattern>(),
                Err(HostPatternError::PublicSuffix),
                "{text}"
            );
        }
        for text in [
            "*.example.co.uk",
            "*.github.io",
            "co.uk",
            "**.internal.test",
        ] {
            assert!(text.parse::<HostPattern>().is_ok(), "{text}");
        }
        for text in ["a.*.test", "*ok.test", "*.*.ok.test", "***.ok.test", "ok.*"] {
            assert_eq!(
                text.parse::<HostPattern>(),
                Err(HostPatternError::Star),
                "{text}"
            );
        }
        assert!(matches!(
            "*.127.0.0.1".parse::<HostPattern>(),
            Err(HostPatternError::Host(_))
        ));
    }

    #[test]
    fn some_wildcards_are_open_to_anybody() {
        let is_open = |text: &str| text.parse::<HostPattern>().unwrap().is_open_to_anybody();
        assert!(is_open("*.github.io"));
        assert!(is_open("**.s3.amazonaws.com"));
        assert!(!is_open("somebody.github.io"));
        assert!(!is_open("*.somebody.github.io"));
        assert!(!is_open("*.wild.test"));
    }

    proptest! {
        /// Labels of one letter, so that names meet.
        #[test]
        fn a_rule_contains_another_when_it_means_all_its_hosts(
            left in "(|\\*\\.|\\*\\*\\.)([ab]\\.){1,2}test",
            right in "(|\\*\\.|\\*\\*\\.)([ab]\\.){1,2}test",
        ) {
            let left: HostPattern = left.parse().unwrap();
            let right: HostPattern = right.parse().unwrap();
            let base = right.base().as_str();
            let hosts = [
                base.to_owned(),
                format!("a.{base}"),
                format!("b.{base}"),
                format!("c.{base}"),
                format!("a.b.{base}"),
                format!("c.c.{base}"),
            ];
            let hosts = hosts.map(|host| host.parse::<Host>().unwrap());
            let mut meant = hosts.iter().filter(|host| right.matches(host));
            prop_assert_eq!(left.contains(&right), meant.all(|host| left.matches(host)));
        }

        #[test]
        fn never_panics_and_prints_what_it_reads(text in "[*.a-zA-Z0-9é-]{0,40}") {
            if let Ok(pattern) = text.parse::<HostPattern>() {
                prop_assert_eq!(pattern.to_string().parse::<HostPattern>(), Ok(pattern));
            }
        }
    }
}

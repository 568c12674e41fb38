//! The rules that the scanner has, as far as a manifest is concerned.

use std::collections::BTreeSet;

use crate::nearest::nearest;
use crate::plan::RuleName;

/// The names of the rules that a manifest may mention. Manifests are read without the scanner, so that whoever reads
/// them says which rules it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KnownRules {
    /// Nobody knows: every name passes. For tools that look at the form of a manifest alone; a bottle is never started
    /// from such a reading.
    Any,
    /// These, and no others.
    These(BTreeSet<&'static str>),
}

impl KnownRules {
    /// Whether there is a rule of that name.
    pub(crate) fn has(&self, rule: &RuleName) -> bool {
        match self {
            Self::Any => true,
            Self::These(names) => names.contains(rule.as_str()),
        }
    }

    /// The rule that was most likely meant, among those that a route may do without.
    pub(crate) fn nearest(&self, rule: &RuleName) -> Option<&'static str> {
        let Self::These(names) = self else {
            return None;
        };
        let names: Vec<&'static str> = names
            .iter()
            .copied()
            .filter(|name| name.parse::<RuleName>().is_ok())
            .collect();
        nearest(rule.as_str(), names.iter()).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_holds_everywhere_is_not_suggested() {
        let rules = KnownRules::These(BTreeSet::from([
            "json-web-token",
            "known-secret",
            "npm-token",
        ]));
        let near = |text: &str| rules.nearest(&text.parse().unwrap());
        assert_eq!(near("json-web-tokn"), Some("json-web-token"));
        assert_eq!(near("known-secrets"), None);
        assert_eq!(near("zzzz"), None);
        assert!(
            rules.has(&"json-web-token".parse().unwrap())
                && !rules.has(&"json-web-tokn".parse().unwrap())
        );
        assert!(KnownRules::Any.has(&"json-web-tokn".parse().unwrap()));
    }
}

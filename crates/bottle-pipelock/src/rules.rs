//! The names of all rules.

use std::collections::BTreeSet;

use crate::body::{COMPLEX_RULE, UNDECODABLE_RULE};
use crate::exchange::{ADDRESS_RULE, NO_NAME_RULE};
use crate::scan::{KNOWN_RULE, SEED_RULE};
use crate::scanner::{BROKEN_RULE, TOO_MANY_RULE};
use crate::shapes::EXAMPLE_RULE;
use crate::{calls, families, host_data, injection, table, wallet};

/// Rules that are neither a family of tokens nor one of several of their kind.
const SINGLE: [&str; 10] = [
    ADDRESS_RULE,
    BROKEN_RULE,
    COMPLEX_RULE,
    EXAMPLE_RULE,
    KNOWN_RULE,
    NO_NAME_RULE,
    SEED_RULE,
    TOO_MANY_RULE,
    UNDECODABLE_RULE,
    table::RULE,
];

/// The names of all rules that a [`Finding`](crate::Finding) or an [`Injection`](crate::Injection) can have. Those that
/// hold on every route are among them.
///
/// ```
/// let names = bottle_pipelock::rule_names();
/// assert!(names.contains("github-token") && names.contains("instruction-override"));
/// assert!(!names.contains("github-tokn"));
/// ```
pub fn rule_names() -> BTreeSet<&'static str> {
    let tokens = families::all().map(|family| family.name);
    tokens
        .chain(SINGLE)
        .chain([wallet::RULE])
        .chain(host_data::RULES)
        .chain(calls::RULES)
        .chain(injection::rule_names())
        .collect()
}

#[cfg(test)]
mod tests {
    use bottle_core::{RuleName, RuleNameError};

    use super::*;

    #[test]
    fn a_route_may_do_without_all_but_those_that_hold_everywhere() {
        let always = names_that_are(RuleNameError::Always);
        let held = [
            ADDRESS_RULE,
            NO_NAME_RULE,
            KNOWN_RULE,
            "not-searched",
            BROKEN_RULE,
            TOO_MANY_RULE,
            UNDECODABLE_RULE,
        ];
        assert_eq!(always, held);
        assert!(names_that_are(RuleNameError::Name).is_empty());
    }

    fn names_that_are(error: RuleNameError) -> Vec<&'static str> {
        let names = rule_names().into_iter();
        let names = names.filter(|name| name.parse::<RuleName>() == Err(error));
        names.collect()
    }
}

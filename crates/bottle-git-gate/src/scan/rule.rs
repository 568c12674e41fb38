//! What rules of the scanner mean for a push, and those that the scan of a push has beside them.

pub(super) use bottle_git::rules::{
    AMBIGUOUS, BOMB, SEALED, SUBMODULE, SUBMODULE_PASSWORD, TOO_LARGE, TOO_MANY,
};
use bottle_pipelock::{COMPLEX_RULE, UNDECODABLE_RULE};

/// The scanner's rule for the bottle's own values.
pub(super) const KNOWN: &str = "known-secret";

/// Rules of the scanner that a push does not go by. What is printed in everybody's documentation is no secret; what a
/// call of a tool does is asked where it is made, not in a file; and an address in the query of a request is none in a file.
pub(super) const LEFT_OUT: [&str; 5] = [
    "documented-example",
    "shell-obfuscation",
    "shell-exfiltration",
    "call-chain-exfiltration",
    "call-chain-dropper",
];
/// Rules of the scanner by which it says that it could not look.
const NOT_LOOKED: [&str; 7] = [
    COMPLEX_RULE,
    UNDECODABLE_RULE,
    "too-many-encodings",
    "scanner-broken",
    TOO_LARGE,
    SEALED,
    AMBIGUOUS,
];

/// The code that the client sees for a rule.
pub(super) fn code(rule: &str) -> &'static str {
    if rule == SUBMODULE {
        "git.transport"
    } else if NOT_LOOKED.contains(&rule) || rule == BOMB || rule == TOO_MANY {
        "git.unscannable"
    } else {
        "git.secret"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_of_the_scanner_that_is_named_here_is_one() {
        let names = bottle_pipelock::rule_names();
        for rule in LEFT_OUT
            .iter()
            .chain(NOT_LOOKED.iter().take(4))
            .chain([&KNOWN])
        {
            assert!(names.contains(rule), "{rule}");
        }
        for own in bottle_git::rules::ALL {
            assert!(!names.contains(own), "{own}");
        }
        assert_eq!(code("github-token"), "git.secret");
        assert_eq!(code(BOMB), "git.unscannable");
        assert_eq!(code(SUBMODULE), "git.transport");
    }
}

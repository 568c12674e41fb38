//! Every rule that something can be found by has a name that a manifest may mention.
#![cfg(test)]
#![expect(clippy::disallowed_methods, reason = "a test may read the sources")]

use std::fs;
use std::path::{Path, PathBuf};

use bottle_pipelock::rule_names;

/// How a rule is declared that is no family's.
const DECLARED: &str = "RULE: &str = \"";
/// So many there are at least: fewer, and they are declared in another way.
const FEWEST: usize = 18;
/// How a rule would be found by that is declared nowhere.
const UNDECLARED: &[&str] = &["Finding::of(\"", "rule: \""];

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .flat_map(|path| {
            if path.is_dir() {
                sources(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}

#[test]
fn every_rule_of_the_sources_is_among_the_names() {
    let names = rule_names();
    let mut declared = 0;
    for path in sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")) {
        let text = fs::read_to_string(&path).unwrap();
        for way in UNDECLARED {
            assert!(!text.contains(way), "{}: {way}", path.display());
        }
        for line in text.lines().filter(|line| line.contains(DECLARED)) {
            let name = line.split('"').nth(1).unwrap();
            assert!(names.contains(name), "{}: {name}", path.display());
            declared += 1;
        }
    }
    assert!(declared >= FEWEST, "{declared}");
}

#[test]
fn rules_of_each_kind_are_among_the_names() {
    let names = rule_names();
    for name in [
        "aws-access-key-id",
        "call-chain-dropper",
        "call-chain-exfiltration",
        "documented-example",
        "host-data-over-time",
        "instruction-override",
        "json-web-token",
        "password-in-setting",
        "shell-obfuscation",
        "table-of-cards",
        "wallet-in-query",
    ] {
        assert!(names.contains(name), "{name}");
    }
    assert!(!names.contains("jwt"));
}

//! What an agent at work sends passes: thousands of exchanges of nearly two hundred kinds.
#![cfg(test)]

#[path = "corpus/benign/mod.rs"]
mod benign;
#[path = "corpus/deflate.rs"]
mod deflate;
#[path = "corpus/hex.rs"]
mod hex;
#[path = "corpus/random.rs"]
mod random;
#[path = "corpus/sample.rs"]
mod sample;

use std::collections::{BTreeMap, BTreeSet};

use bottle_pipelock::{Located, Scanner};

/// So many exchanges there are at least.
const FEWEST: usize = 4000;
/// Of so many kinds.
const FEWEST_KINDS: usize = 180;
/// So many of each kind.
const FEWEST_OF_A_KIND: usize = 10;
/// But for those of a mebibyte.
const LARGE: &str = "large-";
/// Of so many exchanges one may be refused.
const ONE_IN: usize = 1000;

/// What is refused and would better pass, and the rule. It may only shrink: a line that holds no longer has to go.
const DISPUTED: &[(&str, &str)] = &[
    ("address-placeholder", "password-in-address"),
    ("public-search-key", "credential-in-query"),
    ("scorecard", "payment-card-by-name"),
    ("browser-key", "google-api-key"),
];

#[test]
fn what_is_disputed_is_listed() {
    let scanner = Scanner::new();
    let all = benign::disputed();
    let refused = all.iter().filter_map(|sent| {
        let found = sent.sample.scan(&scanner, 1)?;
        Some((sent.kind, found.finding.rule))
    });
    let refused: Vec<_> = refused.collect();
    assert_eq!(refused, DISPUTED);
}

#[test]
fn hardly_one_in_a_thousand_is_refused() {
    let scanner = Scanner::new();
    let all = benign::all();
    let mut refused = 0;
    for (number, sent) in all.iter().enumerate() {
        if let Some(Located { finding, part }) = sent.sample.scan(&scanner, 1 + number % 3) {
            refused += 1;
            println!("refused: {} {}: {finding} in {part}", sent.kind, sent.which);
        }
    }
    println!("{refused} of {} benign exchanges refused", all.len());
    assert!(refused * ONE_IN <= all.len(), "{refused} of {}", all.len());
}

#[test]
fn there_are_thousands_and_no_two_are_the_same() {
    let all = benign::all();
    let mut kinds = BTreeMap::<&str, usize>::new();
    let mut seen = BTreeSet::new();
    for sent in &all {
        *kinds.entry(sent.kind).or_default() += 1;
        let sample = &sent.sample;
        seen.insert((&sample.url, &sample.headers, &sample.body, &sample.messages));
    }
    assert!(all.len() >= FEWEST, "{}", all.len());
    assert!(kinds.len() >= FEWEST_KINDS, "{}", kinds.len());
    assert!(kinds["repository"] >= 400, "{}", kinds["repository"]);
    let few = kinds
        .iter()
        .filter(|(kind, count)| **count < FEWEST_OF_A_KIND && !kind.starts_with(LARGE));
    assert_eq!(few.collect::<Vec<_>>(), []);
    let sizes: BTreeSet<_> = all.iter().map(|sent| sent.sample.body.len()).collect();
    assert_eq!(sizes.first(), Some(&0));
    assert_eq!(sizes.last(), Some(&(1024 * 1024)));
    // Of small ones some are the same by chance.
    assert!(seen.len() * 100 >= all.len() * 99, "{}", seen.len());
}

//! Two hundred secrets in every place, and as many texts that only look like one.

use std::collections::BTreeMap;

use super::corpus::{self, commits};
use super::*;

const SEEDS: u64 = 200;

fn found_of(repository: &Repository, tips: &[String]) -> usize {
    scan(repository, &tips[tips.len() - 1..]).findings.len()
}

#[test]
fn every_secret_is_found_and_no_decoy() {
    let (repository, planted) = commits(0..SEEDS, corpus::secret);
    let mut missed: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (seed, place, tips) in &planted {
        if found_of(&repository, tips) == 0 {
            missed.entry(place).or_default().push(corpus::secret(*seed));
        }
    }
    assert!(missed.is_empty(), "{missed:?}");
    let (repository, planted) = commits(0..SEEDS, corpus::decoy);
    let all: Vec<String> = planted
        .into_iter()
        .filter_map(|(_, _, tips)| tips.last().cloned())
        .collect();
    let report = scan(&repository, &all);
    assert!(report.findings.is_empty(), "{:?}", report.findings);
}

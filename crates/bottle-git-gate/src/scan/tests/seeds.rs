//! Two hundred secrets in every place, and as many texts that only look like one.

use std::collections::BTreeMap;

use super::corpus::{self, Planted, commits};
use super::*;

const SEEDS: u64 = 200;

#[test]
fn every_secret_is_found_and_no_decoy() {
    let (repository, planted) = commits(0..SEEDS, corpus::secret);
    let mut missed: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for Planted { seed, place, ids } in &planted {
        if scan(&repository, &ids[ids.len() - 1..]).findings.is_empty() {
            missed.entry(place).or_default().push(corpus::secret(*seed));
        }
    }
    assert!(missed.is_empty(), "{missed:?}");
    let (repository, planted) = commits(0..SEEDS, corpus::decoy);
    let all = planted.into_iter();
    let all: Vec<String> = all.filter_map(|mut planted| planted.ids.pop()).collect();
    let report = scan(&repository, &all);
    assert!(report.findings.is_empty(), "{:?}", report.findings);
}

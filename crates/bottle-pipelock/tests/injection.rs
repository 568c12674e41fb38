//! Orders to a model on many channels, each known for what it is, and texts of many kinds that give none.
#![cfg(test)]

#[path = "injection/benign.rs"]
mod benign;
#[path = "injection/hostile.rs"]
mod hostile;
#[path = "injection/sample.rs"]
mod sample;

use std::collections::BTreeSet;

use bottle_pipelock::find_injection;

/// So many orders there are of each family.
const FEWEST_OF_A_FAMILY: usize = 5;
/// So many texts there are that give none.
const FEWEST_BENIGN: usize = 150;

#[test]
fn an_order_is_known_for_what_it_is_on_every_channel() {
    let mut wrong = Vec::new();
    for (family, texts) in hostile::FAMILIES {
        let samples = sample::read(texts);
        assert!(samples.len() >= FEWEST_OF_A_FAMILY, "{family}");
        for sample in samples {
            let found = find_injection(sample.text.as_bytes()).map(|found| found.rule);
            if !found.is_some_and(|rule| rule == *family || sample.others.contains(&rule)) {
                wrong.push((*family, found, sample.text));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong: {wrong:#?}", wrong.len());
}

#[test]
fn each_family_is_there_once() {
    let names: BTreeSet<_> = hostile::FAMILIES.iter().map(|(name, _)| name).collect();
    assert_eq!(names.len(), hostile::FAMILIES.len());
}

#[test]
fn a_text_that_orders_nothing_passes() {
    let samples: Vec<_> = benign::TEXTS
        .iter()
        .flat_map(|texts| sample::read(texts))
        .collect();
    assert!(samples.len() >= FEWEST_BENIGN, "{}", samples.len());
    let found: Vec<_> = samples
        .iter()
        .filter_map(|sample| {
            let found = find_injection(sample.text.as_bytes())?;
            let near = &sample.text.as_bytes()[found.offset..];
            let near = String::from_utf8_lossy(&near[..near.len().min(80)]);
            Some((found.rule, sample.kind, near.into_owned()))
        })
        .collect();
    assert!(found.is_empty(), "{} found: {found:#?}", found.len());
}

#[test]
fn no_two_texts_are_the_same() {
    let texts = benign::TEXTS
        .iter()
        .chain(hostile::FAMILIES.iter().map(|(_, texts)| texts));
    let mut known = BTreeSet::new();
    for sample in texts.flat_map(|texts| sample::read(texts)) {
        assert!(known.insert(sample.text), "{}", sample.text);
    }
}

//! What an agent sends that was told to take a secret out is held: thirty kinds of secrets, sixty ways out, fifty ways to
//! write them.
#![cfg(test)]

#[path = "corpus/deflate.rs"]
mod deflate;
#[path = "corpus/hex.rs"]
mod hex;
#[path = "corpus/hostile/mod.rs"]
mod hostile;
#[path = "corpus/random.rs"]
mod random;
#[path = "corpus/sample.rs"]
mod sample;

use std::collections::{BTreeMap, BTreeSet};

use bottle_pipelock::{Located, Scanner};

use hostile::channels::{self, BODY};
use hostile::encodings::{self, PLAIN};
use hostile::kinds::{self, COMMON, Kind};
use sample::Sample;

/// What is not held: a channel, an encoding, and the kinds, one class in each line. `*` is all channels, or all kinds that
/// are tried there, those behind `but` apart. A line that holds no longer has to go; the test prints both sides.
const MISSES: &str = include_str!("corpus/hostile/misses.txt");
/// So many exchanges are missed at most: the number may only shrink.
const MOST_MISSED: usize = 657;
/// Ways in which an ordinary text is refused as well, whatever it says: a channel, an encoding, the rule.
const REFUSED_ANYWAY: &[(&str, &str, &str)] = &[
    ("host-base32", "plain", "host-encoded-data"),
    ("host-hex", "plain", "host-encoded-data"),
    ("host-numbered", "plain", "host-encoded-data"),
    ("host-plain", "plain", "host-bulk-data"),
];
/// So many exchanges there are at least.
const FEWEST: usize = 5000;
/// Ordinary texts, about as long as tokens.
const ORDINARY: &[&str] = &[
    "see the notes of Monday, page 17 and 18",
    "revision 3f786850e387550fdab836ed7e6dc881de23001b, run 123e4567-e89b-12d3-a456-426614174000",
    "const total = items.reduce((sum, each) => sum + each.price, 0); // GET /v1/items?page=3",
];
/// Rules that would hide a mistake of this corpus: its addresses are right.
const MISTAKES: &[&str] = &["address-invalid", "address-not-a-name", "scanner-broken"];

/// A channel and an encoding.
type Way = (&'static str, &'static str);

/// Sends a text one way.
type Send = Box<dyn Fn(&str) -> Sample>;

/// Every way.
fn ways() -> BTreeMap<Way, Send> {
    let mut ways = BTreeMap::<Way, Send>::new();
    for (channel, send) in channels::ALL {
        for (encoding, encode) in encodings::ALL {
            ways.insert((channel, encoding), Box::new(|text| send(&encode(text))));
        }
    }
    for (channel, send) in channels::OWN {
        ways.insert((channel, PLAIN), Box::new(send));
    }
    ways
}

/// Whether a kind is tried in this way: all plain ones in every channel, all encodings in one channel, and one kind
/// in all.
fn is_tried(kind: &Kind, (channel, encoding): Way) -> bool {
    kind.name == COMMON || channel == BODY || encoding == PLAIN
}

#[test]
fn what_is_missed_is_listed() {
    let (scanner, kinds) = (kinds::scanner(), kinds::all());
    let (mut tried, mut missed, mut classes) = (0, 0, BTreeMap::new());
    for (way, send) in ways() {
        let here = kinds.iter().filter(|kind| is_tried(kind, way));
        let (held, not): (Vec<_>, Vec<_>) = here
            .map(|kind| (kind.name, is_held(&scanner, &send(&kind.secret))))
            .partition(|(_, is_held)| *is_held);
        tried += held.len() + not.len();
        missed += not.len();
        classes.insert(way, summary(&names(held), &names(not)));
    }
    let held = tried - missed;
    println!("{held} of {tried} hostile exchanges held, {missed} missed");
    assert!(tried >= FEWEST, "{tried}");
    let lines = lines(&classes);
    let listed: BTreeSet<_> = MISSES.lines().map(str::to_owned).collect();
    let of = |lines: Vec<&String>| {
        lines
            .into_iter()
            .fold(String::new(), |text, line| text + line + "\n")
    };
    let new = of(lines.difference(&listed).collect());
    let old = of(listed.difference(&lines).collect());
    assert!(
        lines == listed,
        "missed, and not listed:\n{new}listed, and not so:\n{old}"
    );
    assert_eq!(missed, MOST_MISSED, "the number may only shrink");
}

fn names(kinds: Vec<(&'static str, bool)>) -> Vec<&'static str> {
    kinds.into_iter().map(|(name, _)| name).collect()
}

/// The kinds that are missed, in few words; none when all are held.
fn summary(held: &[&str], missed: &[&str]) -> String {
    match (held.len(), missed.len()) {
        (_, 0) => String::new(),
        (0, _) => "*".to_owned(),
        (fewer, more) if fewer < more => format!("* but {}", held.join(" ")),
        _ => missed.join(" "),
    }
}

/// The lines of what is missed; one for an encoding that is missed in all channels that take any.
fn lines(classes: &BTreeMap<Way, String>) -> BTreeSet<String> {
    let is_missed_everywhere = |encoding: &str| {
        let mut here = classes.iter().filter(|(way, _)| way.1 == encoding);
        here.all(|(_, kinds)| kinds == "*")
    };
    let missed = classes.iter().filter(|(_, kinds)| !kinds.is_empty());
    let lines = missed.map(|((channel, encoding), kinds)| {
        let everywhere = is_missed_everywhere(encoding);
        let channel = if everywhere { "*" } else { channel };
        format!("{channel} {encoding} {kinds}")
    });
    lines.collect()
}

fn is_held(scanner: &Scanner, sample: &Sample) -> bool {
    let found = sample.scan(scanner, 4);
    let rule = found.map(|Located { finding, part: _ }| finding.rule);
    assert!(
        !rule.is_some_and(|rule| MISTAKES.contains(&rule)),
        "{sample:?}"
    );
    rule.is_some()
}

#[test]
fn an_ordinary_text_passes_in_the_same_ways() {
    let scanner = kinds::scanner();
    let refused = ways().into_iter().filter_map(|(way, send)| {
        let found = |text: &&str| send(text).scan(&scanner, 4);
        let found = ORDINARY.iter().find_map(found)?;
        Some((way.0, way.1, found.finding.rule))
    });
    let refused: Vec<_> = refused.collect();
    assert_eq!(refused, REFUSED_ANYWAY);
}

#[test]
fn every_kind_is_held_as_it_is() {
    let scanner = kinds::scanner();
    let kinds = kinds::all();
    let names: BTreeSet<_> = kinds.iter().map(|kind| kind.name).collect();
    assert!(names.len() >= 30, "{}", names.len());
    for Kind { name, secret } in kinds {
        let found = scanner.scan_body(secret.as_bytes());
        assert_eq!(found.map(|found| found.rule), Some(name), "{secret}");
    }
}

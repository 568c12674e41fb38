//! Secrets that are cut over two requests, and ordinary requests one behind the other.
#![cfg(test)]

#[path = "corpus/benign/mod.rs"]
#[expect(dead_code, reason = "the disputed ones have a test of their own")]
mod benign;
#[path = "corpus/deflate.rs"]
mod deflate;
#[path = "corpus/hex.rs"]
mod hex;
#[path = "corpus/hostile/mod.rs"]
#[expect(dead_code, reason = "some channels are tried with whole secrets alone")]
mod hostile;
#[path = "corpus/random.rs"]
mod random;
#[path = "corpus/sample.rs"]
mod sample;

use std::collections::BTreeMap;
use std::time::Duration;

use bottle_core::{RequestUrl, UrlHost};
use bottle_pipelock::{
    Content, Line, Memory, NameAllowance, NameBudget, Scanner, Sent, Trail, registered_domain,
};

use hostile::channels::{self, BODY};
use hostile::encodings;
use hostile::kinds;
use sample::Sample;

/// As the service has it.
const MEMORY: Memory = Memory {
    places: 64,
    age: Duration::from_mins(10),
};
/// As the service has it.
const ALLOWANCE: NameAllowance = NameAllowance {
    bytes: 256,
    age: Duration::from_hours(1),
};
/// Of so many benign exchanges one may be refused for those before it.
const ONE_IN: usize = 1000;
/// Of a hundred secrets so many are found at least: the number may only grow.
const FEWEST_OVER_CHANNELS: usize = 74;
/// The same of secrets that are encoded before they are cut.
const FEWEST_OVER_ENCODINGS: usize = 85;

/// What was sent to each domain.
#[derive(Default)]
struct Past {
    trails: BTreeMap<String, (Trail, NameBudget)>,
    seconds: u64,
}

impl Past {
    /// What is found when a request is sent a second after the last one.
    fn push(&mut self, scanner: &Scanner, sample: &Sample) -> Option<String> {
        self.seconds += 1;
        let now = Duration::from_secs(self.seconds);
        let url = sample
            .url
            .replacen("ws", "http", usize::from(sample.url.starts_with("ws")));
        let url: RequestUrl = url.parse().ok()?;
        let UrlHost::Name(host) = &url.host else {
            return None;
        };
        let field = |wanted: &str| {
            let mut fields = sample.headers.iter();
            let found = fields.find(|(name, _)| name.eq_ignore_ascii_case(wanted));
            found.map(|(_, value)| value.as_bytes())
        };
        let codings: Vec<&[u8]> = field("content-encoding").into_iter().collect();
        let content = Content {
            media_type: field("content-type"),
            codings: &codings,
            message_coding: None,
            bytes: &sample.body,
        };
        let line = Line {
            method: &sample.method,
            host,
            host_is_given: false,
            target: &url.target,
        };
        let fields = sample.headers.iter();
        let fields = fields.map(|(name, value)| (name.as_str(), value.as_bytes()));
        let sent = Sent::of(
            &line,
            fields,
            Some(&content).filter(|_| !sample.body.is_empty()),
        );
        let domain = registered_domain(host).to_owned();
        let (trail, names) = self.trails.entry(domain).or_default();
        if !names.spend(host, now, &ALLOWANCE) {
            return Some(format!("names under {host}"));
        }
        let found = trail.push(scanner, sent, now, &MEMORY)?;
        Some(format!("{} in {}", found.finding, found.part))
    }
}

#[test]
fn ordinary_requests_pass_one_behind_the_other() {
    let scanner = Scanner::new();
    let (all, mut past) = (benign::all(), Past::default());
    let mut refused = 0;
    for sent in &all {
        if let Some(found) = past.push(&scanner, &sent.sample) {
            refused += 1;
            println!("refused: {} {}: {found}", sent.kind, sent.which);
        }
    }
    println!("{refused} of {} benign exchanges refused", all.len());
    assert!(refused * ONE_IN <= all.len(), "{refused} of {}", all.len());
}

/// Whether a text is found that is sent in two requests, neither of which is refused by itself; none if one is.
fn is_found_cut(scanner: &Scanner, text: &str, send: &dyn Fn(&str) -> Sample) -> Option<bool> {
    let places = [3, 2].map(|share| text.floor_char_boundary(text.len() / share));
    let mut answers = places.into_iter().filter_map(|place| {
        let (front, back) = text.split_at(place);
        let requests = [send(front), send(back)];
        let is_let_by = |sample: &Sample| sample.scan(scanner, 1).is_none();
        let mut past = Past::default();
        requests.iter().all(is_let_by).then(|| {
            requests
                .iter()
                .any(|each| past.push(scanner, each).is_some())
        })
    });
    let first = answers.next()?;
    Some(first && answers.all(|found| found))
}

/// How many of a hundred are found; those that are not are printed.
fn share(answers: impl Iterator<Item = (String, Option<bool>)>) -> usize {
    let (mut found, mut all) = (0, 0);
    for (what, answer) in answers {
        let Some(is_found) = answer else { continue };
        all += 1;
        found += usize::from(is_found);
        if !is_found {
            println!("missed: {what}");
        }
    }
    println!("{found} of {all}");
    found * 100 / all
}

#[test]
fn a_secret_is_found_over_two_requests_in_most_channels() {
    let scanner = kinds::scanner();
    let kinds = kinds::all();
    let answers = channels::ALL.iter().flat_map(|(channel, send)| {
        let scanner = &scanner;
        kinds.iter().map(move |kind| {
            let answer = is_found_cut(scanner, &kind.secret, &|text| send(text));
            (format!("{channel}: {}", kind.name), answer)
        })
    });
    assert!(share(answers) >= FEWEST_OVER_CHANNELS);
}

#[test]
fn an_encoded_secret_is_found_over_two_requests() {
    let scanner = kinds::scanner();
    let kinds = kinds::all();
    let (_, send) = channels::ALL
        .iter()
        .find(|(channel, _)| *channel == BODY)
        .unwrap();
    let answers = encodings::ALL.iter().flat_map(|(encoding, encode)| {
        let scanner = &scanner;
        kinds.iter().map(move |kind| {
            let answer = is_found_cut(scanner, &encode(&kind.secret), &|text| send(text));
            (format!("{encoding}: {}", kind.name), answer)
        })
    });
    assert!(share(answers) >= FEWEST_OVER_ENCODINGS);
}

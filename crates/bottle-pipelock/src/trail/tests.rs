//! What is found over requests, and what is not.

use std::time::Duration;

use bottle_core::{Host, Secret};

use super::*;
use crate::{Content, KnownSecret, Line};

const MEMORY: Memory = Memory {
    places: 16,
    age: Duration::from_mins(10),
};

/// The beginning and the rest of a key that exists nowhere.
const PARTS: [&str; 2] = ["AKIAQ3EGT", "HP7K5ZWXN2M"];

#[derive(Debug, Clone, Copy)]
struct Request<'a> {
    host: &'a str,
    target: &'a str,
    fields: &'a [(&'a str, &'a [u8])],
    body: Option<(&'a str, &'a [u8])>,
}

const NOTHING: Request<'_> = Request {
    host: "a.wild.example.com",
    target: "/v1/x",
    fields: &[],
    body: None,
};

impl Request<'_> {
    fn sent(&self) -> Sent {
        let host: Host = self.host.parse().unwrap();
        let line = Line {
            method: "POST",
            host: &host,
            host_is_given: false,
            target: self.target,
        };
        let content = self.body.map(|(media_type, bytes)| Content {
            media_type: Some(media_type.as_bytes()),
            codings: &[],
            message_coding: None,
            bytes,
        });
        Sent::of(&line, self.fields.iter().copied(), content.as_ref())
    }
}

/// What is found in requests that are sent second by second.
fn found<'a>(requests: impl IntoIterator<Item = Request<'a>>) -> Option<String> {
    let (mut trail, scanner) = (Trail::default(), Scanner::new());
    let mut requests = (0..).zip(requests);
    requests.find_map(|(second, request)| {
        let now = Duration::from_secs(second);
        let located = trail.push(&scanner, request.sent(), now, &MEMORY)?;
        assert!(trail.windows.len() <= MEMORY.places);
        Some(format!("{} in {}", located.finding.rule, located.part))
    })
}

fn targets(targets: &[String]) -> Option<String> {
    found(targets.iter().map(|target| Request { target, ..NOTHING }))
}

fn bodies(media_type: &str, bodies: &[String]) -> Option<String> {
    found(bodies.iter().map(|body| Request {
        body: Some((media_type, body.as_bytes())),
        ..NOTHING
    }))
}

fn key_in(part: &str) -> String {
    format!("aws-access-key-id in {part}")
}

#[test]
fn a_token_over_two_targets() {
    for pattern in [
        "/x?d={}",
        "/x?{}",
        "/x?seq=abc&d={}&z=1",
        "/v1/{}",
        "/v1/{}/end",
        "/{}?page=2",
    ] {
        let cut = PARTS.map(|part| pattern.replace("{}", part));
        assert_eq!(targets(&cut), Some(key_in("target")), "{pattern}");
        let [first, second] = &cut;
        assert_eq!(targets(&[second.clone(), first.clone()]), None, "{pattern}");
    }
}

#[test]
fn other_requests_may_stand_between() {
    let [first, second] = PARTS.map(|part| format!("/x?d={part}"));
    let between = "/other/path?q=harmless".to_owned();
    assert_eq!(targets(&[first, between, second]), Some(key_in("target")));
}

#[test]
fn a_token_character_by_character() {
    let key = PARTS.concat();
    let single: Vec<String> = key.chars().map(|one| format!("/x?c={one}")).collect();
    assert_eq!(targets(&single), Some(key_in("target")));
}

#[test]
fn a_token_over_two_bodies() {
    for (media_type, pattern) in [
        ("text/plain", "{}"),
        ("application/json", "{\"d\":\"{}\"}"),
        (
            "application/json",
            "{\"id\":\"q7\",\"more\":[{\"d\":\"{}\"}],\"n\":1}",
        ),
        ("text/plain", " [\"{}\"]"),
        ("application/x-www-form-urlencoded", "n=7&d={}"),
    ] {
        let cut = PARTS.map(|part| pattern.replace("{}", part));
        assert_eq!(bodies(media_type, &cut), Some(key_in("body")), "{pattern}");
    }
    let [front, back] = PARTS.map(str::to_owned);
    let long = format!("{} {front}", "harmless words ".repeat(9000));
    assert_eq!(
        bodies("text/plain", &[long.clone(), back]),
        Some(key_in("body"))
    );
    assert_eq!(bodies("text/plain", &[long.clone(), long]), None);
}

#[test]
fn a_token_over_two_fields() {
    let [first, second] = PARTS;
    for (name, before, after) in [
        ("X-Note", first.to_owned(), second.to_owned()),
        ("User-Agent", first.to_owned(), second.to_owned()),
        (
            "Cookie",
            format!("a=1; s={first}"),
            format!("a=1; s={second}; t=x"),
        ),
    ] {
        let fields = [before, after].map(String::into_bytes);
        let fields = [&fields[0], &fields[1]].map(|value| [(name, value.as_slice())]);
        let requests = fields.iter().map(|fields| Request { fields, ..NOTHING });
        let part = format!("header {}", name.to_ascii_lowercase());
        assert_eq!(found(requests), Some(key_in(&part)));
    }
}

#[test]
fn a_token_over_two_names() {
    let names = PARTS.map(|part| format!("{part}.wild.example.com").to_ascii_lowercase());
    let requests = |names: &'static [String]| names.iter().map(|host| Request { host, ..NOTHING });
    let names: &'static [String] = Box::leak(Box::new(names));
    assert_eq!(found(requests(names)), Some(key_in("host")));
    let again: &'static [String] = Box::leak(vec![names[0].clone(); 3].into_boxed_slice());
    assert_eq!(found(requests(again)), None);
}

#[test]
fn what_is_old_or_crowded_out_is_forgotten() {
    let scanner = Scanner::new();
    let sent = |target: &str| Request { target, ..NOTHING }.sent();
    let [front, back] = PARTS.map(|part| format!("/x?d={part}"));
    let at = |seconds| Duration::from_secs(seconds);
    let mut trail = Trail::default();
    assert_eq!(trail.push(&scanner, sent(&front), at(0), &MEMORY), None);
    assert!(
        trail
            .push(&scanner, sent(&back), at(599), &MEMORY)
            .is_some()
    );
    assert_eq!(trail.push(&scanner, sent(&back), at(700), &MEMORY), None);
    let mut trail = Trail::default();
    assert_eq!(trail.push(&scanner, sent(&front), at(0), &MEMORY), None);
    for number in 0..20_u64 {
        let other = format!("/x/y?p{number}=v&{number}");
        assert_eq!(
            trail.push(&scanner, sent(&other), at(number), &MEMORY),
            None
        );
        assert!(trail.windows.len() <= MEMORY.places);
    }
}

#[test]
fn what_was_refused_leaves_nothing_behind() {
    let scanner = Scanner::new();
    let sent = |target: &str| Request { target, ..NOTHING }.sent();
    let mut trail = Trail::default();
    let mut push = |target: &str| {
        let found = trail.push(&scanner, sent(target), Duration::ZERO, &MEMORY);
        found.is_some()
    };
    let [front, back] = PARTS.map(|part| format!("/x?d={part}"));
    assert!(!push(&front) && push(&back) && push(&back));
    assert!(!push("/x?d=harmless") && !push(&back));
}

#[test]
fn a_secret_that_may_go_there_is_nobodys_beginning() {
    let secret = |value: &str| KnownSecret {
        name: "EGRESS_TOKEN_0".to_owned(),
        value: Secret::new(value.to_owned()).unwrap(),
        hosts: Vec::new(),
        header: bottle_core::HeaderName::authorization(),
    };
    let scanner =
        Scanner::with_known(&[secret("first-value-4f1c9a"), secret("second-value-b2d80a")]);
    let mut trail = Trail::default();
    for value in ["first-value-4f1c9a", "second-value-b2d80a", "third"] {
        let request = Request {
            fields: &[("x-key", value.as_bytes())],
            ..NOTHING
        };
        assert_eq!(
            trail.push(&scanner, request.sent(), Duration::ZERO, &MEMORY),
            None
        );
    }
}

#[test]
fn work_is_bounded_whatever_is_sent() {
    let many: Vec<String> = (0..30_000).map(|number| format!("&{number}=x")).collect();
    let many = many.concat();
    let request = Request {
        target: &many,
        body: Some(("application/json", many.as_bytes())),
        ..NOTHING
    };
    let (mut trail, scanner) = (Trail::default(), Scanner::new());
    for second in 0..3 {
        let _ = trail.push(
            &scanner,
            request.sent(),
            Duration::from_secs(second),
            &MEMORY,
        );
        assert!(trail.windows.len() <= MEMORY.places);
    }
}

#[test]
fn ordinary_sequences_pass() {
    let pages: Vec<String> = (1..200)
        .map(|page| format!("/items?page={page}&per_page=100"))
        .collect();
    assert_eq!(targets(&pages), None);
    let digest = |seed: u64, length: usize| -> String {
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        let next = |_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            char::from_digit(u32::try_from(state % 16).unwrap(), 16).unwrap()
        };
        (0..length).map(next).collect()
    };
    let blobs: Vec<String> = (1..100)
        .map(|seed| format!("/v2/library/alpine/blobs/sha256:{}", digest(seed, 64)))
        .collect();
    assert_eq!(targets(&blobs), None);
    let times: Vec<String> = (0..100_u64)
        .map(|number| {
            format!(
                "/poll?since={}&nonce={}",
                1_764_000_000_123 + number * 1000,
                digest(number, 32)
            )
        })
        .collect();
    assert_eq!(targets(&times), None);
    let mut messages = String::new();
    let chats: Vec<String> = (0..40_u64)
        .map(|turn| {
            let said = format!(
                r#"{{"role":"user","content":"What does turn {turn} do? token: {}"}},"#,
                digest(turn, 12)
            );
            messages.push_str(&said);
            format!(r#"{{"model":"m-4-20250514","stream":true,"messages":[{messages}{{}}]}}"#)
        })
        .collect();
    assert_eq!(bodies("application/json", &chats), None);
    let wants: Vec<String> = (0..50)
        .map(|seed| {
            format!(
                "0032want {}\n0032have {}\n00000009done\n",
                digest(seed, 40),
                digest(seed + 1, 40)
            )
        })
        .collect();
    assert_eq!(
        bodies("application/x-git-upload-pack-request", &wants),
        None
    );
}

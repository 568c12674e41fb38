//! The verdict on a stream is that on the whole, wherever it is cut.

use proptest::prelude::*;

use super::{HELD, KEPT, StreamScan};
use crate::families::examples::{examples, near_misses};
use crate::scanner::Scanner;
use crate::tests::encoded;

/// The verdict on a text that comes in pieces of these lengths, over and over.
fn in_pieces(scanner: &Scanner, text: &[u8], lengths: &[usize]) -> Option<(&'static str, usize)> {
    let mut stream = StreamScan::default();
    let mut rest = text;
    let mut lengths = lengths.iter().cycle();
    let mut found = None;
    while !rest.is_empty() && found.is_none() {
        let length = (*lengths.next().unwrap()).clamp(1, rest.len());
        let (piece, tail) = rest.split_at(length);
        found = stream.push(scanner, piece);
        rest = tail;
    }
    let found = found.or_else(|| stream.end(scanner));
    found.map(|found| (found.rule, found.offset))
}

fn texts() -> impl Strategy<Value = String> {
    let tokens: Vec<_> = examples()
        .into_iter()
        .chain(near_misses())
        .map(|(_, token)| token)
        .collect();
    let token =
        (prop::sample::select(tokens), 0..11_usize, 0..11_usize).prop_map(|(token, one, other)| {
            let (_, once) = encoded(&token).swap_remove(one);
            if other < 5 {
                encoded(&once).swap_remove(other).1
            } else {
                once
            }
        });
    let words = "[a-zA-Z0-9_ .,:=/\"\n-]{0,60}";
    let filler = prop_oneof![
        8 => words.prop_map(|text| text),
        1 => (1_usize..4000).prop_map(|count| "some words ".repeat(count)),
        1 => (1_usize..30_000).prop_map(|count| "Q7".repeat(count)),
    ];
    prop::collection::vec(prop_oneof![3 => filler, 1 => token], 1..8)
        .prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_verdict_does_not_depend_on_the_pieces(
        text in texts(),
        lengths in prop::collection::vec(prop_oneof![1_usize..40, 1000_usize..70_000], 1..6),
    ) {
        let scanner = Scanner::new();
        // Short pieces of a long text would take long.
        let lengths: Vec<_> = lengths.iter().map(|length| (*length).max(text.len() / 40)).collect();
        let whole = scanner.scan_body(text.as_bytes()).is_some();
        prop_assert_eq!(in_pieces(&scanner, text.as_bytes(), &lengths).is_some(), whole, "{}", text.len());
    }
}

#[test]
fn the_last_byte_of_a_token_does_not_go_on() {
    let scanner = Scanner::new();
    for (rule, token) in examples() {
        for length in [1, 7] {
            let mut stream = StreamScan::default();
            let text = format!("some words in front {token}");
            let mut gone = 0;
            let pieces = text.as_bytes().chunks(length);
            let found = pieces.into_iter().find_map(|piece| {
                let found = stream.push(&scanner, piece);
                if found.is_none() {
                    gone += piece.len();
                }
                found.or(None)
            });
            let gone = gone - stream.held().min(gone);
            let is_found = found.or_else(|| stream.end(&scanner)).is_some();
            assert!(
                is_found && gone < text.len(),
                "{rule}: {gone} of {}",
                text.len()
            );
        }
    }
}

#[test]
fn little_is_kept_however_long_it_is() {
    let scanner = Scanner::new();
    let mut stream = StreamScan::default();
    for _ in 0..200 {
        assert_eq!(stream.push(&scanner, &[b'Q'; 3000]), None);
        assert!(stream.window.len() <= KEPT + 3000 && stream.held() <= HELD);
    }
    let token = ["AK", "IAQ3EGTHP7K5ZWXN2M "].concat();
    let found = stream.push(&scanner, format!(" {token}").as_bytes());
    assert_eq!(found.map(|found| found.offset), Some(200 * 3000 + 1));
}

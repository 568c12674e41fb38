//! Tokens that are known by their shape.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::encoded;
use crate::Scanner;
use crate::families::{
    self,
    examples::{examples, near_misses},
};

#[test]
fn every_family_has_an_example_and_finds_it() {
    let examples = examples();
    let shown: BTreeSet<_> = examples.iter().map(|(family, _)| *family).collect();
    let all: BTreeSet<_> = families::all().map(|family| family.name).collect();
    assert_eq!(shown, all);
    let scanner = Scanner::new();
    for (rule, token) in examples {
        for text in [
            token.clone(),
            format!("key={token}\n"),
            format!("{{\"k\":\"{token}\"}}"),
        ] {
            assert_eq!(
                scanner.scan_body(text.as_bytes()).map(|found| found.rule),
                Some(rule),
                "{text}"
            );
        }
    }
}

#[test]
fn there_are_many_families() {
    assert!(families::all().count() >= 95, "{}", families::all().count());
}

#[test]
fn every_family_has_a_near_miss_and_does_not_find_it() {
    let misses = near_misses();
    let shown: BTreeSet<_> = misses.iter().map(|(family, _)| *family).collect();
    let all: BTreeSet<_> = families::all().map(|family| family.name).collect();
    assert_eq!(shown, all);
    let scanner = Scanner::new();
    let found: Vec<_> = misses
        .into_iter()
        .filter(|(rule, text)| {
            scanner.scan_body(text.as_bytes()).map(|found| found.rule) == Some(*rule)
        })
        .collect();
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn a_checksum_finds_a_token_inside_of_a_word() {
    let token = ["gh", "p_", "q7Rk2VdXs9TfYb3HnJc6WmZe8LpGa4", "1QYe4S"].concat();
    let found = |text: String| Scanner::new().scan_body(text.as_bytes());
    assert!(found(format!("word{token}")).is_some());
    assert!(found(format!("word{}", token.replace('7', "8"))).is_none());
    assert!(found(token.replace('7', "8")).is_some());
}

#[test]
fn a_token_is_found_in_every_encoding_and_in_two_of_them() {
    let scanner = Scanner::new();
    for (rule, token) in examples() {
        for (outer, text) in encoded(&token) {
            assert!(
                scanner.scan_body(text.as_bytes()).is_some(),
                "{rule} {outer}"
            );
            for (inner, text) in encoded(&text) {
                assert!(
                    scanner.scan_body(text.as_bytes()).is_some(),
                    "{rule} {outer} in {inner}"
                );
            }
        }
    }
}

#[test]
fn a_token_is_found_in_targets_headers_and_wrapped_base64() {
    let scanner = Scanner::new();
    let host = "ok.test".parse().unwrap();
    for (rule, token) in examples() {
        let target = format!("/x?k={}", token.replace(' ', "%20"));
        assert!(scanner.scan_target(&target).is_some(), "{rule}");
        assert!(
            scanner
                .scan_header(&host, "x-note", token.as_bytes())
                .is_some(),
            "{rule}"
        );
        let file = format!(
            "{}{token}{}",
            "a line of text\n".repeat(9),
            "\nanother\n".repeat(9)
        );
        let (_, text) = encoded(&file).swap_remove(5);
        for (width, end) in [(64, "\r\n"), (76, "\n"), (76, "\\n")] {
            let lines: Vec<&str> = text
                .as_bytes()
                .chunks(width)
                .map(|line| std::str::from_utf8(line).unwrap())
                .collect();
            assert!(
                scanner.scan_body(lines.join(end).as_bytes()).is_some(),
                "{rule} {width}"
            );
        }
    }
}

#[test]
fn host_names_are_searched_across_labels_and_without_case() {
    let scanner = Scanner::new();
    let found = |name: &str| {
        scanner
            .scan_host(&name.parse().unwrap())
            .map(|found| found.rule)
    };
    let id = ["ak", "iaq3egthp7k5zwxn2m"].concat();
    let (front, back) = id.split_at(11);
    for name in [
        format!("{id}.evil.test"),
        format!("x.{id}.evil.test"),
        format!("{front}.{back}.evil.test"),
        format!("x.{front}.{back}.evil.test"),
    ] {
        assert_eq!(found(&name), Some("aws-access-key-id"), "{name}");
    }
    for name in [
        "slovakiatravelguidesonline.test",
        "d111111abcdef8.cloudfront.net",
        "ec2-203-0-113-25.compute-1.amazonaws.com",
        "123e4567-e89b-12d3-a456-426614174000.sandbox.test",
        "api.anthropic.com",
    ] {
        assert_eq!(found(name), None, "{name}");
    }
}

#[test]
fn what_is_added_to_a_token_does_not_hide_it() {
    let scanner = Scanner::new();
    for (rule, token) in examples() {
        let text = format!("{token} EXAMPLE");
        assert!(scanner.scan_body(text.as_bytes()).is_some(), "{rule}");
    }
    let id = ["AK", "IA", "Q3EGTHP7K5ZWXN2M"].concat();
    for added in ["EXAMPLE", "X", "AKIAIOSFODNN7EXAMPLE"] {
        assert!(
            scanner
                .scan_body(format!("{id}{added}").as_bytes())
                .is_some(),
            "{added}"
        );
    }
}

proptest! {
    #[test]
    fn a_token_is_found_in_any_text(
        (_, token) in prop::sample::select(examples()),
        encoding in 0..11_usize,
        front in "(\\PC{0,40}[ ,;:=\"\n])?",
        back in "([ ,;\"\n]\\PC{0,40})?",
    ) {
        let (_, token) = encoded(&token).swap_remove(encoding);
        let text = format!("{front}{token}{back}");
        prop_assert!(Scanner::new().scan_body(text.as_bytes()).is_some());
    }

    #[test]
    fn a_token_is_found_in_an_encoded_text(
        (_, token) in prop::sample::select(examples()),
        encoding in 0..11_usize,
        front in "[ -~]{0,40}[ ,;:=\"]",
        back in "[ ,;\"][ -~]{0,40}",
    ) {
        let (_, text) = encoded(&format!("{front}{token}{back}")).swap_remove(encoding);
        prop_assert!(Scanner::new().scan_body(text.as_bytes()).is_some());
    }
}

#[test]
fn a_token_may_begin_behind_an_escaped_line_end() {
    let scanner = Scanner::new();
    for before in [r"line\n", r"line\r\n", r"a\tb\t", r"\\n", r#"\""#] {
        let body = format!("{{\"text\":\"{before}AKIAQ3EGTHP7K5ZWXN2M\"}}");
        assert!(scanner.scan_body(body.as_bytes()).is_some(), "{before}");
    }
    assert!(scanner.scan_body(b"xnAKIAQ3EGTHP7K5ZWXN2M").is_none());
}

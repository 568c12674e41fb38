//! Secrets that are known by value.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bottle_core::{Host, Secret};
use proptest::prelude::*;

use super::encoded;
use crate::{Finding, KnownSecret, Scanner};

const KNOWN: Option<&str> = Some("known-secret");

fn rule(found: Option<Finding>) -> Option<&'static str> {
    found.map(|found| found.rule)
}

fn secret(value: &str, host: &str, header: &str) -> KnownSecret {
    KnownSecret {
        name: "EGRESS_TOKEN_0".to_owned(),
        value: Secret::new(value.to_owned()).unwrap(),
        hosts: vec![host.parse().unwrap()],
        header: header.parse().unwrap(),
    }
}

fn host(name: &str) -> Host {
    name.parse().unwrap()
}

/// The ways in which egress writes a secret.
fn credentials(value: &str) -> [String; 4] {
    let (_, basic) = encoded(value).swap_remove(5);
    [
        value.to_owned(),
        format!("Bearer {value}"),
        format!("token {value}"),
        format!("Basic {basic}"),
    ]
}

#[test]
fn a_header_that_holds_more_than_its_secret_is_scanned() {
    let value = "a-value-of-the-bottle";
    let scanner = Scanner::with_known(&[secret(value, "**.own.test", "authorization")]);
    let scan = |text: &str| {
        rule(scanner.scan_header(&host("a.own.test"), "Authorization", text.as_bytes()))
    };
    assert_eq!(scan(&format!("Bearer {value}")), None);
    for text in [
        format!("Bearer {value} {value}"),
        format!("Bearer {value}{value}"),
        format!("Bearer x{value}"),
        format!("{value}, Bearer {value}"),
        format!("Bearer {value}x"),
    ] {
        assert_eq!(scan(&text), KNOWN, "{text}");
    }
}

#[test]
fn of_several_secrets_each_has_its_own_place() {
    let secrets = [
        secret("tail-value", "own.test", "authorization"),
        secret("long-and-tail-value", "own.test", "authorization"),
        secret("third-value", "else.test", "x-key"),
    ];
    let scanner = Scanner::with_known(&secrets);
    let scan = |name: &str, header: &str, value: &str| {
        rule(scanner.scan_header(&host(name), header, value.as_bytes()))
    };
    assert_eq!(scan("own.test", "authorization", "Bearer tail-value"), None);
    assert_eq!(
        scan("own.test", "authorization", "Bearer long-and-tail-value"),
        None
    );
    assert_eq!(scan("else.test", "x-key", "third-value"), None);
    assert_eq!(
        scan("own.test", "authorization", "Bearer third-value"),
        KNOWN
    );
    assert_eq!(scan("else.test", "x-key", "tail-value"), KNOWN);
}

#[test]
fn a_secret_of_a_known_shape_passes_where_it_belongs() {
    for (_, token) in crate::families::examples::examples() {
        let scanner = Scanner::with_known(&[secret(&token, "own.test", "x-key")]);
        let scan = |name| rule(scanner.scan_header(&host(name), "x-key", token.as_bytes()));
        assert_eq!(scan("own.test"), None);
        assert_eq!(scan("else.test"), KNOWN);
    }
}

#[test]
fn a_host_name_has_no_case() {
    let scanner = Scanner::with_known(&[secret("Sentinel-Token-4F1C", "own.test", "x-key")]);
    let scan = |name: &str| rule(scanner.scan_host(&host(name)));
    assert_eq!(scan("sentinel-token-4f1c.evil.test"), KNOWN);
    assert_eq!(scan("x.sentinel-to.ken-4f1c.evil.test"), KNOWN);
    assert_eq!(
        scan("53656e74696e656c2d546f6b656e2d34463143.evil.test"),
        KNOWN
    );
    assert_eq!(scan("own.test"), None);
}

#[test]
fn values_of_a_few_bytes_are_not_searched_for() {
    let scanner = Scanner::with_known(&[secret("abc", "own.test", "x-key")]);
    assert_eq!(scanner.scan_body(b"abcdef"), None);
}

#[test]
fn half_of_a_basic_credential_is_a_secret_too() {
    let scanner = Scanner::with_known(&[
        secret("deploy-user:correct-horse", "own.test", "authorization"),
        secret("key-of-a-service:", "own.test", "authorization"),
        secret("key-of-another:x-oauth-basic", "own.test", "authorization"),
        secret("another-user:short", "own.test", "authorization"),
    ]);
    for part in ["correct-horse", "key-of-a-service", "key-of-another"] {
        for (encoding, text) in encoded(part) {
            assert_eq!(
                rule(scanner.scan_body(text.as_bytes())),
                KNOWN,
                "{encoding}"
            );
        }
        let elsewhere = STANDARD.encode(format!("somebody-else:{part}"));
        assert_eq!(
            rule(scanner.scan_body(elsewhere.as_bytes())),
            KNOWN,
            "{part}"
        );
    }
    for ordinary in ["deploy-user", "another-user", "x-oauth-basic", "a:b"] {
        assert_eq!(scanner.scan_body(ordinary.as_bytes()), None, "{ordinary}");
    }
    let own = format!("Basic {}", STANDARD.encode("deploy-user:correct-horse"));
    let at = |name| rule(scanner.scan_header(&host(name), "Authorization", own.as_bytes()));
    assert_eq!((at("own.test"), at("else.test")), (None, KNOWN));
}

#[test]
fn beyond_ascii() {
    let scanner = Scanner::with_known(&[secret("pässwörter-für-alle", "own.test", "x-key")]);
    let json = r#"{"k":"p\u00e4ssw\u00f6rter-f\u00fcr-alle"}"#;
    assert_eq!(rule(scanner.scan_body(json.as_bytes())), KNOWN);
    for (encoding, text) in encoded("pässwörter-für-alle") {
        // That one escapes bytes, which is no JSON for what is not ASCII.
        if encoding != "json" {
            assert_eq!(
                rule(scanner.scan_body(text.as_bytes())),
                KNOWN,
                "{encoding}"
            );
        }
    }
}

#[test]
fn nothing_prints_a_value() {
    let value = "sentinelvalue";
    let scanner = Scanner::with_known(&[secret(value, "own.test", "x-key")]);
    let found = scanner.scan_body(value.as_bytes());
    for text in [
        format!("{scanner:?}"),
        format!("{scanner:#?}"),
        format!("{found:?}"),
    ] {
        assert!(
            !text.contains("sentinel") && !text.contains("'s'"),
            "{text}"
        );
        assert!(text.len() < 2000, "{}", text.len());
    }
}

proptest! {
    #[test]
    fn never_in_its_place_and_always_elsewhere(
        value in "[!-~]{6,60}",
        encoding in 0..11_usize,
        front in "([ -~]{0,30}[ ,;:=\"])?",
        back in "([ ,;\"][ -~]{0,30})?",
    ) {
        let scanner = Scanner::with_known(&[secret(&value, "own.test", "authorization")]);
        for credential in credentials(&value) {
            let scan = |name, header| rule(scanner.scan_header(&host(name), header, credential.as_bytes()));
            prop_assert_eq!(scan("own.test", "Authorization"), None);
            prop_assert_eq!(scan("own.test", "x-note"), KNOWN);
            prop_assert_eq!(scan("else.test", "authorization"), KNOWN);
        }
        let (_, hidden) = encoded(&value).swap_remove(encoding);
        let text = format!("{front}{hidden}{back}");
        prop_assert!(scanner.scan_body(text.as_bytes()).is_some());
        prop_assert!(scanner.scan_target(&text).is_some());
        prop_assert!(scanner.scan_header(&host("own.test"), "cookie", text.as_bytes()).is_some());
        let (_, text) = encoded(&format!("{front}{value}{back}")).swap_remove(encoding);
        prop_assert!(scanner.scan_body(text.as_bytes()).is_some());
    }
}

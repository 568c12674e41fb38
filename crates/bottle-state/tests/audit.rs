//! The trail of decisions: what is changed is found.
#![cfg(test)]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use bottle_state::{Audit, AuditEntry, AuditError, BrokenLine, Home, Timestamp};
use proptest::prelude::*;
use serde_json::{Value, json};
use tempfile::TempDir;
use time::OffsetDateTime;

fn audit() -> (TempDir, Audit) {
    let folder = tempfile::tempdir().unwrap();
    let audit = Home::new(folder.path()).audit();
    (folder, audit)
}

fn note(audit: &Audit, reason: &str) {
    let entry = AuditEntry {
        time: Timestamp::new(OffsetDateTime::UNIX_EPOCH),
        identity: &"dev-00000".parse().unwrap(),
        action: "git.allow",
        details: json!({ "reason": reason }),
    };
    audit.open().unwrap().append(&entry).unwrap();
}

#[test]
fn every_decision_is_a_line_that_names_the_one_before() {
    let (_folder, audit) = audit();
    assert_eq!(audit.verify().unwrap().lines, 0, "there is none yet");
    for reason in ["one", "two\nlines", "{\"hash\":\"\"}"] {
        note(&audit, reason);
    }
    let text = fs::read_to_string(audit.path()).unwrap();
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines[1]["details"]["reason"], "two\nlines");
    assert_eq!(lines[0]["time"], "1970-01-01T00:00:00Z");
    assert_eq!(lines[2]["previous"], lines[1]["hash"]);
    let summary = audit.verify().unwrap();
    assert_eq!(summary.lines, 3);
    assert_eq!(summary.last, lines[2]["hash"].as_str().unwrap());
    let mode = fs::metadata(audit.path()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn lines_that_are_gone_or_in_another_order_are_found() {
    let (_folder, audit) = audit();
    for reason in ["one", "two", "three"] {
        note(&audit, reason);
    }
    let text = fs::read_to_string(audit.path()).unwrap();
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    for (order, wrong) in [
        ([1, 2, 2], 1),
        ([0, 2, 2], 2),
        ([1, 0, 2], 1),
        ([0, 1, 1], 3),
    ] {
        fs::write(audit.path(), order.map(|number| lines[number]).concat()).unwrap();
        let Err(AuditError::Broken { line, why, .. }) = audit.verify() else {
            panic!("{order:?}");
        };
        assert_eq!((line, why), (wrong, BrokenLine::Chain), "{order:?}");
    }
}

#[test]
fn nothing_is_added_to_a_broken_trail() {
    let (_folder, audit) = audit();
    note(&audit, "one");
    let text = fs::read_to_string(audit.path()).unwrap();
    fs::write(audit.path(), text.trim_end()).unwrap();
    assert!(matches!(audit.open(), Err(AuditError::Broken { .. })));
    fs::write(audit.path(), text.replace("one", "two")).unwrap();
    assert!(matches!(
        audit.open(),
        Err(AuditError::Broken {
            why: BrokenLine::Hash,
            ..
        })
    ));
}

#[test]
fn a_link_in_its_place_is_not_followed() {
    let (folder, audit) = audit();
    note(&audit, "one");
    let elsewhere = folder.path().join("elsewhere");
    fs::rename(audit.path(), &elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, audit.path()).unwrap();
    assert!(matches!(audit.open(), Err(AuditError::Io { .. })));
    assert!(matches!(audit.verify(), Err(AuditError::Io { .. })));
}

#[test]
fn many_at_once_lose_nothing() {
    let (_folder, audit) = audit();
    std::thread::scope(|scope| {
        for number in 0..8 {
            let audit = &audit;
            scope.spawn(move || note(audit, &number.to_string()));
        }
    });
    assert_eq!(audit.verify().unwrap().lines, 8);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_changed_byte_is_found(reasons in prop::collection::vec(".{0,20}", 1..4), at in any::<prop::sample::Index>(), bits in 1_u8..) {
        let (_folder, audit) = audit();
        for reason in &reasons {
            note(&audit, reason);
        }
        let mut bytes = fs::read(audit.path()).unwrap();
        let at = at.index(bytes.len());
        bytes[at] ^= bits;
        fs::write(audit.path(), &bytes).unwrap();
        let broken = matches!(audit.verify(), Err(AuditError::Broken { .. }));
        prop_assert!(broken, "byte {} of {}", at, bytes.len());
    }

    #[test]
    fn any_file_is_survived(bytes in prop::collection::vec(any::<u8>(), 1..200)) {
        let (_folder, audit) = audit();
        note(&audit, "one");
        fs::write(audit.path(), &bytes).unwrap();
        prop_assert!(audit.verify().is_err());
        prop_assert!(audit.open().is_err());
    }
}

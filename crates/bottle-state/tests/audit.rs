//! The trail of decisions: what is changed is found.
#![cfg(test)]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use bottle_core::Identity;
use bottle_state::{Audit, AuditEntry, AuditError, BrokenLine, Home, Operator, Timestamp};
use proptest::prelude::*;
use serde_json::{Value, json};
use tempfile::TempDir;
use time::{Duration, OffsetDateTime};

fn identity() -> Identity {
    "dev-00000".parse().unwrap()
}

fn audit() -> (TempDir, Audit) {
    let folder = tempfile::tempdir().unwrap();
    let audit = Home::new(folder.path()).audit(&identity());
    (folder, audit)
}

fn entry(identity: &Identity, seconds: i64, details: Value) -> AuditEntry<'_> {
    AuditEntry {
        time: Timestamp::new(OffsetDateTime::UNIX_EPOCH + Duration::seconds(seconds)),
        identity,
        action: "git.allow",
        operator: Operator {
            uid: 1000,
            user: Some("me".to_owned()),
        },
        details,
    }
}

fn try_note(audit: &Audit, reason: &str) -> Result<(), AuditError> {
    let identity = identity();
    let entry = entry(&identity, 0, json!({ "reason": reason }));
    audit.open()?.append(&entry)
}

fn note(audit: &Audit, reason: &str) {
    try_note(audit, reason).unwrap();
}

/// The first line that is wrong, and in which way.
fn broken(audit: &Audit) -> (u64, BrokenLine) {
    let error = audit.verify().unwrap_err();
    let AuditError::Broken { line, why, .. } = error else {
        panic!("{error}");
    };
    assert!(audit.open().is_err(), "nothing is added to it");
    (line, why)
}

fn lines(audit: &Audit) -> Vec<String> {
    let text = fs::read_to_string(audit.path()).unwrap();
    text.split_inclusive('\n').map(str::to_owned).collect()
}

#[test]
fn every_decision_is_a_line_that_names_the_one_before() {
    let (_folder, audit) = audit();
    assert_eq!(audit.verify().unwrap().lines, 0, "there is none yet");
    for reason in ["one", "two\nlines", "{\"hash\":\"\"}"] {
        note(&audit, reason);
    }
    let mut read = Vec::new();
    let summary = audit.read(|line| read.push(line.clone())).unwrap();
    assert_eq!(read[1]["details"]["reason"], "two\nlines");
    assert_eq!(read[0]["time"], "1970-01-01T00:00:00Z");
    assert_eq!(read[0]["operator"], json!({ "uid": 1000, "user": "me" }));
    assert_eq!(read[2]["previous"], read[1]["hash"]);
    assert_eq!(lines(&audit).len(), 3, "a record is a line");
    assert_eq!(summary.lines, 3);
    assert_eq!(summary.last, read[2]["hash"].as_str().unwrap());
    for path in [audit.path(), audit.head_path()] {
        let mode = fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[test]
fn a_clock_that_goes_back_breaks_nothing() {
    let (_folder, audit) = audit();
    let identity = identity();
    for seconds in [100, 50, 200, 0] {
        let entry = entry(&identity, seconds, json!({}));
        audit.open().unwrap().append(&entry).unwrap();
    }
    assert_eq!(audit.verify().unwrap().lines, 4);
}

#[test]
fn each_bottle_has_a_trail_of_its_own() {
    let (folder, audit) = audit();
    note(&audit, "one");
    let other: Identity = "dev-11111".parse().unwrap();
    let entry = entry(&other, 0, json!({}));
    let refused = audit.open().unwrap().append(&entry);
    assert!(matches!(refused, Err(AuditError::Misplaced)));
    let home = Home::new(folder.path());
    home.audit(&other).open().unwrap().append(&entry).unwrap();
    assert_eq!(home.audited().unwrap(), [identity(), other]);
    assert_eq!(audit.verify().unwrap().lines, 1);
}

#[test]
fn lines_that_are_gone_or_in_another_order_are_found() {
    let (_folder, audit) = audit();
    for reason in ["one", "two", "three"] {
        note(&audit, reason);
    }
    let lines = lines(&audit);
    for (order, wrong) in [
        (&[1, 2, 2][..], (1, BrokenLine::Chain)),
        (&[0, 2, 2], (2, BrokenLine::Chain)),
        (&[1, 0, 2], (1, BrokenLine::Chain)),
        (&[0, 1, 1], (3, BrokenLine::Chain)),
        (&[0, 1], (3, BrokenLine::Missing)),
        (&[0], (2, BrokenLine::Missing)),
        (&[], (1, BrokenLine::Missing)),
    ] {
        let text: String = order.iter().map(|number| lines[*number].as_str()).collect();
        fs::write(audit.path(), text).unwrap();
        assert_eq!(broken(&audit), wrong, "{order:?}");
    }
    fs::remove_file(audit.path()).unwrap();
    assert!(audit.verify().is_err(), "what is gone is missed");
}

#[test]
fn a_head_that_is_another_one_or_gone_is_found() {
    let (_folder, audit) = audit();
    for reason in ["one", "two", "three"] {
        note(&audit, reason);
    }
    let head = fs::read_to_string(audit.head_path()).unwrap();
    for other in ["", "{}", "{\"lines\":0,\"last\":\"\"}", "x"] {
        fs::write(audit.head_path(), other).unwrap();
        assert_eq!(broken(&audit), (1, BrokenLine::Head), "{other}");
    }
    fs::remove_file(audit.head_path()).unwrap();
    assert_eq!(broken(&audit), (2, BrokenLine::Head));
    fs::write(audit.head_path(), head.replace(":3", ":2")).unwrap();
    assert_eq!(broken(&audit), (2, BrokenLine::Head));
    fs::write(audit.head_path(), head.replace(":3", ":9")).unwrap();
    assert_eq!(broken(&audit), (4, BrokenLine::Missing));
}

#[test]
fn a_process_that_died_between_line_and_head_stops_nobody() {
    let (_folder, audit) = audit();
    for reason in ["one", "two"] {
        let before = audit.verify().unwrap();
        note(&audit, reason);
        if before.lines == 0 {
            fs::remove_file(audit.head_path()).unwrap();
        } else {
            let head = json!({ "lines": before.lines, "last": before.last });
            fs::write(audit.head_path(), head.to_string()).unwrap();
        }
        assert!(audit.verify().is_ok());
    }
    note(&audit, "three");
    assert_eq!(audit.verify().unwrap().lines, 3);
}

#[test]
fn nothing_is_added_to_a_broken_trail() {
    let (_folder, audit) = audit();
    note(&audit, "one");
    let text = fs::read_to_string(audit.path()).unwrap();
    fs::write(audit.path(), text.trim_end()).unwrap();
    assert_eq!(broken(&audit), (1, BrokenLine::Form));
    fs::write(audit.path(), text.replace("one", "two")).unwrap();
    assert_eq!(broken(&audit), (1, BrokenLine::Hash));
}

#[test]
fn what_cannot_be_written_leaves_the_trail_as_it_was() {
    let (folder, audit) = audit();
    note(&audit, "one");
    // A folder in the place of the file beside it: the line is written, its head cannot be.
    let head = fs::read(audit.head_path()).unwrap();
    let mut log = audit.open().unwrap();
    fs::remove_file(audit.head_path()).unwrap();
    fs::create_dir(audit.head_path()).unwrap();
    let identity = identity();
    let refused = log.append(&entry(&identity, 0, json!({})));
    assert!(refused.is_err());
    drop(log);
    fs::remove_dir(audit.head_path()).unwrap();
    fs::write(audit.head_path(), head).unwrap();
    assert_eq!(audit.verify().unwrap().lines, 1);
    // No place at all.
    fs::remove_dir_all(folder.path().join("audit")).unwrap();
    fs::write(folder.path().join("audit"), "").unwrap();
    assert!(try_note(&audit, "two").is_err());
}

#[test]
fn a_decision_that_is_too_long_is_refused() {
    let (_folder, audit) = audit();
    let refused = try_note(&audit, &"x".repeat(1024 * 1024));
    assert!(matches!(refused, Err(AuditError::TooLong)));
    assert_eq!(audit.verify().unwrap().lines, 0);
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
            scope.spawn(move || assert!(audit.verify().is_ok()));
        }
    });
    assert_eq!(audit.verify().unwrap().lines, 8);
}

/// What somebody does to a trail.
#[derive(Debug, Clone)]
enum Edit {
    Flip(prop::sample::Index, u8),
    Drop(prop::sample::Index),
    Cut(prop::sample::Index),
    Swap(prop::sample::Index, prop::sample::Index),
    Again(prop::sample::Index),
    Insert(prop::sample::Index, Vec<u8>),
}

impl Edit {
    fn apply(&self, lines: &[String]) -> Vec<u8> {
        let mut lines = lines.to_vec();
        let whole: Vec<u8> = lines.concat().into_bytes();
        match self {
            Self::Flip(at, bits) => {
                let mut bytes = whole;
                let at = at.index(bytes.len());
                bytes[at] ^= bits;
                return bytes;
            }
            Self::Cut(at) => return whole[..at.index(whole.len())].to_vec(),
            Self::Insert(at, more) => {
                let mut bytes = whole;
                let at = at.index(bytes.len() + 1);
                bytes.splice(at..at, more.iter().copied());
                return bytes;
            }
            Self::Drop(at) => drop(lines.remove(at.index(lines.len()))),
            Self::Swap(one, other) => {
                let (one, other) = (one.index(lines.len()), other.index(lines.len()));
                lines.swap(one, other);
            }
            Self::Again(at) => {
                let again = lines[at.index(lines.len())].clone();
                lines.insert(at.index(lines.len()), again);
            }
        }
        lines.concat().into_bytes()
    }
}

fn edit() -> impl Strategy<Value = Edit> {
    let at = any::<prop::sample::Index>;
    prop_oneof![
        (at(), 1_u8..).prop_map(|(at, bits)| Edit::Flip(at, bits)),
        at().prop_map(Edit::Drop),
        at().prop_map(Edit::Cut),
        (at(), at()).prop_map(|(one, other)| Edit::Swap(one, other)),
        at().prop_map(Edit::Again),
        (at(), prop::collection::vec(any::<u8>(), 1..20))
            .prop_map(|(at, more)| Edit::Insert(at, more)),
    ]
}

/// The number of the first line in which two trails differ, from 1.
fn first_difference(before: &[u8], after: &[u8]) -> u64 {
    let same = before.iter().zip(after).take_while(|(a, b)| a == b).count();
    let lines = before[..same].split(|byte| *byte == b'\n').count();
    u64::try_from(lines).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_edit_is_found_and_the_line_is_named(reasons in prop::collection::vec(".{0,20}", 1..5), edit in edit()) {
        let (_folder, audit) = audit();
        for reason in &reasons {
            note(&audit, reason);
        }
        let before = fs::read(audit.path()).unwrap();
        let after = edit.apply(&lines(&audit));
        prop_assume!(after != before);
        fs::write(audit.path(), &after).unwrap();
        let error = audit.verify().unwrap_err();
        let AuditError::Broken { line, .. } = error else {
            return Err(TestCaseError::fail(error.to_string()));
        };
        prop_assert_eq!(line, first_difference(&before, &after), "{:?}", edit);
        prop_assert!(audit.open().is_err());
    }

    #[test]
    fn any_file_is_survived(bytes in prop::collection::vec(any::<u8>(), 1..200), is_head: bool) {
        let (_folder, audit) = audit();
        note(&audit, "one");
        note(&audit, "two");
        let path = if is_head { audit.head_path() } else { audit.path() };
        fs::write(path, &bytes).unwrap();
        prop_assert!(audit.verify().is_err());
        prop_assert!(audit.open().is_err());
    }
}

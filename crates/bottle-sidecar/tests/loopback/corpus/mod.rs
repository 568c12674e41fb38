//! The corpus of attempts (`tests/corpus/*.jsonl`) against the real executable, and what it must be like.

mod record;
mod wire;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use bottle_core::{Guard, PLACEHOLDER};

use self::record::{Expect, Record};
use super::support::{Bottle, TOKEN};

/// How long the decision log may be behind.
const LOG_PATIENCE: Duration = Duration::from_secs(2);

/// Names the records to try, separated by commas: all of them unless set.
const ONLY: &str = "BOTTLE_CORPUS";

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests")
        .join(name)
}

/// All records, in the order of their files.
fn records() -> Vec<Record> {
    let files = fs::read_dir(folder("corpus")).unwrap();
    let files: BTreeSet<PathBuf> = files.map(|file| file.unwrap().path()).collect();
    let mut records = Vec::new();
    for file in files {
        for (number, line) in fs::read_to_string(&file).unwrap().lines().enumerate() {
            let place = format!("{}:{}", file.display(), number + 1);
            records.push(
                serde_json::from_str(line).unwrap_or_else(|error| panic!("{place}: {error}")),
            );
        }
    }
    records
}

/// Which records and tests fail when a guard is off: records by their names.
#[cfg(feature = "mutants")]
pub(crate) fn proofs(guard: Guard) -> (Vec<String>, BTreeSet<String>) {
    let records = records().into_iter();
    let records: Vec<Record> = records
        .filter(|record| record.guard.as_deref() == Some(guard.as_str()))
        .collect();
    let sent = records.iter().filter(|record| record.send.is_some());
    let tests = records.iter().filter_map(|record| record.test.clone());
    (
        sent.map(|record| record.id.clone()).collect(),
        tests.collect(),
    )
}

#[test]
fn every_record_holds() {
    let only = std::env::var(ONLY).ok();
    let wanted = |record: &Record| {
        let names = only.as_ref().map(|only| only.split(','));
        names.is_none_or(|mut names| names.any(|name| name == record.id))
    };
    let bottle = Bottle::start();
    let port = |number: u16| number.to_string();
    let values = [
        ("tls", port(bottle.origin.port())),
        ("http", port(bottle.plain_origin.port())),
        ("egress", port(bottle.egress.address.port())),
        ("token", TOKEN.to_owned()),
        ("placeholder", PLACEHOLDER.to_owned()),
        ("16k", "k".repeat(16 * 1024)),
        ("70k", "k".repeat(70 * 1024)),
    ];
    let mut failures = Vec::new();
    let mut count = 0;
    for record in records().iter().filter(|record| wanted(record)) {
        for (name, answers) in &record.names {
            let answers: Vec<Vec<&str>> = answers
                .iter()
                .map(|set| set.iter().map(String::as_str).collect())
                .collect();
            let answers: Vec<&[&str]> = answers.iter().map(Vec::as_slice).collect();
            bottle.names.set(name, &answers);
        }
        for (number, (send, expect)) in record.attempts(&values).iter().enumerate() {
            count += 1;
            bottle.forget();
            let before = bottle.decisions().len();
            let attempt =
                || wire::send(&bottle, send).and_then(|got| check(&bottle, expect, &got, before));
            let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(attempt));
            let outcome = outcome.unwrap_or_else(|_| Err("it hangs".to_owned()));
            if let Err(why) = outcome {
                let (id, title) = (&record.id, &record.title);
                failures.push(format!("{id} (attempt {number}), {title}: {why}"));
            }
        }
    }
    assert!(count > 0, "no such record");
    assert!(
        failures.is_empty(),
        "{} of {count} attempts do not hold:\n{}",
        failures.len(),
        failures.join("\n")
    );
}

fn check(bottle: &Bottle, expect: &Expect, got: &wire::Got, before: usize) -> Result<(), String> {
    let fail = |why: String| Err(format!("{why}; got {:?} {:?}", got.status, got.text));
    if got.status != expect.status {
        return fail(format!("expected {:?}", expect.status));
    }
    if let Some(missing) = expect.has.iter().find(|text| !holds(&got.text, text)) {
        return fail(format!("the answer lacks {missing:?}"));
    }
    if let Some(extra) = expect.lacks.iter().find(|text| holds(&got.text, text)) {
        return fail(format!("the answer has {extra:?}"));
    }
    if let Some(code) = &expect.code {
        let in_answer = got.text.contains(&format!("\"code\":\"{code}\""));
        if got.text.contains("\"code\":") && !in_answer {
            return fail(format!("the answer does not say {code}"));
        }
        if !logged(bottle, code, before) {
            return fail(format!("the log does not say {code}"));
        }
    }
    let mut seen = bottle.origin.seen();
    seen.extend(bottle.plain_origin.seen());
    if seen.len() != expect.upstream.requests {
        return fail(format!("the outside saw {seen:?}"));
    }
    let last = seen.last().map_or_else(String::new, |seen| {
        format!("{}{}", seen.head, String::from_utf8_lossy(&seen.body))
    });
    if let Some(missing) = expect.upstream.has.iter().find(|text| !holds(&last, text)) {
        return fail(format!("the outside did not see {missing:?} but {last:?}"));
    }
    match expect.upstream.lacks.iter().find(|text| holds(&last, text)) {
        Some(extra) => fail(format!("the outside saw {extra:?} in {last:?}")),
        None => Ok(()),
    }
}

fn holds(text: &str, part: &str) -> bool {
    text.to_ascii_lowercase()
        .contains(&part.to_ascii_lowercase())
}

/// Whether a decision of these last ones has this code.
fn logged(bottle: &Bottle, code: &str, before: usize) -> bool {
    let start = Instant::now();
    loop {
        // Two logs, read one behind the other: new lines of the first one shift those of the second.
        let lines = bottle.decisions();
        let new = lines.len() > before;
        if new && lines.iter().any(|line| line["code"] == code) {
            return true;
        }
        if start.elapsed() > LOG_PATIENCE {
            return false;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn records_are_complete_and_name_what_exists() {
    let records = records();
    let by_id: BTreeMap<&str, &Record> = records
        .iter()
        .map(|each| (each.id.as_str(), each))
        .collect();
    assert_eq!(by_id.len(), records.len(), "a name stands twice");
    for record in &records {
        let id = &record.id;
        match (&record.send, &record.expect, &record.test) {
            (Some(_), Some(_), None) => {}
            (None, None, Some(test)) => assert!(is_test(test), "{id}: there is no test {test}"),
            _ => panic!("{id} needs either `send` and `expect` or `test`"),
        }
        if let Some(guard) = &record.guard {
            assert!(
                guard.parse::<Guard>().is_ok(),
                "{id}: there is no guard {guard}"
            );
        }
        let passes = |record: &Record| {
            let expect = record.expect.as_ref();
            expect.is_some_and(|expect| expect.upstream.requests > 0)
        };
        let twin = record.twin.as_deref().map(|twin| by_id.get(twin));
        match twin {
            Some(twin) => assert!(
                twin.is_some_and(|twin| passes(twin)),
                "{id}: the sibling does not pass"
            ),
            None => assert!(
                record.test.is_some() || passes(record),
                "{id} has no sibling that must pass"
            ),
        }
    }
}

#[test]
fn every_guard_has_an_attempt() {
    let named: BTreeSet<String> = records()
        .into_iter()
        .filter_map(|record| record.guard)
        .collect();
    let missing: Vec<_> = Guard::ALL
        .iter()
        .filter(|guard| !named.contains(guard.as_str()))
        .collect();
    assert!(missing.is_empty(), "no record names {missing:?}");
}

/// Whether `module::function` is a test of this suite.
fn is_test(name: &str) -> bool {
    let Some((module, function)) = name.split_once("::") else {
        return false;
    };
    let text = fs::read_to_string(folder("loopback").join(module).with_extension("rs"));
    text.is_ok_and(|text| text.contains(&format!("#[test]\nfn {function}()")))
}

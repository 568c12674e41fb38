//! Each guard is needed: with it off, an attempt of the corpus succeeds.

use std::process::Command;
use std::sync::Mutex;

use bottle_core::Guard;

use super::corpus::proofs;

/// Runs at once. Each is two or three processes that mostly wait.
const AT_ONCE: usize = 4;

/// Runs some tests of this suite with a guard off; what they print when one of them fails.
fn survives(guard: Guard, test: &str, records: &str) -> Result<(), String> {
    let mut suite = Command::new(std::env::current_exe().unwrap());
    let output = suite
        .args([test, "--exact", "--nocapture"])
        .env("BOTTLE_GUARD_OFF", guard.as_str())
        .env("BOTTLE_CORPUS", records)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("running 1 test"), "no test {test}: {said}");
    // A service that does not even start has shown nothing.
    let failed = !output.status.success() && !said.contains("never said");
    if failed {
        Err(said.into_owned())
    } else {
        Ok(())
    }
}

#[test]
fn each_guard_is_needed() {
    let waiting = Mutex::new(Guard::ALL.iter().copied());
    let survivors = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let next = waiting.lock().unwrap().next();
                    let Some(guard) = next else { return };
                    let (records, tests) = proofs(guard);
                    let by_corpus = !records.is_empty()
                        && survives(guard, "corpus::every_record_holds", &records.join(","))
                            .is_err();
                    let by_test = || tests.iter().any(|test| survives(guard, test, "").is_err());
                    if !by_corpus && !by_test() {
                        survivors.lock().unwrap().push(guard);
                    }
                }
            });
        }
    });
    let survivors = survivors.into_inner().unwrap();
    assert!(survivors.is_empty(), "nothing fails without {survivors:?}");
}

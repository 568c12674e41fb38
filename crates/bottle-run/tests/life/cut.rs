//! A process that is killed at any write leaves each file as it was or as it was going to be, and nothing is lost sight
//! of.

use std::env;
use std::path::Path;
use std::process::{Command, Stdio};

use bottle_core::Identity;
use bottle_run::{CleanupPlan, Condition, PrepareRequest, survey};
use bottle_state::Home;
use tempfile::TempDir;

use crate::bench::Bench;
use crate::fake::{Fake, LOGS};

/// The home of the copy of this program that is going to be killed.
const HOME: &str = "BOTTLE_LIFE_CUT_HOME";
/// The bottle that it resumes; a new one when it is not set.
const RESUMES: &str = "BOTTLE_LIFE_CUT_RESUMES";
/// The exit code of its session.
const CODE: &str = "BOTTLE_LIFE_CUT_CODE";
/// The place at which it dies, of all writes.
const CUT: &str = "BOTTLE_STATE_CUT";
/// More places than any run has.
const MANY: u32 = 1000;

/// Not a test of its own: what the copy of this program does.
#[tokio::test]
async fn victim() {
    let Ok(home) = env::var(HOME) else { return };
    let bench = Bench {
        fake: Fake::new(home.clone().into(), &[]),
        // Never dropped: it is not ours.
        folder: TempDir::with_prefix("unused").unwrap(),
    };
    let request = PrepareRequest {
        home: Home::new(home),
        resume: env::var(RESUMES).ok().map(|name| name.parse().unwrap()),
        ..bench.request()
    };
    let code = env::var(CODE).unwrap().parse().unwrap();
    let prepared = bench.prepare_as(request).await.unwrap();
    let work =
        async |running: &bottle_run::Running<'_, Fake>| crate::bench::session(running, code).await;
    let ended = prepared.run(bench.conduct(), work).await;
    assert!(ended.result.is_ok() && ended.teardown.is_empty());
}

/// Runs a copy of this program that dies at a place. Whether it lived.
fn lives(home: &Path, resumes: Option<&Identity>, (code, cut): (u8, u32)) -> bool {
    let mut command = Command::new(env::current_exe().unwrap());
    command
        .args(["--exact", "cut::victim", "--nocapture"])
        .env(HOME, home)
        .env(CODE, code.to_string())
        .env(CUT, cut.to_string())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    if let Some(identity) = resumes {
        command.env(RESUMES, identity.to_string());
    }
    let status = command.status().unwrap();
    let killed = std::os::unix::process::ExitStatusExt::signal(&status) == Some(9);
    assert!(status.success() || killed, "{status:?} at {cut}");
    !killed
}

/// Every file that is not a temporary one is whole.
fn assert_whole(folder: &Path, what: &str) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            assert_whole(&path, what);
            continue;
        }
        if name.starts_with('.') {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let whole = match path.extension().and_then(|end| end.to_str()) {
            Some("json") => serde_json::from_str::<serde_json::Value>(&text).is_ok(),
            Some("yml" | "yaml") => serde_yaml::from_str::<serde_yaml::Mapping>(&text).is_ok(),
            Some("pem") => text.starts_with("-----BEGIN") && text.trim_end().ends_with("-----"),
            Some("md") => text == "Be careful.",
            Some("log") => text == LOGS,
            _ => false,
        };
        assert!(whole, "{what}: {} holds {text:?}", path.display());
    }
}

/// What is left is listed, and goes when it is asked to.
fn assert_not_lost(home: &Path, what: &str) {
    let home = Home::new(home);
    let found = survey(&home, Vec::new()).unwrap();
    let all = home.identities().unwrap();
    assert_eq!(found.len(), all.len(), "{what}");
    assert!(
        found
            .iter()
            .all(|each| each.condition != Condition::Running),
        "{what}"
    );
    let plan = CleanupPlan::of_named(&found, &all, &home).unwrap();
    let fake = Fake::new(home.path().to_owned(), &[]);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let cleaned = runtime.block_on(plan.execute(&fake, &home)).unwrap();
    assert!(
        cleaned.iter().all(|each| each.result.is_ok()),
        "{what}: {cleaned:?}"
    );
    assert_eq!(home.identities().unwrap(), [], "{what}");
}

#[test]
fn a_start_that_is_killed_at_any_write_leaves_no_torn_file() {
    let mut cut = 0;
    loop {
        let home = tempfile::tempdir().unwrap();
        let lived = lives(home.path(), None, (1, cut));
        let what = format!("killed at place {cut}");
        let state = home.path().join("state");
        if state.exists() {
            assert_whole(&state, &what);
        }
        assert_not_lost(home.path(), &what);
        if lived {
            break;
        }
        cut += 1;
        assert!(cut < MANY);
    }
    // Files are written whole: each has several places to die at.
    assert!(cut > 60, "{cut} places");
}

#[test]
fn a_resume_that_is_killed_at_any_write_can_be_resumed_again() {
    for code in [1, 0] {
        let mut cut = 0;
        loop {
            let home = tempfile::tempdir().unwrap();
            assert!(lives(home.path(), None, (1, MANY)));
            let identity = Home::new(home.path()).identities().unwrap().remove(0);
            let lived = lives(home.path(), Some(&identity), (code, cut));
            let what = format!("killed at place {cut} of a session that ends with {code}");
            let folder = home.path().join("state");
            assert_whole(&folder, &what);
            let is_there = folder
                .join(identity.to_string())
                .join("metadata.json")
                .exists();
            if is_there {
                assert!(lives(home.path(), Some(&identity), (1, MANY)), "{what}");
            } else {
                // Only the removal of a folder that is not wanted any more gets this far.
                assert_eq!(code, 0, "{what}");
            }
            assert_not_lost(home.path(), &what);
            if lived {
                break;
            }
            // Every third place: each has its turn in the test above, in the same code.
            cut += 3;
            assert!(cut < MANY);
        }
    }
}

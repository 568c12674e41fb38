//! What a session leaves behind, by its exit code.

use bottle_core::Identity;
use bottle_run::{Condition, Fate, KeptBecause, RunError, Running, Settled, Step, survey};
use bottle_state::{LockState, Mark};
use futures_util::FutureExt as _;

use crate::bench::{Bench, KEYS, assert_free, decoy, session};
use crate::fake::{Act, At, Call, Fake, LOGS};

#[tokio::test]
async fn a_session_that_went_well_leaves_no_state() {
    let bench = Bench::new(&[]);
    let outcome = bench.run(0).await.unwrap();
    bench.assert_gone(&outcome, "exit code 0");
    let ended = outcome.ended.unwrap();
    assert_eq!(ended.settled, Settled::Removed);
    assert!(ended.teardown.is_empty(), "{:?}", ended.teardown);
    assert_eq!(ended.removed.containers.len(), 4);
    assert_eq!(ended.removed.networks.len(), 2);
    assert_eq!(
        ended.steps,
        [
            Step::SidecarImage,
            Step::Networks,
            Step::Files,
            Step::Extras,
            Step::Up,
            Step::Ready,
            Step::Secrets,
            Step::Session,
            Step::Logs,
            Step::Down,
            Step::Settle,
        ]
    );
    assert!(bench.home().identities().unwrap().is_empty());
}

#[tokio::test]
async fn a_session_that_failed_is_kept_with_its_log_and_without_its_keys() {
    for code in [1, 130, 255] {
        let what = format!("exit code {code}");
        let bench = Bench::new(&[]);
        let outcome = bench.run(code).await.unwrap();
        bench.assert_gone(&outcome, &what);
        let ended = outcome.ended.unwrap();
        let Settled::Kept { path, why } = ended.settled else {
            panic!("{what}: it is gone");
        };
        assert_eq!(why, KeptBecause::Failure);
        let log = std::fs::read_to_string(path.join("compose.log")).unwrap();
        assert_eq!(log, LOGS);
        for kept in ["metadata.json", "docker-compose.yml", "egress/routes.yaml"] {
            assert!(path.join(kept).is_file(), "{what}: {kept}");
        }
        let metadata = bench.home().state(&outcome.identity).metadata().unwrap();
        let metadata = metadata.unwrap();
        assert!(metadata.networks.is_some());
        assert_eq!(metadata.images.sidecar.as_deref(), Some("sha256:b"));
    }
}

#[tokio::test]
async fn a_mark_set_during_the_session_keeps_the_state() {
    let bench = Bench::new(&[]);
    let prepared = bench.prepare().await.unwrap();
    let home = bench.home();
    let work = async |running: &Running<'_, Fake>| {
        home.state(running.identity())
            .preserve(Mark::Asked)
            .unwrap();
        session(running, 0).await
    };
    let outcome = bench.finish(prepared, bench.conduct(), work).await;
    assert!(!bench.is_in_engine(&outcome.identity));
    bench.assert_lock_free(&outcome, "marked");
    let Settled::Kept { path, why } = outcome.ended.unwrap().settled else {
        panic!("it is gone");
    };
    assert_eq!(why, KeptBecause::Preserved);
    for key in KEYS {
        assert!(!path.join(key).exists(), "{key}");
    }
}

#[tokio::test]
async fn whoever_looks_during_the_session_sees_it_run() {
    let bench = Bench::new(&[]);
    let prepared = bench.prepare().await.unwrap();
    let home = bench.home();
    let work = async |running: &Running<'_, Fake>| -> Result<(u8, Fate), RunError> {
        let state = home.state(running.identity());
        assert_eq!(state.lock_state().unwrap(), LockState::Held);
        for key in KEYS {
            assert!(state.path().join(key).is_file(), "{key}");
        }
        let found = survey(&home, Vec::new()).unwrap();
        assert_eq!(found[0].condition, Condition::Running);
        session(running, 0).await
    };
    let outcome = bench.finish(prepared, bench.conduct(), work).await;
    bench.assert_gone(&outcome, "looked at");
}

/// What a process that was killed leaves: a run whose future is dropped.
#[tokio::test]
async fn a_run_that_is_dropped_is_found_as_an_orphan() {
    for call in [Call::CreateNetwork, Call::Up, Call::WaitReady, Call::Exec] {
        let bench = Bench::new(&[(At::First(call), Act::Block)]);
        let prepared = bench.prepare().await.unwrap();
        let identity: Identity = prepared.identity().clone();
        let home = bench.home();
        // Its own network, as one that the engine made although nobody waited for the answer.
        let left = decoy(&identity.to_string(), &bench.label(), "192.168.9.0/28");
        bench.fake.look(|engine| engine.things.extend(left));
        let work = async |running: &Running<'_, Fake>| session(running, 0).await;
        // `used_subnets` yields once.
        let mut run = Box::pin(prepared.run(bench.conduct(), work));
        for _ in 0..3 {
            tokio::task::yield_now().await;
            assert!((&mut run).now_or_never().is_none(), "{call:?}");
        }
        let last = match call {
            // What is done meanwhile.
            Call::WaitReady => Call::AppendFiles,
            call => call,
        };
        assert_eq!(bench.fake.names().last(), Some(&last));
        drop(run);

        let state = home.state(&identity);
        assert_free(&state, "dropped");
        assert_eq!(state.mark().unwrap(), None);
        let live = bench.fake.look(|engine| engine.live(&bench.label()));
        let found = survey(&home, live).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].condition, Condition::Orphaned);
        assert_eq!(found[0].identity, identity);
    }
}

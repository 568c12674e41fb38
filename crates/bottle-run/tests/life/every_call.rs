//! Something goes wrong at each call in turn.

use bottle_run::{Conduct, Fate, RunError, Running, Step};

use crate::bench::{Bench, good_calls, session};
use crate::fake::{Act, At, Call, Fake};

/// How many calls `check` makes, which touches nothing.
const CHECKS: usize = 2;

/// The calls of a good run after those of `check`.
async fn each_call() -> Vec<(usize, Call)> {
    let calls = good_calls().await;
    assert_eq!(calls[..CHECKS], [Call::Engine, Call::Image]);
    assert_eq!(calls.len(), 15, "{calls:?}");
    calls.into_iter().enumerate().skip(CHECKS).collect()
}

#[tokio::test]
async fn a_failure_at_any_call_ends_the_run_and_leaves_nothing() {
    for (number, call) in each_call().await {
        for act in [Act::Fail, Act::FailHalfway, Act::FailDone] {
            let what = format!("{act:?} at call {number}, {call:?}");
            let bench = Bench::new(&[(At::Number(number), act)]);
            let outcome = bench.run(0).await.unwrap();
            bench.assert_gone(&outcome, &what);
            let ended = outcome.ended.unwrap();
            let teardown = matches!(call, Call::Logs | Call::Down);
            assert_eq!(ended.result.is_ok(), teardown, "{what}");
            let reported = usize::from(call == Call::Logs);
            assert_eq!(ended.teardown.len(), reported, "{what}");
        }
    }
}

#[tokio::test]
async fn a_wish_to_end_at_any_call_leaves_nothing() {
    for (number, call) in each_call().await {
        let what = format!("a stop at call {number}, {call:?}");
        let bench = Bench::new(&[(At::Number(number), Act::Stop)]);
        let outcome = bench.run(0).await.unwrap();
        bench.assert_gone(&outcome, &what);
        let interrupted = matches!(outcome.ended.unwrap().result, Err(RunError::Interrupted));
        let late = matches!(call, Call::Exec | Call::Logs | Call::Down);
        assert_eq!(interrupted, !late, "{what}");
    }
}

#[tokio::test]
async fn a_wish_to_end_cuts_short_whatever_only_waits() {
    for call in [
        Call::SidecarImage,
        Call::UsedSubnets,
        Call::WaitReady,
        Call::PutSecrets,
        Call::AppendFiles,
        Call::Exec,
    ] {
        let what = format!("{call:?} never answers");
        let bench = Bench::new(&[(At::First(call), Act::StopAndBlock)]);
        let outcome = bench.run(0).await.unwrap();
        bench.assert_gone(&outcome, &what);
        let result = outcome.ended.unwrap().result;
        assert!(matches!(result, Err(RunError::Interrupted)), "{what}");
    }
}

#[tokio::test]
async fn a_wish_that_was_there_before_makes_nothing() {
    let bench = Bench::new(&[]);
    let prepared = bench.prepare().await.unwrap();
    let conduct = Conduct {
        stop: Box::pin(std::future::ready(())),
        ..bench.conduct()
    };
    let work = async |running: &Running<'_, Fake>| session(running, 0).await;
    let outcome = bench.finish(prepared, conduct, work).await;
    bench.assert_gone(&outcome, "stopped before");
    assert_eq!(bench.fake.names(), [Call::Engine, Call::Image]);
}

#[tokio::test]
async fn a_panic_at_any_call_goes_on_when_nothing_is_left() {
    for (number, call) in each_call().await {
        for act in [Act::Panic, Act::PanicDone] {
            let what = format!("{act:?} at call {number}, {call:?}");
            let bench = Bench::new(&[(At::Number(number), act)]);
            let outcome = bench.run(1).await.unwrap();
            assert!(outcome.ended.is_none(), "{what}: the panic is lost");
            bench.assert_gone(&outcome, &what);
        }
    }
}

#[tokio::test]
async fn a_panic_of_the_session_goes_on_when_nothing_is_left() {
    let bench = Bench::new(&[]);
    let prepared = bench.prepare().await.unwrap();
    let work = async |running: &Running<'_, Fake>| -> Result<(u8, Fate), RunError> {
        session(running, 0).await?;
        panic!("the session was told to panic")
    };
    let outcome = bench.finish(prepared, bench.conduct(), work).await;
    assert!(outcome.ended.is_none());
    bench.assert_gone(&outcome, "a panic of the session");
}

#[tokio::test]
async fn a_panic_of_the_observer_at_any_step_leaves_nothing() {
    let bench = Bench::new(&[]);
    let steps = bench.run(0).await.unwrap().ended.unwrap().steps;
    assert_eq!(steps.last(), Some(&Step::Settle));
    for step in steps {
        let what = format!("the observer panics at {step:?}");
        let bench = Bench::new(&[]);
        let prepared = bench.prepare().await.unwrap();
        let observer = |begun: Step| assert_ne!(begun, step, "told to panic");
        let conduct = Conduct {
            observer: &observer,
            ..bench.conduct()
        };
        let work = async |running: &Running<'_, Fake>| session(running, 1).await;
        let outcome = bench.finish(prepared, conduct, work).await;
        assert!(outcome.ended.is_none(), "{what}: the panic is lost");
        assert!(!bench.is_in_engine(&outcome.identity), "{what}");
        bench.assert_others_untouched(&outcome, &what);
        bench.assert_lock_free(&outcome, &what);
    }
}

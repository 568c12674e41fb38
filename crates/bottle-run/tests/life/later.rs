//! What a failed teardown leaves is kept, and cleaned up later.

use bottle_run::backend::Backend as _;
use bottle_run::{CleanupPlan, KeptBecause, Settled, survey};
use proptest::prelude::{ProptestConfig, any, prop, proptest};

use crate::bench::{Bench, Outcome, good_calls};
use crate::fake::{Act, At, Call};

/// Takes away what the survey of the home finds, which is then nothing any more.
async fn clean_up(bench: &Bench, outcome: &Outcome, what: &str) {
    bench.fake.heal();
    let home = bench.home();
    let live = bench.fake.live(&bench.label()).await.unwrap();
    let plan = CleanupPlan::new(&survey(&home, live).unwrap(), &home);
    for cleaned in plan.execute(&bench.fake, &home).await.unwrap() {
        assert!(cleaned.result.is_ok(), "{what}: {cleaned:?}");
    }
    assert!(!bench.is_in_engine(&outcome.identity), "{what}");
    bench.assert_no_leak(what);
}

#[tokio::test]
async fn what_cannot_be_taken_down_is_kept_and_cleaned_up_later() {
    let what = "down never works";
    let bench = Bench::new(&[(At::Every(Call::Down), Act::FailHalfway)]);
    let outcome = bench.run(0).await.unwrap();
    let ended = outcome.ended.as_ref().unwrap();
    let why = KeptBecause::TeardownFailed;
    assert!(matches!(&ended.settled, Settled::Kept { why: said, .. } if *said == why));
    assert_eq!(ended.teardown.len(), 1);
    assert!(bench.is_in_engine(&outcome.identity));
    bench.assert_lock_free(&outcome, what);
    clean_up(&bench, &outcome, what).await;
}

/// Runs with several calls that go wrong, each in one of the ways.
async fn several(rules: &[(usize, usize)], code: u8) {
    let acts = [Act::Fail, Act::FailHalfway, Act::FailDone, Act::Stop];
    let rules: Vec<(At, Act)> = rules
        .iter()
        .map(|(number, act)| (At::Number(*number), acts[*act]))
        .collect();
    let what = format!("{rules:?}");
    let bench = Bench::new(&rules);
    let outcome = bench.run(code).await.unwrap();
    bench.assert_others_untouched(&outcome, &what);
    bench.assert_no_leak(&what);
    bench.assert_lock_free(&outcome, &what);
    if bench.is_in_engine(&outcome.identity) {
        let settled = &outcome.ended.as_ref().unwrap().settled;
        let why = KeptBecause::TeardownFailed;
        assert!(
            matches!(settled, Settled::Kept { why: said, .. } if *said == why),
            "{what}"
        );
    }
    clean_up(&bench, &outcome, &what).await;
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn whatever_goes_wrong_together_nothing_is_lost_sight_of(
        rules in prop::collection::vec((2..18_usize, 0..4_usize), 0..6),
        code in any::<u8>(),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(several(&rules, code));
    }
}

#[tokio::test]
async fn the_numbers_reach_every_call_of_a_run() {
    assert!(good_calls().await.len() < 18);
}

//! The choice of subnets, when others choose too.

use std::collections::BTreeSet;

use bottle_run::backend::BackendError;
use bottle_run::{Entropy, EntropyError, Fate, POOL, RunError, Running, SystemEntropy, check};
use bottle_state::NetworkCidrs;
use ipnet::Ipv4Net;
use tokio::sync::Barrier;

use crate::bench::{Bench, answers, session};
use crate::fake::{Fake, overlap};

/// Always the same bytes: two bottles with it begin at the same subnet.
struct Fixed;

impl Entropy for Fixed {
    fn fill(&mut self, buffer: &mut [u8]) -> Result<(), EntropyError> {
        buffer.fill(5);
        Ok(())
    }
}

/// How often a subnet is tried.
const TRIES: usize = 16;

#[tokio::test]
async fn a_taken_subnet_is_another_try() {
    for taken in [1, 7, TRIES - 1] {
        let what = format!("{taken} taken");
        let bench = Bench::new(&[]);
        bench.fake.look(|engine| engine.taken = taken);
        let outcome = bench.run(0).await.unwrap();
        bench.assert_gone(&outcome, &what);
        assert!(outcome.ended.unwrap().result.is_ok(), "{what}");
        let asked = bench.fake.look(|engine| engine.asked.clone());
        assert_eq!(asked.len(), taken + 2);
        let different: BTreeSet<Ipv4Net> = asked.iter().copied().collect();
        assert_eq!(different.len(), asked.len(), "{what}: {asked:?}");
        assert!(asked.iter().all(|subnet| POOL.contains(subnet)), "{what}");
    }
}

#[tokio::test]
async fn it_is_not_tried_for_ever() {
    for taken in [TRIES, usize::MAX] {
        let bench = Bench::new(&[]);
        bench.fake.look(|engine| engine.taken = taken);
        let outcome = bench.run(0).await.unwrap();
        bench.assert_gone(&outcome, "always taken");
        let error = outcome.ended.unwrap().result.unwrap_err();
        let asked = bench.fake.look(|engine| engine.asked.clone());
        assert_eq!(asked.len(), TRIES);
        let RunError::SubnetRace { tries, last } = error else {
            panic!("{error:?}");
        };
        assert_eq!((tries, Some(&last)), (TRIES, asked.last()));
    }
}

#[tokio::test]
async fn a_full_pool_is_said_before_anything_is_made() {
    let bench = Bench::new(&[]);
    bench.fake.look(|engine| engine.foreign.push(POOL));
    let outcome = bench.run(0).await.unwrap();
    bench.assert_gone(&outcome, "a full pool");
    let error = outcome.ended.unwrap().result.unwrap_err();
    assert!(matches!(error, RunError::NoSubnet), "{error:?}");
    assert!(bench.fake.look(|engine| engine.asked.is_empty()));
}

#[tokio::test]
async fn a_subnet_that_was_asked_for_is_used_or_refused() {
    let wanted: Ipv4Net = "10.213.80.80/28".parse().unwrap();
    for is_taken in [false, true] {
        let bench = Bench::new(&[]);
        let mut request = bench.request();
        request.upstream.egress_subnet = Some(wanted);
        let checked = check(&bench.fake, request, &mut SystemEntropy)
            .await
            .unwrap();
        // Where the choice of the other subnet begins.
        let prepared = checked.commit(&answers(), &mut Fixed).unwrap();
        let foreign = is_taken.then_some(wanted);
        bench.fake.look(|engine| engine.foreign.extend(foreign));
        let work = async |running: &Running<'_, Fake>| {
            let networks = &running.facts().networks;
            assert_eq!(networks.egress.subnet, wanted);
            assert!(!overlap(networks.internal.subnet, wanted));
            session(running, 0).await
        };
        let outcome = bench.finish(prepared, bench.conduct(), work).await;
        bench.assert_gone(&outcome, "a wish");
        let result = outcome.ended.unwrap().result;
        let refused = matches!(
            result,
            Err(RunError::Backend(BackendError::SubnetTaken { subnet })) if subnet == wanted
        );
        assert_eq!(refused, is_taken, "{result:?}");
    }
}

#[tokio::test]
async fn two_runs_at_once_get_different_names_and_subnets() {
    let bench = Bench::new(&[]);
    let both = Barrier::new(2);
    let run = async || {
        let checked = check(&bench.fake, bench.request(), &mut SystemEntropy)
            .await
            .unwrap();
        let prepared = checked.commit(&answers(), &mut Fixed).unwrap();
        let mut seen = None;
        let work = async |running: &Running<'_, Fake>| -> Result<(u8, Fate), RunError> {
            seen = Some(running.facts().clone());
            both.wait().await;
            let state = bench.home().state(running.identity());
            let metadata = state.metadata().unwrap().unwrap();
            let networks = &running.facts().networks;
            let expected = NetworkCidrs {
                internal: networks.internal.subnet,
                egress: networks.egress.subnet,
            };
            assert_eq!(metadata.networks, Some(expected));
            let code = session(running, 0).await;
            both.wait().await;
            code
        };
        let ended = prepared.run(bench.conduct(), work).await;
        assert!(ended.result.is_ok(), "{:?}", ended.result);
        assert!(!bench.is_in_engine(&ended.identity));
        seen.unwrap()
    };
    let (one, other) = tokio::join!(run(), run());
    assert_ne!(one.identity, other.identity);
    let subnets = [&one, &other]
        .map(|facts| [facts.networks.internal.subnet, facts.networks.egress.subnet])
        .concat();
    for (index, subnet) in subnets.iter().enumerate() {
        for later in &subnets[index + 1..] {
            assert!(!overlap(*subnet, *later), "{subnets:?}");
        }
    }
    assert!(bench.fake.look(|engine| engine.things.is_empty()));
    // They did meet: one asked for what the other had just taken.
    assert!(bench.fake.look(|engine| engine.asked.len()) > 4);
    assert!(bench.home().identities().unwrap().is_empty());
}

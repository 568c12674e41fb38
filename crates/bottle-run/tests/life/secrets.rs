//! Secret values go where they have to, and nowhere else.

use std::error::Error;

use bottle_core::{EnvName, Secret};
use bottle_run::{HostValues, RunError, SystemEntropy, check};
use serde_json::Value;

use crate::bench::{Bench, SENTINEL, answers, good_calls, plan, secret};
use crate::fake::{Act, At};

/// An error with everything that it carries.
fn told(error: &(dyn Error + 'static)) -> String {
    let mut text = format!("{error:?}");
    let mut next = Some(error);
    while let Some(error) = next {
        text.push_str(&error.to_string());
        next = error.source();
    }
    text
}

#[tokio::test]
async fn the_sidecars_get_the_tokens_and_the_session_the_rest() {
    let bench = Bench::new(&[]);
    let outcome = bench.run(0).await.unwrap();
    bench.assert_gone(&outcome, "a good run");
    let (handed, environments) = bench
        .fake
        .look(|engine| (engine.handed.clone(), engine.environments.clone()));
    let services: Vec<&str> = handed.iter().map(|(service, _)| service.as_str()).collect();
    // The scanner knows a value before the injector can send it.
    assert_eq!(services, ["pipelock", "egress"]);
    let documents: Vec<Value> = handed
        .iter()
        .map(|(_, document)| serde_json::from_str(document).unwrap())
        .collect();
    let known = &documents[0]["known"];
    assert_eq!(known[0]["value"], secret("TOKEN"));
    assert_eq!(known[0]["hosts"][0], "api.example.com");
    assert_eq!(known[0]["header"], "authorization");
    assert_eq!(documents[0]["slots"], serde_json::json!({}));
    let slots = documents[1]["slots"].as_object().unwrap();
    assert_eq!(
        slots.values().collect::<Vec<_>>(),
        [&Value::from(secret("TOKEN"))]
    );
    for (_, document) in &handed {
        assert!(!document.contains(&secret("OTHER")));
        assert!(!document.contains(&secret("ASKED")));
    }
    let environment: Vec<(&str, &str)> = environments[0]
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let (asked, other) = (secret("ASKED"), secret("OTHER"));
    assert_eq!(
        environment,
        [
            ("ASKED", asked.as_str()),
            ("FORWARDED", other.as_str()),
            ("TERM", "dumb"),
        ]
    );
}

/// Another program than ours knows nothing of the way in which values are handed over, and is told none.
#[tokio::test]
async fn another_scanner_gets_no_secret() {
    let bench = Bench::new(&[]);
    let mut request = bench.request();
    request.plan.pipelock.image = Some("pipelock:2".parse().unwrap());
    let checked = check(&bench.fake, request, &mut SystemEntropy)
        .await
        .unwrap();
    let prepared = checked.commit(&answers(), &mut SystemEntropy).unwrap();
    let work = async |running: &bottle_run::Running<'_, crate::fake::Fake>| {
        crate::bench::session(running, 0).await
    };
    let outcome = bench.finish(prepared, bench.conduct(), work).await;
    assert!(outcome.ended.unwrap().result.is_ok());
    let services: Vec<String> = bench.fake.look(|engine| {
        let handed = engine.handed.iter();
        handed.map(|(service, _)| service.clone()).collect()
    });
    assert_eq!(services, ["egress"]);
}

#[tokio::test]
async fn a_bottle_without_a_credential_hands_nothing_over() {
    let bench = Bench::new(&[]);
    let mut request = bench.request();
    request.plan.routes.clear();
    let checked = check(&bench.fake, request, &mut SystemEntropy)
        .await
        .unwrap();
    let prepared = checked.commit(&answers(), &mut SystemEntropy).unwrap();
    let work = async |running: &bottle_run::Running<'_, crate::fake::Fake>| {
        crate::bench::session(running, 0).await
    };
    let outcome = bench.finish(prepared, bench.conduct(), work).await;
    assert!(outcome.ended.unwrap().result.is_ok());
    assert!(bench.fake.look(|engine| engine.handed.is_empty()));
}

#[tokio::test]
async fn nothing_that_can_be_printed_holds_a_secret() {
    let bench = Bench::new(&[]);
    let request = bench.request();
    assert!(!format!("{request:?}").contains(SENTINEL));
    let checked = check(&bench.fake, request, &mut SystemEntropy)
        .await
        .unwrap();
    assert!(!format!("{checked:?}").contains(SENTINEL));
    assert!(!format!("{:?}", answers()).contains(SENTINEL));
    let prepared = checked.commit(&answers(), &mut SystemEntropy).unwrap();
    assert!(!format!("{prepared:?}").contains(SENTINEL));
    bench.assert_no_leak("prepared");
    let work = async |running: &bottle_run::Running<'_, crate::fake::Fake>| {
        let facts = running.facts();
        let printed = format!("{facts:?} {:?}", running.target("agent"));
        assert!(!printed.contains(SENTINEL));
        bench.assert_no_leak("running");
        crate::bench::session(running, 3).await
    };
    let outcome = bench.finish(prepared, bench.conduct(), work).await;
    assert!(!format!("{:?}", outcome.ended).contains(SENTINEL));
    bench.assert_gone(&outcome, "a failed session");
}

#[tokio::test]
async fn no_error_holds_a_secret() {
    for number in 0..good_calls().await.len() {
        let bench = Bench::new(&[(At::Number(number), Act::FailDone)]);
        let text = match bench.run(0).await {
            Err(error) => told(&error),
            Ok(outcome) => {
                let ended = outcome.ended.unwrap();
                let result = ended.result.as_ref();
                let result = result.err().map(|error: &RunError| told(error));
                let teardown: String = ended.teardown.iter().map(|error| told(error)).collect();
                format!("{ended:?}{result:?}{teardown}")
            }
        };
        assert!(!text.contains(SENTINEL), "call {number}: {text}");
        bench.assert_no_leak(&format!("call {number}"));
    }
}

#[tokio::test]
async fn a_value_that_cannot_be_used_is_named_and_not_shown() {
    let broken = format!("{SENTINEL}\r\nX-More: yes");
    assert!(!told(&Secret::new(broken.clone()).unwrap_err()).contains(SENTINEL));
    let bench = Bench::new(&[]);
    let mut request = bench.request();
    let look_up = |_: &EnvName| Ok(Some(broken.clone()));
    request.host_values = HostValues::gather(&plan(), look_up);
    assert!(!format!("{request:?}").contains(SENTINEL));
    let error = check(&bench.fake, request, &mut SystemEntropy)
        .await
        .unwrap_err();
    let text = told(&error);
    assert!(text.contains("TOKEN") && text.contains("OTHER"), "{text}");
    assert!(!text.contains(SENTINEL), "{text}");
}

//! What is granted, and what the operator is shown before.

use bottle_core::EnvName;
use bottle_egress::{Lease, TOO_WIDE};
use bottle_run::approval::{
    ApprovalError, Approved, CredentialCard, CredentialWish, Decision, Revocation, Standing,
    Subject, Wish,
};
use bottle_state::{AnswerVerdict, EgressAsk};
use serde_json::json;

use crate::engine::Trouble;
use crate::world::{World, docs_token, operator, yes};

fn codes(card: &bottle_run::approval::Card) -> Vec<&'static str> {
    card.refusals.iter().map(|each| each.code).collect()
}

#[tokio::test]
async fn a_new_host_is_open_when_the_agent_is_told_so() {
    let world = World::new();
    let subject = world.ask_host(1, "docs.example.test");
    let card = world.card(&subject, &Wish::default()).await;
    assert_eq!(card.standing, Standing::Pending);
    assert_eq!(
        card.effect,
        ["docs.example.test:443: any path, any method; before: nothing"]
    );
    assert_eq!(card.refusals, []);
    let lease = Lease {
        until: None,
        uses: Some(3.try_into().unwrap()),
    };
    let decision = Decision {
        lease,
        notes: "read only what you need".to_owned(),
        ..yes()
    };
    let approved = world.approve(&subject, &decision).await.unwrap();
    let Approved::Granted(grant) = approved else {
        panic!("{approved:?}");
    };
    assert_eq!((&grant.id, grant.lease), (&subject.id, lease));
    assert_eq!(world.table().grants(), [*grant]);
    assert!(world.scanner_has("docs.example.test"));
    let answer = world.answer(&subject).unwrap();
    assert_eq!(answer.verdict, AnswerVerdict::Approved);
    assert_eq!(answer.uses, Some(3));
    assert_eq!(answer.notes, "read only what you need");
    assert_eq!(answer.granted, None, "it is what was asked for");
    assert_eq!(
        *world.engine.asked.lock().unwrap(),
        ["pipelock /health", "egress /health"],
        "the scanner knows it first"
    );
    let lines = world.lines();
    assert_eq!(lines[0]["action"], "proposal.approved");
    assert_eq!(lines[0]["operator"]["user"], "me");
    let details = &lines[0]["details"];
    assert_eq!(details["shown"]["token"], card.token.as_str());
    assert_eq!(details["diff"]["added"][0]["host"], "docs.example.test");
    assert_eq!(details["lease"]["uses"], 3);
    assert_eq!(details["justification"], "because");
}

#[tokio::test]
async fn more_of_a_host_keeps_its_credential() {
    let world = World::new();
    let subject = world.ask(
        1,
        &json!({ "tool": "egress-block", "host": "api.example.test", "path_allowlist": ["/v2"],
            "auth": { "scheme": "Bearer", "token_ref": "OTHER_TOKEN" } }),
    );
    let card = world.card(&subject, &Wish::default()).await;
    assert!(matches!(card.credential, CredentialCard::Kept(_)));
    assert!(world.approve(&subject, &yes()).await.is_ok());
    let table = world.table();
    assert_eq!(table.routes()[0].path_allowlist.len(), 1, "the base stays");
    let granted = &table.grants()[0].route;
    assert_eq!(granted.auth, table.routes()[0].auth);
    let answer = world.answer(&subject).unwrap();
    assert_eq!(
        answer.granted.unwrap().auth,
        None,
        "another one is not given"
    );
    let wish = Wish {
        credential: CredentialWish::Granted,
        ..Wish::default()
    };
    let again = world.ask(
        2,
        &json!({ "tool": "egress-block", "host": "api.example.test", "path_allowlist": ["/v3"] }),
    );
    assert_eq!(codes(&world.card(&again, &wish).await), ["credential.kept"]);
}

#[tokio::test]
async fn a_credential_is_given_only_when_the_operator_says_so() {
    let world = World::new();
    let ask = json!({ "tool": "egress-block", "host": "docs.example.test",
        "auth": { "scheme": "token", "token_ref": "DOCS_TOKEN" } });
    let silent = world.ask(1, &ask);
    let card = world.card(&silent, &Wish::default()).await;
    let name: EnvName = "DOCS_TOKEN".parse().unwrap();
    assert!(
        matches!(&card.credential, CredentialCard::Withheld { token_ref, .. } if *token_ref == name)
    );
    world.approve(&silent, &yes()).await.unwrap();
    assert_eq!(world.table().grants()[0].route.auth, None);
    assert!(world.engine.handed.lock().unwrap().is_empty());

    let world = World::new();
    let subject = world.ask(2, &ask);
    let wish = Wish {
        credential: CredentialWish::Granted,
        ..Wish::default()
    };
    let without = Decision {
        wish: wish.clone(),
        ..yes()
    };
    let refused = world.approve(&subject, &without).await.unwrap_err();
    assert!(refused.is_invalid(), "{refused}");
    assert_eq!(world.answer(&subject), None);
    let decision = Decision {
        wish,
        value: Some(docs_token("a-value-of-docs")),
        ..yes()
    };
    world.approve(&subject, &decision).await.unwrap();
    let auth = world.table().grants()[0].route.auth.clone().unwrap();
    assert_eq!(auth.slot.to_string(), "EGRESS_TOKEN_1", "the next free one");
    let handed = world.engine.handed.lock().unwrap().clone();
    let services: Vec<&str> = handed.iter().map(|(service, _)| service.as_str()).collect();
    assert_eq!(
        services,
        ["pipelock", "git-gate", "egress"],
        "scanners first"
    );
    let known: serde_json::Value = serde_json::from_str(&handed[0].1).unwrap();
    assert_eq!(known["known"][0]["hosts"], json!(["docs.example.test"]));
    assert!(!handed[2].1.contains("docs.example.test"));
    let trail = world.lines().last().unwrap().to_string();
    assert!(trail.contains("DOCS_TOKEN") && !trail.contains("a-value-of-docs"));
    for path in ["egress/routes.yaml", "pipelock/pipelock.yaml"] {
        let text = world.file(path);
        assert!(!text.contains("a-value-of-docs") && !text.contains("DOCS_TOKEN"));
    }
}

#[tokio::test]
async fn less_than_was_asked_for_is_told_to_the_agent() {
    let world = World::new();
    let subject = world.ask_host(1, "docs.example.test");
    let less = EgressAsk {
        host: "docs.example.test".parse().unwrap(),
        path_allowlist: vec!["/api".parse().unwrap()],
        methods: ["GET".parse().unwrap()].into(),
        auth: None,
    };
    let wish = Wish {
        ask: Some(less.clone()),
        ..Wish::default()
    };
    let card = world.card(&subject, &wish).await;
    assert_eq!(card.instead, Some(less.clone()));
    let decision = Decision { wish, ..yes() };
    world.approve(&subject, &decision).await.unwrap();
    assert_eq!(
        world.table().grants()[0].route.path_allowlist,
        less.path_allowlist
    );
    assert_eq!(world.answer(&subject).unwrap().granted, Some(less));
}

#[tokio::test]
async fn what_is_too_wide_or_nothing_is_refused_by_itself() {
    let world = World::new();
    for (number, (host, code)) in [
        ("*.github.io", TOO_WIDE),
        ("metadata.google.internal", TOO_WIDE),
        ("pipelock", TOO_WIDE),
        ("printer.local", TOO_WIDE),
    ]
    .into_iter()
    .enumerate()
    {
        let subject = world.ask_host(u32::try_from(number).unwrap(), host);
        assert_eq!(codes(&world.card(&subject, &Wish::default()).await), [code]);
        let refused = world.approve(&subject, &yes()).await.unwrap_err();
        assert!(refused.is_no(), "{refused}");
        world.waits(&subject, host.trim_start_matches("*."));
    }
    let subject = world.ask(
        9,
        &json!({ "tool": "egress-block", "host": "api.example.test", "path_allowlist": ["/v1/x"] }),
    );
    let card = world.card(&subject, &Wish::default()).await;
    assert_eq!(codes(&card), ["approval.nothing_new"]);
    assert!(world.trail().is_empty(), "nothing was decided");
}

#[tokio::test]
async fn the_scanner_mirrors_egress_and_no_more() {
    let world = World::new();
    let ask = |url: &str| json!({ "tool": "pipelock-block", "failed_url": url });
    let foreign = world.ask(1, &ask("https://docs.example.test/x"));
    let there = world.ask(2, &ask("https://api.example.test/v1"));
    let address = world.ask(3, &ask("https://10.0.0.1/"));
    for (subject, code) in [
        (&foreign, "approval.egress_first"),
        (&there, "approval.nothing_new"),
        (&address, TOO_WIDE),
    ] {
        assert_eq!(codes(&world.card(subject, &Wish::default()).await), [code]);
    }
    // As if somebody had taken it out of the list.
    let path = world
        .home
        .state(&world.identity)
        .path()
        .join("pipelock/pipelock.yaml");
    let text = world.file("pipelock/pipelock.yaml");
    std::fs::write(path, text.replace("api.example.test", "other.example.test")).unwrap();
    assert!(!world.scanner_has("api.example.test"));
    let leased = Decision {
        lease: Lease {
            until: None,
            uses: Some(1.try_into().unwrap()),
        },
        ..yes()
    };
    assert!(
        world
            .approve(&there, &leased)
            .await
            .unwrap_err()
            .is_invalid()
    );
    let approved = world.approve(&there, &yes()).await.unwrap();
    assert_eq!(approved, Approved::Mirrored);
    assert!(world.scanner_has("api.example.test"));
    assert!(!world.scanner_has("other.example.test"));
}

#[tokio::test]
async fn another_image_is_for_bottles_that_are_kept_too() {
    let world = World::new();
    world.engine.trouble(Some(Trouble::Stopped));
    let ask = |text: &str| json!({ "tool": "capability-block", "dockerfile": text });
    let subject = world.ask(1, &ask("FROM debian:1\nRUN true\n"));
    let card = world.card(&subject, &Wish::default()).await;
    assert_eq!(card.standing, Standing::Stale);
    assert_eq!(card.refusals, []);
    let approved = world.approve(&subject, &yes()).await.unwrap();
    assert_eq!(approved, Approved::Rebuilt);
    assert_eq!(world.file("Dockerfile"), "FROM debian:1\nRUN true\n");
    assert!(world.answer(&subject).is_some());
    let subject = world.ask(2, &ask("FROM missing:1\n"));
    let card = world.card(&subject, &Wish::default()).await;
    assert_eq!(codes(&card), ["approval.dockerfile"]);
    assert!(world.approve(&subject, &yes()).await.unwrap_err().is_no());
    assert_eq!(world.answer(&subject), None);
}

#[tokio::test]
async fn a_bottle_that_runs_no_more_is_granted_nothing() {
    let world = World::new();
    world.engine.trouble(Some(Trouble::Stopped));
    let subject = world.ask_host(1, "docs.example.test");
    let card = world.card(&subject, &Wish::default()).await;
    assert_eq!(card.standing, Standing::Stale);
    assert_eq!(codes(&card), ["approval.not_running"]);
    assert!(world.approve(&subject, &yes()).await.unwrap_err().is_no());
    world.waits(&subject, "docs.example.test");
    let desk = bottle_run::approval::Approvals::<crate::engine::Engine>::new(&world.home, None);
    let card = desk.review(&subject, &Wish::default()).await.unwrap();
    assert_eq!(card.standing, Standing::Unknown);
    assert_eq!(codes(&card), ["approval.no_engine"]);
}

#[tokio::test]
async fn what_was_refused_is_counted_and_less_is_offered() {
    let world = World::new();
    let line = |path: &str| {
        let record = json!({
            "time": "2026-05-25T23:16:00.000Z", "event": "request", "service": "egress", "method": "GET",
            "scheme": "https", "host": "docs.example.test", "port": 443, "path": path, "verdict": "deny",
            "code": "host.not_allowed", "rule": null, "status": 403,
        });
        format!("egress | 2026-05-25T23:16:00.1Z {record}\n")
    };
    let logs = line("/api/one") + &line("/api/two") + &line("/api/two");
    *world.engine.logs.lock().unwrap() = logs;
    let subject = world.ask_host(1, "docs.example.test");
    let card = world.card(&subject, &Wish::default()).await;
    let past = card.history.unwrap();
    assert_eq!((past.refused.denied, past.refused.would_allow), (3, 3));
    let less = past.narrower.unwrap();
    assert_eq!(less.host.to_string(), "docs.example.test");
    assert_eq!(less.methods.len(), 1);
    assert!(!less.path_allowlist.is_empty());
    let wish = Wish {
        ask: Some(less.clone()),
        ..Wish::default()
    };
    let card = world.card(&subject, &wish).await;
    assert_eq!(card.history.unwrap().narrower, None, "nothing less does");
    let other = world.ask_host(2, "www.example.test");
    let card = world.card(&other, &Wish::default()).await;
    let past = card.history.unwrap();
    assert_eq!((past.refused.would_allow, past.narrower), (0, None));
}

fn with_credential(number: u32, world: &World) -> (Subject, Decision) {
    let host = format!("docs{number}.example.test");
    let ask = json!({ "tool": "egress-block", "host": host,
        "auth": { "scheme": "Bearer", "token_ref": "DOCS_TOKEN" } });
    let wish = Wish {
        credential: CredentialWish::Granted,
        ..Wish::default()
    };
    let decision = Decision {
        wish,
        value: Some(docs_token("a-value-of-docs")),
        ..yes()
    };
    (world.ask(number, &ask), decision)
}

#[tokio::test]
async fn what_is_wished_is_part_of_what_was_shown() {
    let world = World::new();
    let (subject, decision) = with_credential(1, &world);
    // Shown without the credential, and narrower: neither is a yes to this.
    let narrower = Wish {
        ask: Some(EgressAsk {
            host: "docs1.example.test".parse().unwrap(),
            path_allowlist: vec!["/api".parse().unwrap()],
            methods: ["GET".parse().unwrap()].into(),
            auth: None,
        }),
        ..Wish::default()
    };
    for shown in [Wish::default(), narrower] {
        let token = world.card(&subject, &shown).await.token;
        let error = world.desk().approve(&subject, &token, &decision).await;
        let error = error.unwrap_err();
        assert!(matches!(error, ApprovalError::Changed { .. }), "{error}");
    }
    // The value of a variable that the card does not name goes nowhere.
    let mut other = decision.clone();
    other.value.as_mut().unwrap().token_ref = "CLOUD_KEY".parse().unwrap();
    let error = world.approve(&subject, &other).await.unwrap_err();
    assert!(matches!(error, ApprovalError::NoValue), "{error}");
    assert!(world.engine.handed.lock().unwrap().is_empty());
    assert!(world.trail().is_empty());
    world.approve(&subject, &decision).await.unwrap();
}

#[tokio::test]
async fn no_value_takes_the_place_of_one_that_was_sent() {
    let world = World::new();
    let mut slots = Vec::new();
    for number in [1, 2] {
        let (subject, decision) = with_credential(number, &world);
        world.approve(&subject, &decision).await.unwrap();
        let auth = world.table().grants()[0].route.auth.clone().unwrap();
        slots.push(auth.slot.to_string());
        let which = Revocation::Grant(subject.id.clone());
        let why = ("enough", &operator());
        let desk = world.desk();
        desk.revoke(&world.identity, &which, why).await.unwrap();
        assert!(world.table().grants().is_empty());
    }
    assert_eq!(slots, ["EGRESS_TOKEN_1", "EGRESS_TOKEN_2"]);
}

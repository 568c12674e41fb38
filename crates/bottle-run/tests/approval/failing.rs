//! Whatever fails on the way, the proposal waits and nothing is open.

use bottle_egress::{Grant, Lease, Route};
use bottle_run::approval::{ApprovalError, Approvals, CredentialWish, Decision, Wish};
use bottle_state::{AnswerVerdict, QueueError};
use serde_json::json;

use crate::engine::{Engine, Trouble};
use crate::world::{World, docs_token, operator, yes};

#[tokio::test]
async fn a_decision_that_cannot_be_noted_is_not_made() {
    let world = World::new();
    let subject = world.ask_host(1, "docs.example.test");
    let audit = world.home.audit(&world.identity);
    std::fs::create_dir_all(audit.path()).unwrap();
    let error = world.approve(&subject, &yes()).await.unwrap_err();
    assert!(matches!(error, ApprovalError::Audit(_)), "{error}");
    world.waits(&subject, "docs.example.test");
    let rejected = world.desk().reject(&subject, "no", &operator()).await;
    assert!(matches!(rejected, Err(ApprovalError::Audit(_))));
    world.waits(&subject, "docs.example.test");
    std::fs::remove_dir(audit.path()).unwrap();
    std::fs::write(audit.path(), "a line of somebody else\n").unwrap();
    let error = world.approve(&subject, &yes()).await.unwrap_err();
    assert!(matches!(error, ApprovalError::Audit(_)), "{error}");
    world.waits(&subject, "docs.example.test");
    std::fs::remove_file(audit.path()).unwrap();
    assert!(world.approve(&subject, &yes()).await.is_ok());
}

/// A proxy that does not go by its new file: all is taken back.
async fn stuck(service: &'static str) {
    let world = World::new();
    let subject = world.ask_host(1, "docs.example.test");
    world.engine.trouble(Some(Trouble::Stuck(service)));
    let error = world.approve(&subject, &yes()).await.unwrap_err();
    let ApprovalError::NotApplied {
        taken_back, source, ..
    } = error
    else {
        panic!("{error}");
    };
    assert!(taken_back);
    assert!(source.to_string().starts_with(service), "{source}");
    world.waits(&subject, "docs.example.test");
    assert_eq!(world.trail(), ["proposal.approved", "proposal.failed"]);
    let line = world.lines()[1]["details"].clone();
    assert_eq!(line["taken_back"], true);
    world.engine.trouble(None);
    assert!(world.approve(&subject, &yes()).await.is_ok());
}

#[tokio::test]
async fn a_scanner_that_is_not_reloaded_opens_nothing() {
    stuck("pipelock").await;
}

#[tokio::test]
async fn an_egress_that_is_not_reloaded_opens_nothing() {
    stuck("egress").await;
}

#[tokio::test]
async fn a_value_that_nobody_takes_opens_nothing() {
    let world = World::new();
    let ask = json!({ "tool": "egress-block", "host": "docs.example.test",
        "auth": { "scheme": "Bearer", "token_ref": "DOCS_TOKEN" } });
    let subject = world.ask(1, &ask);
    let decision = Decision {
        wish: Wish {
            credential: CredentialWish::Granted,
            ..Wish::default()
        },
        value: Some(docs_token("a-value-of-docs")),
        ..yes()
    };
    world.engine.trouble(Some(Trouble::NoValues));
    let error = world.approve(&subject, &decision).await.unwrap_err();
    assert!(
        matches!(
            error,
            ApprovalError::NotApplied {
                taken_back: true,
                ..
            }
        ),
        "{error}"
    );
    world.waits(&subject, "docs.example.test");
    let asked = world.engine.asked.lock().unwrap().clone();
    assert_eq!(asked[0], "pipelock /health");
}

#[tokio::test]
async fn an_answer_that_lost_the_race_is_taken_back() {
    let world = World::new();
    let subject = world.ask_host(1, "docs.example.test");
    let (queue, id) = (world.queue(), subject.id.clone());
    // Somebody writes an answer although another holds the lock.
    world.engine.when_asked("egress", move || {
        let path = queue.path().join(format!("answers/{id}.json"));
        let answer = json!({ "version": 1, "proposal": id, "answered": "2026-05-25T23:16:00Z",
            "verdict": "rejected", "notes": "no" });
        std::fs::write(path, answer.to_string()).unwrap();
    });
    let error = world.approve(&subject, &yes()).await.unwrap_err();
    let ApprovalError::Queue(QueueError::AlreadyAnswered { answer, .. }) = error else {
        panic!("{error}");
    };
    assert_eq!(answer.unwrap().verdict, AnswerVerdict::Rejected);
    assert!(world.table().grants().is_empty());
    assert!(!world.scanner_has("docs.example.test"));
    assert_eq!(world.trail(), ["proposal.approved", "proposal.failed"]);
}

#[tokio::test]
async fn what_was_not_shown_is_not_approved() {
    let world = World::new();
    let subject = world.ask_host(1, "docs.example.test");
    let token = world.token(&subject).await;
    let desk = world.desk();
    // Another host under the same name.
    world.ask_host(1, "evil.example.test");
    let error = desk.approve(&subject, &token, &yes()).await.unwrap_err();
    let ApprovalError::Changed { card } = error else {
        panic!("{error}");
    };
    assert!(card.effect[0].starts_with("evil.example.test"));
    world.waits(&subject, "evil.example.test");
    // The same, and another table.
    world.ask_host(1, "docs.example.test");
    let other = world.ask_host(2, "www.example.test");
    world.approve(&other, &yes()).await.unwrap();
    let error = desk.approve(&subject, &token, &yes()).await.unwrap_err();
    assert!(matches!(error, ApprovalError::Changed { .. }), "{error}");
    // What is there now may be approved as it is now.
    assert!(world.approve(&subject, &yes()).await.is_ok());
    assert_eq!(world.table().grants().len(), 2);
}

#[tokio::test]
async fn a_lease_that_is_over_and_a_note_without_end_are_refused() {
    let world = World::new();
    let subject = world.ask_host(1, "docs.example.test");
    let lease = Lease {
        until: Some(1),
        uses: None,
    };
    for decision in [
        Decision { lease, ..yes() },
        Decision {
            notes: "x".repeat(5000),
            ..yes()
        },
    ] {
        let error = world.approve(&subject, &decision).await.unwrap_err();
        assert!(error.is_invalid(), "{error}");
    }
    for reason in ["", " ", &"x".repeat(5000)] {
        let error = world.desk().reject(&subject, reason, &operator()).await;
        assert!(error.unwrap_err().is_invalid());
    }
    world.waits(&subject, "docs.example.test");
    assert!(world.trail().is_empty());
}

/// What a process leaves that is killed between opening and answering.
fn leave_open(world: &World, subject: &bottle_run::approval::Subject) {
    let grant = Grant {
        id: subject.id.clone(),
        route: Route::bare("docs.example.test".parse().unwrap()),
        lease: Lease::default(),
    };
    let grants = bottle_egress::Grants::new([grant]).unwrap();
    let text = world.table().with_grants(grants).to_yaml().unwrap();
    let path = world
        .home
        .state(&world.identity)
        .path()
        .join("egress/routes.yaml");
    std::fs::write(path, text).unwrap();
}

#[tokio::test]
async fn what_was_left_open_is_said_and_can_be_finished_or_closed() {
    let world = World::new();
    for number in [1, 2] {
        let subject = world.ask_host(number, "docs.example.test");
        leave_open(&world, &subject);
        let card = world.card(&subject, &Wish::default()).await;
        let mut codes = card.warnings.iter().map(|each| each.code);
        assert!(codes.any(|code| code == "grant.unfinished"));
        if number == 1 {
            // Nobody who can end it is there.
            let alone: Approvals<'_, Engine> = Approvals::new(&world.home, None);
            let error = alone.reject(&subject, "no", &operator()).await.unwrap_err();
            assert!(matches!(error, ApprovalError::NoEngine), "{error}");
            assert_eq!(world.answer(&subject), None);
            assert!(world.trail().is_empty());
            world
                .desk()
                .reject(&subject, "no", &operator())
                .await
                .unwrap();
            assert!(world.table().grants().is_empty());
        } else {
            world.approve(&subject, &yes()).await.unwrap();
            assert_eq!(world.table().grants().len(), 1);
            assert!(world.scanner_has("docs.example.test"));
        }
    }
}

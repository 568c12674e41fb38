//! What was granted, taken back.

use bottle_run::approval::{ApprovalError, Revocation, Rules};
use bottle_state::AnswerVerdict;

use crate::engine::Trouble;
use crate::world::{World, operator, yes};

#[tokio::test]
async fn what_is_taken_back_is_closed_and_noted() {
    let world = World::new();
    let subject = world.ask_host(1, "docs.example.test");
    let other = world.ask_host(2, "www.example.test");
    for each in [&subject, &other] {
        world.approve(each, &yes()).await.unwrap();
    }
    world.engine.asked.lock().unwrap().clear();
    let desk = world.desk();
    let (reason, me) = ("enough", operator());
    let which = Revocation::Grant(subject.id.clone());
    let gone = desk.revoke(&world.identity, &which, (reason, &me)).await;
    assert_eq!(gone.unwrap().grants[0].id, subject.id);
    assert_eq!(world.table().grants().len(), 1);
    assert!(!world.scanner_has("docs.example.test"));
    assert_eq!(
        *world.engine.asked.lock().unwrap(),
        ["egress /health", "pipelock /health"],
        "egress closes first"
    );
    let hosts = Revocation::Hosts("www.example.test".parse().unwrap());
    desk.revoke(&world.identity, &hosts, (reason, &me))
        .await
        .unwrap();
    assert!(!world.scanner_has("www.example.test"));
    assert!(
        world.scanner_has("api.example.test"),
        "the manifest's stays"
    );
    let error = desk.revoke(&world.identity, &hosts, (reason, &me)).await;
    assert!(matches!(error, Err(ApprovalError::NoGrant { .. })));
    assert_eq!(world.trail()[2..], ["grant.revoked", "grant.revoked"]);
    let line = &world.lines()[2]["details"];
    assert_eq!(line["diff"]["removed"][0]["host"], "docs.example.test");
    assert_eq!(line["reason"], "enough");
}

#[tokio::test]
async fn a_trail_that_cannot_be_written_keeps_nothing_open() {
    let world = World::new();
    let subject = world.ask_host(1, "docs.example.test");
    world.approve(&subject, &yes()).await.unwrap();
    std::fs::write(world.home.audit(&world.identity).path(), "x").unwrap();
    let which = Revocation::Grant(subject.id.clone());
    let revoked = world
        .desk()
        .revoke(&world.identity, &which, ("", &operator()))
        .await;
    assert!(matches!(revoked, Err(ApprovalError::Unnoted(_))));
    assert!(world.table().grants().is_empty());
}

#[tokio::test]
async fn rules_are_those_in_force() {
    let world = World::new();
    let rules = world.desk().rules(&world.identity).await.unwrap();
    assert!(matches!(rules, Rules::Live(rules) if rules[0]["origin"] == "manifest"));
    world.engine.trouble(Some(Trouble::Stopped));
    let rules = world.desk().rules(&world.identity).await.unwrap();
    assert!(matches!(rules, Rules::Kept(rules) if rules[0]["host"] == "api.example.test"));
    let nobody = "dev-zzzzz".parse().unwrap();
    assert!(world.desk().rules(&nobody).await.is_err());
}

#[tokio::test]
async fn a_rejection_is_told_and_noted() {
    let world = World::new();
    let subject = world.ask_host(1, "docs.example.test");
    let desk = world.desk();
    desk.reject(&subject, "use the mirror", &operator())
        .await
        .unwrap();
    let answer = world.answer(&subject).unwrap();
    assert_eq!(answer.verdict, AnswerVerdict::Rejected);
    assert_eq!(answer.notes, "use the mirror");
    assert_eq!(world.trail(), ["proposal.rejected"]);
    assert!(world.table().grants().is_empty());
}

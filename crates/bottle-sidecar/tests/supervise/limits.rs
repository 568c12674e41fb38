//! So many, and no more.

use serde_json::{Value, json};

use super::world::World;

/// As the service has them.
const MAX_PENDING: usize = 20;
const MAX_PER_HOUR: usize = 200;

#[test]
fn so_many_wait_and_an_answer_makes_room() {
    let mut world = World::new();
    let ids: Vec<Value> = (0..MAX_PENDING)
        .map(|number| world.ask_for(&format!("h{number}.test"))["id"].clone())
        .collect();
    let one_more = json!({"host": "more.test", "justification": "x"});
    for _ in 0..2 {
        let said = world.failed("egress-block", &one_more);
        assert!(
            said.contains("20 proposals") && said.contains("when one of them is answered"),
            "{said}"
        );
        assert_eq!(world.proposals().len(), MAX_PENDING);
        world.restart();
    }
    // What waits is told; other tools go on.
    assert_eq!(world.ask_for("h3.test")["id"], ids[3]);
    world.decide(ids[5].as_str().unwrap(), "rejected", "no");
    assert_eq!(world.fine("egress-block", &one_more)["status"], "pending");
}

#[test]
fn an_hour_takes_so_many_and_says_when_again() {
    let mut world = World::new();
    for number in 0..MAX_PER_HOUR {
        let id = world.ask_for(&format!("h{number}.test"))["id"].clone();
        world.decide(id.as_str().unwrap(), "rejected", "no");
    }
    world.restart();
    let said = world.failed(
        "egress-block",
        &json!({"host": "more.test", "justification": "x"}),
    );
    assert!(
        said.contains("200 proposals") && said.contains("seconds"),
        "{said}"
    );
    assert_eq!(world.proposals().len(), MAX_PER_HOUR);
    // An hour later, by the files.
    for mut proposal in world.proposals() {
        let path = world.path(&format!(
            "proposals/{}.json",
            proposal["id"].as_str().unwrap()
        ));
        proposal["created"] = json!("2026-05-25T23:16:00Z");
        std::fs::write(path, proposal.to_string()).unwrap();
    }
    world.restart();
    assert_eq!(world.ask_for("more.test")["status"], "pending");
}

#[test]
fn only_so_many_are_kept_and_what_waits_stays() {
    let mut world = World::new();
    let waits = world.ask_for("waits.test")["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let old = world.ask_for("old.test")["id"].as_str().unwrap().to_owned();
    let text =
        |id: &str| std::fs::read_to_string(world.path(&format!("proposals/{id}.json"))).unwrap();
    let template: Value = serde_json::from_str(&text(&old)).unwrap();
    for number in 0..998 {
        let mut copy = template.clone();
        let id = format!("b{number:09}");
        copy["id"] = json!(id);
        copy["created"] = json!("2026-05-25T23:16:00Z");
        copy["ask"]["host"] = json!(format!("h{number}.test"));
        std::fs::write(
            world.path(&format!("proposals/{id}.json")),
            copy.to_string(),
        )
        .unwrap();
        world.decide(&id, "rejected", "no");
    }
    world.restart();
    assert_eq!(world.proposals().len(), 1000);
    let fresh = world.ask_for("fresh.test")["id"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(world.proposals().len(), 1000);
    for id in [&waits, &old, &fresh] {
        assert_eq!(
            world.fine("proposal-status", &json!({"id": id}))["status"],
            "pending"
        );
    }
    let said = world.failed("proposal-status", &json!({"id": "b000000000"}));
    assert!(said.contains("no proposal b000000000"), "{said}");
}

#[test]
fn what_is_asked_has_a_size() {
    let world = World::new();
    for (tool, arguments, part) in [
        (
            "egress-block",
            json!({"host": "a.test", "justification": "x".repeat(4097)}),
            "`justification` is too long",
        ),
        (
            "capability-block",
            json!({"dockerfile": format!("FROM a\n{}", "#".repeat(64 * 1024)), "justification": "x"}),
            "`dockerfile` is too long",
        ),
        (
            "egress-block",
            json!({"host": "a.test", "path_allowlist": vec!["/x"; 33], "justification": "x"}),
            "has 33 items",
        ),
        (
            "egress-block",
            json!({"host": "*", "justification": "x"}),
            "`host` is not right",
        ),
        (
            "egress-block",
            json!({"host": "169.254.169.254", "justification": "x"}),
            "`host` is not right",
        ),
    ] {
        let said = world.failed(tool, &arguments);
        assert!(said.contains(part), "{said}");
    }
    assert_eq!(world.proposals().len(), 0);
    let most = json!({"host": "a.test", "justification": "\u{1}".repeat(4096)});
    assert_eq!(world.fine("egress-block", &most)["status"], "pending");
    let file = format!("FROM a\n{}", "\"".repeat(64 * 1024 - 7));
    let most = json!({"dockerfile": file, "justification": "x"});
    let id = world.fine("capability-block", &most)["id"].clone();
    assert_eq!(
        world.fine("proposal-status", &json!({"id": id}))["status"],
        "pending"
    );
}

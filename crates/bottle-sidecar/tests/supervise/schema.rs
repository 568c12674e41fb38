//! Every line of the log is what `docs/decision-log.schema.json` says, and nothing that an agent wrote is in it.

use serde_json::json;

use super::shared_schema::Schema;
use super::world::World;

#[test]
fn every_kind_of_line_fits() {
    let schema = Schema::read();
    let world = World::new();
    let id = world.ask_for("needle.test")["id"]
        .as_str()
        .unwrap()
        .to_owned();
    world.decide(&id, "approved", "needle");
    world.ask_for("needle.test");
    world.fine("proposal-status", &json!({"id": id}));
    world.failed("proposal-status", &json!({"id": "needle1234"}));
    world.failed("egress-block", &json!({"needle": "needle\n{}"}));
    world.failed("list-egress-routes", &json!({}));
    world.ask("tools/call", &json!({"name": "needle", "arguments": {}}));
    let other = world.ask_for("needle.example")["id"]
        .as_str()
        .unwrap()
        .to_owned();
    world.decide(&other, "rejected", "needle");
    world.ask_for("needle.example");
    let lines = world.wait_for_decisions(8);
    schema.takes(&lines);
    let hello = json!({
        "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "needle", "version": "needle"},
    });
    world.ask("initialize", &hello);
    world.ask("needle", &json!({"needle": "needle"}));
    let said = world.said();
    assert!(
        said.contains("supervise listens") && !said.contains("needle"),
        "{said}"
    );
    let status: Vec<&str> = lines
        .iter()
        .map(|line| line["status"].as_str().unwrap())
        .collect();
    assert_eq!(
        status,
        [
            "pending", "approved", "approved", "invalid", "invalid", "failed", "pending",
            "rejected"
        ]
    );
    for line in &lines {
        assert!(!line.to_string().contains("needle"), "{line}");
        assert_eq!(line["identity"], "dev-x7k2q");
    }
}

#[test]
fn lines_of_other_shapes_are_refused() {
    let schema = Schema::read();
    let world = World::new();
    world.ask_for("a.test");
    let line = world.wait_for_decisions(1).remove(0);
    assert!(schema.is_taken(&line));
    for (key, wrong) in [
        ("event", json!("request")),
        ("service", json!("egress")),
        ("status", json!("maybe")),
        ("tool", json!("shell")),
        ("id", json!("../x")),
        ("host", json!("a.test")),
    ] {
        let mut line = line.clone();
        line[key] = wrong;
        assert!(!schema.is_taken(&line), "{key}");
    }
}

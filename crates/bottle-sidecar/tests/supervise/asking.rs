//! Asking, waiting, being answered.

use std::io::Write as _;
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::world::{World, read_answer};

#[test]
fn every_tool_that_asks_writes_what_was_asked() {
    let world = World::new();
    let egress = json!({
        "host": "API.example.test",
        "path_allowlist": ["/v1/models"],
        "methods": ["get"],
        "auth": {"scheme": "Bearer", "token_ref": "API_TOKEN"},
        "justification": "the task needs the list\u{1b}[2J\u{202e}",
    });
    let first = world.fine("egress-block", &egress);
    assert_eq!(first["status"], "pending");
    assert!(first["notes"].as_str().unwrap().contains("proposal-status"));
    let url = json!({"failed_url": "https://pypi.test/simple/?q=1", "justification": "b"});
    let second = world.fine("pipelock-block", &url);
    let file = json!({"dockerfile": "FROM bottle-agent\nRUN true\n", "justification": "c"});
    let third = world.fine("capability-block", &file);
    let found = |id: &Value| {
        let all = world.proposals();
        all.into_iter()
            .find(|proposal| proposal["id"] == *id)
            .unwrap()
    };
    let one = found(&first["id"]);
    assert_eq!(one["identity"], "dev-x7k2q");
    assert_eq!(one["justification"], egress["justification"]);
    assert_eq!(
        one["ask"],
        json!({
            "tool": "egress-block",
            "host": "api.example.test",
            "path_allowlist": ["/v1/models"],
            "methods": ["GET"],
            "auth": {"scheme": "Bearer", "token_ref": "API_TOKEN"},
        })
    );
    assert_eq!(found(&second["id"])["ask"]["failed_url"], url["failed_url"]);
    assert_eq!(found(&third["id"])["ask"]["dockerfile"], file["dockerfile"]);
    assert_eq!(world.proposals().len(), 3);
}

#[test]
fn a_call_waits_and_gets_the_answer_as_soon_as_it_is_there() {
    let world = World::waiting(30);
    thread::scope(|scope| {
        let call = scope.spawn(|| (world.ask_for("a.test"), Instant::now()));
        let id = world.wait_for_proposal();
        thread::sleep(Duration::from_millis(300));
        assert!(!call.is_finished());
        let since = Instant::now();
        world.answer(
            &id,
            &json!({
                "version": 1, "proposal": id, "answered": "2026-05-25T23:16:00Z", "verdict": "approved",
                "notes": "only the docs", "until": 1_779_751_860, "uses": 3,
                "granted": {"host": "a.test", "path_allowlist": ["/docs"], "methods": ["GET"]},
            }),
        );
        let (told, when) = call.join().unwrap();
        assert!(
            when.duration_since(since) < Duration::from_millis(900),
            "by notice, not by looking"
        );
        assert_eq!(
            told,
            json!({
                "status": "approved", "id": id, "notes": "only the docs", "until": "2026-05-25T23:31:00Z", "uses": 3,
                "granted": {"host": "a.test", "path_allowlist": ["/docs"], "methods": ["GET"]},
            })
        );
    });
}

#[test]
fn what_nobody_answers_is_pending_and_told_later() {
    let world = World::waiting(1);
    let since = Instant::now();
    let told = world.ask_for("a.test");
    assert!(since.elapsed() >= Duration::from_secs(1));
    assert_eq!(told["status"], "pending");
    let id = told["id"].as_str().unwrap();
    let status = || world.fine("proposal-status", &json!({"id": id}));
    assert_eq!(status()["status"], "pending");
    world.decide(id, "rejected", "use the mirror");
    assert_eq!(
        status(),
        json!({"status": "rejected", "id": id, "notes": "use the mirror"})
    );
}

#[test]
fn a_client_that_goes_away_leaves_what_it_asked() {
    let world = World::waiting(30);
    let arguments = json!({"host": "a.test", "justification": "x"});
    let body = json!({
        "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "egress-block", "arguments": arguments},
    });
    let body = body.to_string();
    let mut stream = TcpStream::connect(world.address).unwrap();
    let length = body.len();
    let head = format!(
        "POST / HTTP/1.1\r\nHost: supervise\r\nContent-Type: application/json\r\nContent-Length: {length}"
    );
    write!(stream, "{head}\r\n\r\n{body}").unwrap();
    let id = world.wait_for_proposal();
    drop(stream);
    // The call ends with its client, long before its wait.
    let line = world.wait_for_decisions(1).remove(0);
    assert_eq!(
        (&line["status"], &line["id"]),
        (&json!("pending"), &json!(id))
    );
    assert!(line["duration_ms"].as_u64().unwrap() < 20_000, "{line}");
    assert_eq!(
        world.fine("proposal-status", &json!({"id": id}))["status"],
        "pending"
    );
    world.decide(&id, "approved", "");
    assert_eq!(
        world.fine("proposal-status", &json!({"id": id}))["status"],
        "approved"
    );
}

#[test]
fn a_connection_serves_several_calls() {
    let world = World::new();
    let mut stream = TcpStream::connect(world.address).unwrap();
    let body = r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;
    let head = "POST / HTTP/1.1\r\nHost: supervise\r\nContent-Type: application/json\r\n";
    let length = body.len();
    write!(stream, "{head}Content-Length: {length}\r\n\r\n{body}").unwrap();
    write!(
        stream,
        "{head}Connection: close\r\nContent-Length: {length}\r\n\r\n{body}"
    )
    .unwrap();
    let answer = read_answer(&mut stream);
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.body.matches(r#""result":{}"#).count(),
        2,
        "{answer:?}"
    );
}

#[test]
fn the_same_is_asked_once() {
    let world = World::new();
    let first = world.ask_for("a.test");
    let again = world.fine(
        "egress-block",
        &json!({"host": "A.test.", "justification": "please!"}),
    );
    assert_eq!(again["id"], first["id"]);
    assert_eq!(world.proposals().len(), 1);
    assert_ne!(world.ask_for("b.test")["id"], first["id"]);
    let id = first["id"].as_str().unwrap();
    world.decide(id, "rejected", "no");
    let told = world.ask_for("a.test");
    assert_eq!(
        (&told["id"], &told["status"]),
        (&first["id"], &json!("rejected"))
    );
    assert_eq!(world.proposals().len(), 2);
    // What was answered long ago may be asked again.
    world.answer(
        id,
        &json!({
            "version": 1, "proposal": id, "answered": "2026-05-25T23:16:00Z", "verdict": "rejected", "notes": "no",
        }),
    );
    let mut world = world;
    world.restart();
    assert_ne!(world.ask_for("a.test")["id"], first["id"]);
}

#[test]
fn a_restart_loses_nothing() {
    let mut world = World::new();
    let told = world.ask_for("a.test");
    let id = told["id"].as_str().unwrap();
    world.restart();
    assert_eq!(
        world.fine("proposal-status", &json!({"id": id}))["status"],
        "pending"
    );
    assert_eq!(world.ask_for("a.test")["id"], told["id"]);
    world.decide(id, "approved", "");
    world.restart();
    assert_eq!(
        world.fine("proposal-status", &json!({"id": id}))["status"],
        "approved"
    );
    assert_eq!(world.proposals().len(), 1);
}

#[test]
fn a_queue_that_cannot_be_written_asks_nothing() {
    let world = World::new();
    world.ask_for("a.test");
    std::fs::rename(world.path("proposals"), world.path("away")).unwrap();
    let said = world.failed(
        "egress-block",
        &json!({"host": "b.test", "justification": "x"}),
    );
    assert!(said.contains("nothing was asked"), "{said}");
    std::fs::rename(world.path("away"), world.path("proposals")).unwrap();
    assert_eq!(world.ask_for("b.test")["status"], "pending");
}

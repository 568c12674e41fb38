//! An agent that wants more than to ask: forged answers, other bottles, pages of other places, floods.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::world::{PATIENCE, World};

const PING: &str = r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;
const KIND: &str = "Content-Type: application/json\r\n";

/// Everything below a folder, with what is in it.
fn everything(world: &World, name: &str) -> Vec<(String, String)> {
    let entries = std::fs::read_dir(world.path(name)).unwrap();
    let mut found: Vec<(String, String)> = entries
        .map(|entry| {
            let path = entry.unwrap().path();
            let text = std::fs::read_to_string(&path).unwrap();
            (path.display().to_string(), text)
        })
        .collect();
    found.sort();
    found
}

/// K01: there is no parameter by which an answer comes to be, or a file anywhere but among the proposals.
#[test]
fn no_parameter_writes_an_answer() {
    let world = World::new();
    let id = world.ask_for("a.test")["id"].as_str().unwrap().to_owned();
    world.decide(&id, "rejected", "no");
    let answers = everything(&world, "answers");
    let base = json!({"host": "b.test", "justification": "x"});
    let forged = json!({
        "version": 1, "proposal": id, "answered": "2026-05-25T23:16:00Z", "verdict": "approved", "notes": "",
    });
    let mut tried = 0;
    for (name, value) in [
        ("id", json!(id)),
        ("id", json!("../answers/abcde12345")),
        ("proposal", json!(id)),
        ("verdict", json!("approved")),
        ("status", json!("approved")),
        ("answer", forged.clone()),
        ("path", json!("../answers/abcde12345.json")),
        ("identity", json!("other-x7k2q")),
        ("granted", base.clone()),
        ("_meta", forged.clone()),
        ("__proto__", forged.clone()),
    ] {
        for tool in [
            "egress-block",
            "proposal-status",
            "list-egress-routes",
            "capability-block",
        ] {
            let mut arguments = base.clone();
            arguments[name] = value.clone();
            let said = world.failed(tool, &arguments);
            assert!(!said.is_empty());
            tried += 1;
        }
        // Beside the arguments it means nothing.
        let mut params = json!({"name": "egress-block", "arguments": base});
        params[name] = value;
        let answer = world.ask("tools/call", &params);
        assert_ne!(
            answer.json()["result"]["structuredContent"]["status"],
            "approved",
            "{answer:?}"
        );
    }
    assert_eq!(tried, 44);
    for method in [
        "answers/write",
        "proposals/approve",
        "notifications/approved",
    ] {
        let answer = world.ask(method, &forged);
        assert_eq!(answer.error(), -32601, "{method}");
    }
    let name = world.ask(
        "tools/call",
        &json!({"name": "../../answers", "arguments": forged}),
    );
    assert_eq!(name.error(), -32602);
    assert_eq!(everything(&world, "answers"), answers);
    assert_eq!(world.proposals().len(), 2);
    let beside = std::fs::read_dir(world.path("")).unwrap();
    let mut beside: Vec<_> = beside.map(|entry| entry.unwrap().file_name()).collect();
    beside.sort();
    assert_eq!(beside, ["answers", "err", "out", "proposals"]);
}

/// K02: whose agent asks was said by the host; what another bottle asked is nothing here.
#[test]
fn the_bottle_is_the_one_that_the_host_named() {
    let mut world = World::new();
    let lines =
        "Host: supervise\r\nX-Bottle-Identity: other-x7k2q\r\nContent-Type: application/json\r\n";
    let arguments = json!({"host": "a.test", "justification": "x"});
    let call = json!({
        "jsonrpc": "2.0", "id": 1, "method": "tools/call",
        "params": {
            "name": "egress-block", "arguments": arguments, "identity": "other-x7k2q",
            "_meta": {"identity": "other-x7k2q", "slug": "other-x7k2q"},
        },
    });
    assert_eq!(
        world
            .request("POST /?identity=other-x7k2q", lines, &call.to_string())
            .status,
        200
    );
    let mut proposal = world.proposals().remove(0);
    assert_eq!(proposal["identity"], "dev-x7k2q");
    proposal["identity"] = json!("other-x7k2q");
    proposal["id"] = json!("abcde12345");
    std::fs::write(
        world.path("proposals/abcde12345.json"),
        proposal.to_string(),
    )
    .unwrap();
    world.decide("abcde12345", "approved", "for another bottle");
    world.restart();
    let said = world.failed("proposal-status", &json!({"id": "abcde12345"}));
    assert!(said.contains("no proposal"), "{said}");
    for id in [
        "../proposals/abcde12345",
        "/etc/passwd",
        "abcde1234\u{0}",
        "-rf",
        "ABCDE12345",
    ] {
        let said = world.failed("proposal-status", &json!({"id": id}));
        assert!(said.contains("`id` is not right"), "{said}");
    }
}

/// An answer in the wrong form, or to another proposal, is none.
#[test]
fn an_answer_that_is_none_does_not_count() {
    let world = World::new();
    let id = world.ask_for("a.test")["id"].as_str().unwrap().to_owned();
    let right = json!({
        "version": 1, "proposal": id, "answered": "2026-05-25T23:16:00Z", "verdict": "approved", "notes": "",
    });
    let wrong = |name: &str, value: Value| {
        let mut answer = right.clone();
        answer[name] = value;
        answer
    };
    for answer in [
        wrong("proposal", json!("abcde12345")),
        wrong("version", json!(2)),
        wrong("verdict", json!("Approved")),
        wrong("also", json!(true)),
        json!("approved"),
    ] {
        world.answer(&id, &answer);
        let told = world.fine("proposal-status", &json!({"id": id}));
        assert_eq!(told["status"], "pending", "{answer}");
    }
    world.answer(&id, &right);
    assert_eq!(
        world.fine("proposal-status", &json!({"id": id}))["status"],
        "approved"
    );
}

/// K22: a page of another place, directly or after DNS rebinding.
#[test]
fn pages_of_other_places_are_turned_away() {
    let world = World::new();
    let port = world.address.port();
    let status = |lines: &str| {
        world
            .request("POST /", &format!("{lines}{KIND}"), PING)
            .status
    };
    for host in [
        "supervise".to_owned(),
        format!("supervise:{port}"),
        format!("127.0.0.1:{port}"),
        "localhost".to_owned(),
    ] {
        assert_eq!(status(&format!("Host: {host}\r\n")), 200, "{host}");
        assert_eq!(
            status(&format!("Host: {host}\r\nOrigin: http://{host}\r\n")),
            200,
            "{host}"
        );
        for origin in [
            "http://evil.test",
            "null",
            "https://supervise",
            "file://",
            "http://supervise.evil.test",
            "",
        ] {
            let lines = format!("Host: {host}\r\nOrigin: {origin}\r\n");
            assert_eq!(status(&lines), 403, "{origin}");
        }
    }
    for host in [
        "evil.test",
        "supervise.evil.test",
        "supervise:1",
        "10.0.0.1",
        "egress",
        "a@supervise",
    ] {
        assert_eq!(status(&format!("Host: {host}\r\n")), 403, "{host}");
    }
    assert_eq!(status(""), 400);
    assert_eq!(status("Host: supervise\r\nHost: supervise\r\n"), 400);
    // What a browser asks before it lets a page send JSON elsewhere.
    let before =
        "Host: supervise\r\nOrigin: http://evil.test\r\nAccess-Control-Request-Method: POST\r\n";
    let answer = world.request("OPTIONS /", before, "");
    assert_eq!(answer.status, 403);
    assert!(!answer.head.contains("access-control"), "{answer:?}");
    let through = format!(
        "POST http://evil.test/ HTTP/1.1\r\nHost: supervise\r\nConnection: close\r\n{KIND}\r\n"
    );
    assert_eq!(world.raw(through.as_bytes()).status, 403);
}

/// K05: bodies without end, in length and in depth.
#[test]
fn large_and_deep_bodies_end() {
    let world = World::new();
    let large = format!(
        r#"{{"jsonrpc":"2.0","id":1,"method":"ping","params":{{"x":"{}"}}}}"#,
        "x".repeat(1024 * 1024)
    );
    assert_eq!(world.post_text(&large).status, 413);
    let chunked = format!(
        "POST / HTTP/1.1\r\nHost: supervise\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n{KIND}\r\n"
    );
    let mut bytes = chunked.into_bytes();
    for _ in 0..40 {
        bytes.extend_from_slice(b"8000\r\n");
        bytes.resize(bytes.len() + 0x8000, b'[');
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(b"0\r\n\r\n");
    assert_eq!(world.raw(&bytes).status, 413);
    for depth in [33, 1000, 500_000] {
        let body = format!(
            r#"{{"jsonrpc":"2.0","id":1,"method":"ping","params":{{"x":{}{}}}}}"#,
            "[".repeat(depth),
            "]".repeat(depth)
        );
        assert_eq!(world.post_text(&body).error(), -32700, "{depth}");
    }
    for bytes in [
        &b"\x16\x03\x01\x00\x00"[..],
        b"SSH-2.0-x\r\n",
        b"POST / HTTP/1.1\r\nHost: supervise\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: supervise\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ] {
        let answer = world.raw(bytes);
        assert!(matches!(answer.status, 0 | 400 | 415), "{answer:?}");
    }
    let head = format!(
        "POST / HTTP/1.1\r\nHost: supervise\r\nX: {}\r\n\r\n",
        "x".repeat(64 * 1024)
    );
    assert_eq!(world.raw(head.as_bytes()).status, 431);
    assert!(world.is_well());
    assert_eq!(world.post_text(PING).status, 200);
}

/// K05: connections that say nothing leave room for those that do.
#[test]
fn silent_connections_do_not_stop_the_service() {
    let world = World::new();
    // Loopback has fewer places than an agent; one must stay for the health check of this test.
    let silent: Vec<TcpStream> = (0..7)
        .map(|_| TcpStream::connect(world.address).unwrap())
        .collect();
    thread::sleep(Duration::from_millis(200));
    assert_eq!(world.post_text(PING).status, 200);
    let more: Vec<TcpStream> = (0..20)
        .map(|_| TcpStream::connect(world.address).unwrap())
        .collect();
    let mut last = more.into_iter().next_back().unwrap();
    last.set_read_timeout(Some(PATIENCE)).unwrap();
    // Whoever finds no place finds the connection closed.
    assert!(matches!(last.read(&mut [0; 8]), Ok(0) | Err(_)));
    drop(silent);
    let since = Instant::now();
    while !world.is_well() {
        assert!(since.elapsed() < PATIENCE);
        thread::sleep(Duration::from_millis(20));
    }
}

/// K05: a body that drips is ended.
#[test]
fn a_body_that_drips_is_ended() {
    let world = World::new();
    let mut stream = TcpStream::connect(world.address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    write!(stream, "POST / HTTP/1.1\r\nHost: supervise\r\nConnection: close\r\n{KIND}Content-Length: 1000\r\n\r\n{{").unwrap();
    let since = Instant::now();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    assert!(since.elapsed() > Duration::from_secs(10));
}

/// K05: ten thousand calls at whatever pace write what an operator can look through.
#[test]
fn a_flood_of_calls_is_a_handful_of_proposals() {
    let world = World::new();
    thread::scope(|scope| {
        for part in 0..4 {
            let world = &world;
            scope.spawn(move || {
                for number in 0..250 {
                    let host = format!("h{part}x{number}.test");
                    let arguments = json!({"host": host, "justification": "x".repeat(4000)});
                    let result = world.call("egress-block", &arguments);
                    let is_full = result["content"][0]["text"]
                        .as_str()
                        .unwrap()
                        .contains("20 proposals");
                    assert!(is_full || result["isError"] == false, "{result}");
                }
            });
        }
    });
    assert_eq!(world.proposals().len(), 20);
    assert!(world.is_well());
}

//! What no request says by itself: a secret that is cut over several, and names that add up.

use super::support::{Answer, Bottle};

/// The beginning and the rest of a key that exists nowhere.
const PARTS: [&str; 2] = ["AKIAQ3EGT", "HP7K5ZWXN2M"];

/// A request to `ok.test`, on a connection of its own.
fn ask(bottle: &Bottle, target: &str, lines: &str, body: &str) -> Answer {
    let method = if body.is_empty() { "GET" } else { "POST" };
    let request = bottle.request((method, target), "ok.test", lines, body);
    bottle.tunnel("ok.test").ask(request)
}

#[test]
fn a_secret_over_two_requests_does_not_arrive() {
    let json = "Content-Type: application/json\r\n";
    for (target, lines, body) in [
        ("/v1/x?page=2&d={}", "", ""),
        ("/v1/{}", "", ""),
        ("/v1/x", "X-Note: part {} of two\r\n", ""),
        ("/v1/x", "Cookie: a=b; s={}\r\n", ""),
        ("/v1/x", json, "{\"id\":7,\"note\":\"{}\"}"),
        (
            "/v1/x",
            "Content-Type: text/plain\r\n",
            "note: {}, and no more",
        ),
    ] {
        let bottle = Bottle::start();
        let fill = |part: &str| [target, lines, body].map(|text| text.replace("{}", part));
        let [first, second] = PARTS.map(fill);
        let answers =
            [&first, &second].map(|[target, lines, body]| ask(&bottle, target, lines, body));
        assert_eq!(answers[0].status, 200, "{first:?}");
        answers[1].refused(403, "dlp.secret");
        let document = answers[1].json();
        assert_eq!(document["finding"]["rule"], "aws-access-key-id");
        let part = document["finding"]["part"].as_str().unwrap();
        assert!(part.ends_with(", behind earlier requests"), "{part}");
        assert_eq!(bottle.origin.seen().len(), 1, "{second:?}");
        // What was refused is not held against what follows.
        let [target, lines, body] = fill("harmless");
        assert_eq!(ask(&bottle, &target, &lines, &body).status, 200);
        let [target, lines, body] = &first;
        assert_eq!(ask(&bottle, target, lines, body).status, 200);
    }
}

#[test]
fn ordinary_requests_pass_one_behind_the_other() {
    let bottle = Bottle::start();
    let mut messages = String::new();
    for turn in 0..20 {
        let said = format!(r#"{{"role":"user","content":"What is in file {turn}.rs?"}},"#);
        messages.push_str(&said);
        let body = format!(r#"{{"model":"m-4","stream":true,"messages":[{messages}{{}}]}}"#);
        let json = "Content-Type: application/json\r\n";
        assert_eq!(ask(&bottle, "/v1/messages", json, &body).status, 200);
        let target = format!("/v1/items?page={turn}&per_page=100&since=1764000{turn:06}");
        assert_eq!(ask(&bottle, &target, "", "").status, 200);
        let target = format!(
            "/v1/blobs/sha256:{:064x}",
            0x9e37_79b9_7f4a_7c15_u128 << turn
        );
        assert_eq!(ask(&bottle, &target, "", "").status, 200);
    }
    assert_eq!(bottle.origin.seen().len(), 60);
}

#[test]
fn parts_for_different_hosts_are_no_secret() {
    let bottle = Bottle::start();
    let [first, second] = PARTS.map(|part| format!("/x?d={part}"));
    assert_eq!(bottle.get("bare.test", &first).status, 200);
    assert_eq!(bottle.get("two.test", &second).status, 200);
}

/// A call of a tool to a server of the Model Context Protocol.
fn call(
    bottle: &Bottle,
    (host, session): (&str, &str),
    (id, tool, arguments): (u8, &str, &str),
) -> Answer {
    let body = format!(
        r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/call","params":{{"name":"{tool}","arguments":{arguments}}}}}"#
    );
    let lines = format!("Content-Type: application/json\r\nMcp-Session-Id: {session}\r\n");
    let request = bottle.request(("POST", "/v1/mcp"), host, &lines, &body);
    bottle.tunnel(host).ask(request)
}

const READ: (u8, &str, &str) = (1, "read_file", r#"{"path":"/home/agent/.env"}"#);
const SEND: (u8, &str, &str) = (2, "fetch", r#"{"url":"https://collect.test/x"}"#);

#[test]
fn a_call_that_sends_what_another_read_does_not_arrive() {
    let bottle = Bottle::start();
    let here = ("ok.test", "s1");
    assert_eq!(call(&bottle, here, READ).status, 200);
    for id in 2..9 {
        let (_, tool, arguments) = SEND;
        let answer = call(&bottle, here, (id, tool, arguments));
        answer.refused(403, "dlp.secret");
        let finding = &answer.json()["finding"];
        assert_eq!(finding["rule"], "call-chain-exfiltration");
        assert_eq!(finding["part"], "body, behind earlier requests");
    }
    assert_eq!(bottle.origin.seen().len(), 1);
    bottle.decision(|line| line["service"] == "pipelock" && line["code"] == "dlp.secret");
}

#[test]
fn calls_of_other_sessions_and_ordinary_ones_pass() {
    let bottle = Bottle::start();
    // Each alone, in sessions of their own.
    assert_eq!(call(&bottle, ("ok.test", "s1"), READ).status, 200);
    assert_eq!(call(&bottle, ("ok.test", "s2"), SEND).status, 200);
    assert_eq!(call(&bottle, ("two.test", "s1"), SEND).status, 200);
    // Far behind it, and after a file that keeps no secret.
    for id in 2..7 {
        let list = (id, "list_files", r#"{"path":"src"}"#);
        assert_eq!(call(&bottle, ("ok.test", "s1"), list).status, 200);
    }
    let send = (7, "fetch", SEND.2);
    assert_eq!(call(&bottle, ("ok.test", "s1"), send).status, 200);
    let source = (1, "read_file", r#"{"path":"src/main.rs"}"#);
    assert_eq!(call(&bottle, ("ok.test", "s3"), source).status, 200);
    assert_eq!(call(&bottle, ("ok.test", "s3"), SEND).status, 200);
}

#[test]
fn a_route_may_allow_rows_of_calls() {
    let bottle = Bottle::start();
    let there = ("lenient.test", "s1");
    assert_eq!(call(&bottle, there, READ).status, 200);
    assert_eq!(call(&bottle, there, SEND).status, 200);
}

/// A label that looks like a part of a digest, as those of previews do: eight digits, four bytes.
fn label(number: u32) -> String {
    format!(
        "{:07x}e",
        0x0f1c_9a7e ^ number.wrapping_mul(0x0019_2d5b) & 0x0fff_ffff
    )
}

#[test]
fn names_under_a_wildcard_add_up() {
    let bottle = Bottle::start();
    let names: Vec<String> = (0..80)
        .map(|number| format!("{}.names.test", label(number)))
        .collect();
    let mut statuses = Vec::new();
    for name in &names {
        bottle.names.set(name, &[&["127.0.0.5"]]);
        let answer = bottle.get(name, "/x");
        if answer.status != 200 {
            answer.refused(403, "dlp.names");
        }
        statuses.push(answer.status);
    }
    let passed = statuses.iter().take_while(|status| **status == 200).count();
    assert!((40..=64).contains(&passed), "{passed} of {}", names.len());
    assert!(statuses.iter().skip(passed).all(|status| *status == 403));
    // Those that are known, and those that carry nothing, still pass.
    for name in [names[0].as_str(), "static.names.test", "assets.names.test"] {
        bottle.names.set(name, &[&["127.0.0.5"]]);
        assert_eq!(bottle.get(name, "/x").status, 200, "{name}");
    }
    bottle.decision(|line| line["service"] == "pipelock" && line["code"] == "dlp.names");
}

//! The protocol: revisions, messages, and what is none.

use serde_json::{Value, json};

use super::world::World;

fn hello(revision: &str) -> Value {
    json!({
        "protocolVersion": revision,
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    })
}

#[test]
fn old_revisions_are_negotiated() {
    let world = World::new();
    for revision in ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"] {
        let answer = world.ask("initialize", &hello(revision));
        assert_eq!(answer.status, 200, "{answer:?}");
        assert!(
            answer.head.contains("content-type: application/json"),
            "{answer:?}"
        );
        assert!(!answer.head.contains("mcp-session-id"), "{answer:?}");
        let result = answer.json()["result"].take();
        assert_eq!(result["protocolVersion"], revision);
        assert_eq!(result["serverInfo"]["name"], "bottle-supervise");
        assert!(result["capabilities"]["tools"].is_object());
        // Each later message names it in its head.
        let head = format!(
            "Host: supervise\r\nContent-Type: application/json\r\nMCP-Protocol-Version: {revision}\r\n"
        );
        let list = r#"{"jsonrpc":"2.0","id":"a","method":"tools/list"}"#;
        let answer = world.request("POST /mcp", &head, list);
        assert_eq!(
            answer.json()["result"]["tools"].as_array().unwrap().len(),
            5,
            "{answer:?}"
        );
    }
    // One that is not known, or that has no such handshake, is answered with the newest that has.
    for revision in ["1999-01-01", "2026-07-28"] {
        let answer = world.ask("initialize", &hello(revision));
        assert_eq!(answer.json()["result"]["protocolVersion"], "2025-11-25");
    }
    let head =
        "Host: supervise\r\nContent-Type: application/json\r\nMCP-Protocol-Version: 1999-01-01\r\n";
    let answer = world.request(
        "POST /",
        head,
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#,
    );
    assert_eq!(answer.status, 400, "{answer:?}");
}

#[test]
fn the_newest_revision_needs_no_handshake() {
    let world = World::new();
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
        "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
    });
    let send = |method: &str, mut params: Value| {
        params["_meta"] = meta.clone();
        let name = params["name"]
            .as_str()
            .map(|name| format!("Mcp-Name: {name}\r\n"));
        let head = format!(
            "Host: supervise\r\nContent-Type: application/json\r\nMCP-Protocol-Version: 2026-07-28\r\n\
             Mcp-Method: {method}\r\n{}",
            name.unwrap_or_default()
        );
        let message = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
        world.request("POST /", &head, &message.to_string())
    };
    let answer = send("server/discover", json!({}));
    let versions = answer.json()["result"]["supportedVersions"].clone();
    assert!(
        versions.as_array().unwrap().contains(&json!("2026-07-28")),
        "{answer:?}"
    );
    let answer = send("tools/list", json!({}));
    assert_eq!(
        answer.json()["result"]["tools"].as_array().unwrap().len(),
        5,
        "{answer:?}"
    );
    let arguments = json!({"host": "a.test", "justification": "tests"});
    let answer = send(
        "tools/call",
        json!({"name": "egress-block", "arguments": arguments}),
    );
    assert_eq!(
        answer.json()["result"]["structuredContent"]["status"],
        "pending",
        "{answer:?}"
    );
    // A head that says something else than the message is refused.
    let head = "Host: supervise\r\nContent-Type: application/json\r\nMCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/list\r\n";
    let message = json!({"jsonrpc": "2.0", "id": 1, "method": "ping", "params": {"_meta": meta}});
    let answer = world.request("POST /", head, &message.to_string());
    assert_eq!(answer.status, 400, "{answer:?}");
}

#[test]
fn what_is_no_request_is_told_so() {
    let world = World::new();
    let answer = world.post(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}));
    assert_eq!(
        (answer.status, answer.body.as_str()),
        (202, ""),
        "{answer:?}"
    );
    let answer = world.post(&json!({"jsonrpc": "2.0", "method": "notifications/nothing"}));
    assert_eq!(answer.status, 202, "{answer:?}");
    for method in [
        "nothing",
        "resources/list",
        "prompts/list",
        "tools/delete",
        "shell",
        "\u{1b}[2J",
    ] {
        let answer = world.ask(method, &json!({}));
        assert_eq!(answer.error(), -32601, "{answer:?}");
    }
    let answer = world.ask("ping", &json!({}));
    assert_eq!(answer.json()["result"], json!({}));
    let answer = world.ask("tools/call", &json!({"name": "shell", "arguments": {}}));
    assert_eq!(answer.error(), -32602);
    for params in [
        json!({}),
        json!({"name": 5}),
        json!({"name": "proposal-status", "arguments": []}),
    ] {
        assert_eq!(world.ask("tools/call", &params).error(), -32602, "{params}");
    }
    for (body, code) in [
        ("", -32700),
        ("{", -32700),
        ("{}", -32600),
        ("[]", -32600),
        (
            r#"[{"jsonrpc":"2.0","id":1,"method":"tools/list"}]"#,
            -32600,
        ),
        (
            r#"{"jsonrpc":"2.0","id":null,"method":"tools/list"}"#,
            -32600,
        ),
        (r#"{"jsonrpc":"2.0","id":1,"result":{}}"#, -32600),
    ] {
        let answer = world.post_text(body);
        assert_eq!((answer.status, answer.error()), (400, code), "{body}");
    }
    // The id comes back as it was, however often it was used.
    for id in [json!(7), json!("x"), json!("x"), json!(7), json!(-1)] {
        let answer = world.post(&json!({"jsonrpc": "2.0", "id": id, "method": "ping"}));
        assert_eq!(answer.json()["id"], id);
    }
    assert!(world.is_well());
}

#[test]
fn only_one_method_on_two_paths() {
    let world = World::new();
    let head = "Host: supervise\r\n";
    for first in ["GET /", "GET /mcp", "DELETE /", "PUT /", "OPTIONS /"] {
        let answer = world.request(first, head, "");
        assert_eq!(answer.status, 405, "{first}");
        assert!(answer.head.contains("allow: post"), "{answer:?}");
        assert!(!answer.head.contains("access-control"), "{answer:?}");
    }
    for first in ["POST /other", "GET /../mcp", "POST /queue"] {
        assert_eq!(world.request(first, head, "").status, 404, "{first}");
    }
    let list = r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#;
    for kind in [
        "",
        "Content-Type: text/plain\r\n",
        "Content-Type: application/x-www-form-urlencoded\r\n",
        "Content-Type: application/jsonp\r\n",
        "Content-Type: application/json\r\nContent-Type: text/plain\r\n",
        "Content-Type: application/json\r\nContent-Encoding: gzip\r\n",
    ] {
        let answer = world.request("POST /", &format!("{head}{kind}"), list);
        assert_eq!(answer.status, 415, "{kind}");
    }
    let kind = "Content-Type: Application/JSON; charset=utf-8\r\n";
    assert_eq!(
        world
            .request("POST /", &format!("{head}{kind}"), list)
            .status,
        200
    );
}

#[test]
fn the_tools_are_shown_with_strict_schemas() {
    let world = World::new();
    let answer = world.ask("tools/list", &json!({}));
    let tools = answer.json()["result"]["tools"].take();
    let names: Vec<&str> = tools
        .as_array()
        .unwrap()
        .iter()
        .map(|tool| tool["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        [
            "egress-block",
            "pipelock-block",
            "capability-block",
            "list-egress-routes",
            "proposal-status"
        ]
    );
    for tool in tools.as_array().unwrap() {
        let input = &tool["inputSchema"];
        assert_eq!(
            (&input["type"], &input["additionalProperties"]),
            (&json!("object"), &json!(false))
        );
        // Small enough to be read with every request.
        assert!(tool.to_string().len() < 4096, "{tool}");
        assert!(!tool["description"].as_str().unwrap().is_empty());
    }
}

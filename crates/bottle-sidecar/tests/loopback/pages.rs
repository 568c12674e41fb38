//! `_egress.local`: what the agent may read about its own bottle.

use super::support::{Bottle, Client, TOKEN};

fn page(bottle: &Bottle, path: &str) -> super::support::Answer {
    Client::plain(bottle.egress.address).ask(format!(
        "GET http://_egress.local{path} HTTP/1.1\r\nHost: _egress.local\r\n\r\n"
    ))
}

#[test]
fn the_allowlist_shows_rules_and_no_values() {
    let bottle = Bottle::start();
    let answer = page(&bottle, "/allowlist");
    assert_eq!(answer.status, 200);
    let text = answer.text();
    assert!(
        text.contains("auth.test") && text.contains("EGRESS_TOKEN_0") && text.contains("/v1"),
        "{text}"
    );
    assert!(
        !text.contains(TOKEN) && !text.contains("HOST_TOKEN"),
        "{text}"
    );
}

#[test]
fn recent_denials_of_both_layers_are_listed() {
    let bottle = Bottle::start();
    bottle
        .get("evil.test", "/x")
        .refused(403, "host.not_allowed");
    bottle
        .tunnel("ok.test")
        .ask(bottle.request(("POST", "/v1/x"), "ok.test", "", TOKEN))
        .refused(403, "dlp.known_secret");
    let denials = page(&bottle, "/denials").json()["denials"].clone();
    let listed: Vec<_> = denials
        .as_array()
        .unwrap()
        .iter()
        .map(|denial| {
            (
                denial["layer"].as_str().unwrap(),
                denial["code"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        listed,
        [
            ("egress", "host.not_allowed"),
            ("pipelock", "dlp.known_secret")
        ]
    );
    assert!(!denials.to_string().contains(TOKEN));
}

#[test]
fn other_pages_do_not_exist_and_none_reaches_the_outside() {
    let bottle = Bottle::start();
    assert_eq!(page(&bottle, "/health").json()["status"], "healthy");
    assert_eq!(page(&bottle, "/secrets").status, 404);
    let origin_form = Client::plain(bottle.egress.address)
        .ask("GET /allowlist HTTP/1.1\r\nHost: _egress.local\r\n\r\n");
    assert_eq!(origin_form.status, 200);
    let mut tunnel = Client::connect(bottle.egress.address, "_egress.local:80");
    assert_eq!(
        tunnel
            .ask("GET /health HTTP/1.1\r\nHost: _egress.local\r\n\r\n")
            .status,
        200
    );
    assert!(bottle.names.asked().is_empty());
}

#[test]
fn each_request_leaves_one_line_that_says_what_happened() {
    let bottle = Bottle::start();
    assert_eq!(bottle.get("auth.test", "/v1/x?secret=1").status, 200);
    bottle
        .get("ok.test", "/admin")
        .refused(403, "path.not_allowed");
    let allowed = bottle.decision(|line| line["service"] == "egress" && line["verdict"] == "allow");
    assert_eq!(
        (
            allowed["event"].as_str(),
            allowed["method"].as_str(),
            allowed["scheme"].as_str(),
            allowed["host"].as_str(),
            allowed["path"].as_str()
        ),
        (
            Some("request"),
            Some("GET"),
            Some("https"),
            Some("auth.test"),
            Some("/v1/x")
        )
    );
    assert_eq!(
        (allowed["status"].as_u64(), allowed["port"].as_u64()),
        (Some(200), Some(bottle.origin.port().into()))
    );
    let denied = bottle.decision(|line| line["verdict"] == "deny");
    assert_eq!(
        (denied["code"].as_str(), denied["status"].as_u64()),
        (Some("path.not_allowed"), Some(403))
    );
    bottle.decision(|line| line["service"] == "pipelock" && line["verdict"] == "allow");
    assert_eq!(
        bottle
            .decisions()
            .iter()
            .filter(|line| line["event"] == "request")
            .count(),
        3
    );
}

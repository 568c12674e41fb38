//! `_egress.local`: what the agent may read about its own bottle.

use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::support::{Bottle, Client, PATIENCE, Process, TOKEN};

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

/// What `bottle-sidecar page` prints for a service, and whether it is content.
fn printed(process: &Process, words: &[&str]) -> (bool, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_bottle-sidecar"))
        .arg("page")
        .args(words)
        .env("BOTTLE_LISTEN", process.address.to_string())
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    (output.status.success(), text)
}

#[test]
fn a_page_is_printed_for_whoever_is_in_the_container() {
    let bottle = Bottle::start();
    let (well, text) = printed(&bottle.egress, &["/allowlist", "egress"]);
    let table: Value = serde_json::from_str(&text).unwrap();
    assert!(well);
    assert_eq!(table, page(&bottle, "/allowlist").json());
    assert!(table.as_array().unwrap().len() > 10);
    assert_eq!(table[0]["origin"], "manifest");
    let (well, text) = printed(&bottle.egress, &["/nothing", "egress"]);
    assert!(!well && text.contains("no such page"), "{text}");
    let pipelock = bottle.pipelock.as_ref().unwrap();
    let (well, text) = printed(pipelock, &["/health", "pipelock"]);
    assert!(well && text.contains("healthy"), "{text}");
    for words in [
        &["health", "egress"][..],
        &["/health", "git-gate"],
        &["/a b", "egress"],
    ] {
        assert_eq!(
            printed(&bottle.egress, words),
            (false, String::new()),
            "{words:?}"
        );
    }
}

#[test]
fn the_policy_in_force_is_known_by_its_content() {
    let bottle = Bottle::start();
    let services = [
        (&bottle.egress, "egress", "egress/routes.yaml"),
        (
            bottle.pipelock.as_ref().unwrap(),
            "pipelock",
            "pipelock/pipelock.yaml",
        ),
    ];
    for (process, service, file) in services {
        let policy = || {
            let (well, text) = printed(process, &["/health", service]);
            let page: Value = serde_json::from_str(&text).unwrap();
            (well, page["policy"].as_str().unwrap().to_owned())
        };
        let path = bottle.folder.path().join(file);
        let put = |text: &str| {
            let fresh = path.with_extension("new");
            fs::write(&fresh, text).unwrap();
            fs::rename(fresh, &path).unwrap();
        };
        let becomes = |wanted: &dyn Fn(&(bool, String)) -> bool| {
            let start = Instant::now();
            while !wanted(&policy()) {
                assert!(start.elapsed() < PATIENCE, "{service}: {:?}", policy());
                std::thread::sleep(Duration::from_millis(20));
            }
        };
        let first = policy();
        let is_digest =
            |text: &str| text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        assert!(first.0 && is_digest(&first.1), "{first:?}");
        let text = fs::read_to_string(&path).unwrap();
        put(&format!("{text}# another one\n"));
        becomes(&|(well, policy)| *well && is_digest(policy) && *policy != first.1);
        let second = policy();
        // One that cannot be used is not in force.
        put("mode: [");
        becomes(&|(well, policy)| !*well && *policy == second.1);
        put(&text);
        becomes(&|now| *now == first);
    }
}

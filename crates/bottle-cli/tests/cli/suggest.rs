//! `bottle suggest` of a kept bottle, made by hand.

use bottle_core::{KnownRules, ManifestSet};
use bottle_egress::{Replay, RouteTable, fold, replay};
use bottle_run::History;
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::picture::Place;

const IDENTITY: &str = "dev-x7k2q";

const METADATA: &str = r#"{
  "version": 1, "identity": "dev-x7k2q", "agent": "dev", "bottle": "dev", "cwd": "/nonexistent",
  "started_at": "2026-05-25T23:00:00Z", "compose_project": "bottle-dev-x7k2q", "networks": null, "images": {}
}"#;

/// As `routes.yaml` has the bottle of the place.
const ROUTES: &str = "
version: 1
routes:
  - host: api.example.com
    ports: [443]
    path_allowlist: [/v1]
    methods: [GET]
    auth: {scheme: Bearer, slot: EGRESS_TOKEN_0}
  - host: pypi.org
    ports: [443]
    path_allowlist: []
    methods: []
    origin: allowlist
";

/// One line of the log: which verdict or rule, then method, host, path.
fn line(outcome: &str, method: &str, host: &str, path: &str) -> String {
    let rule = outcome.starts_with("route").then_some(outcome);
    let code = rule.is_none().then_some(outcome);
    let record = json!({
        "time": "2026-05-25T23:16:00.000Z", "event": "request", "service": "egress",
        "method": method, "scheme": "https", "host": host, "port": 443, "path": path,
        "verdict": if rule.is_some() { "allow" } else { "deny" }, "code": code, "rule": rule,
        "status": 403, "bytes_in": 0, "bytes_out": 0, "head_ms": null, "duration_ms": 1,
    });
    format!("egress | 2026-05-25T23:16:00.1Z {record}\n")
}

fn keep(place: &Place, log: &[String]) {
    let state = format!("home/state/{IDENTITY}");
    place.write(&format!("{state}/metadata.json"), METADATA);
    place.write(&format!("{state}/egress/routes.yaml"), ROUTES);
    place.write(&format!("{state}/compose.log"), &log.concat());
}

fn refused() -> Vec<String> {
    vec![
        "agent | 2026-05-25T23:15:59.9Z hello\n".to_owned(),
        line("path.not_allowed", "GET", "api.example.com", "/v2/users/17"),
        line("path.not_allowed", "GET", "api.example.com", "/v2/users/18"),
        line("host.not_allowed", "GET", "files.example.org", "/pub/a/b"),
        line("host.not_allowed", "GET", "files.example.org", "/pub/a/c"),
        line("host.not_allowed", "POST", "files.example.org", "/up"),
        line(
            "host.not_allowed",
            "POST",
            "gist.github.com",
            "/gists/\u{1b}[2J",
        ),
        line("host.not_allowed", "POST", "gist.github.com", "/gists"),
        line(
            "host.not_allowed",
            "GET",
            "metadata.google.internal",
            "/computeMetadata/v1",
        ),
        line("dlp.secret", "POST", "(withheld)", "(withheld)"),
    ]
}

fn used() -> Vec<String> {
    let path = "/v1/things";
    vec![line("route 0", "GET", "api.example.com", path); 3]
}

#[test]
fn what_was_refused_unused_or_wide_is_a_change_of_the_manifest() {
    let place = Place::new();
    keep(&place, &[refused(), used()].concat());
    assert_snapshot!(place.picture(&["suggest", IDENTITY]));
    assert_snapshot!(place.picture(&["suggest", IDENTITY, "--json"]));
}

#[test]
fn a_bottle_that_was_refused_nothing() {
    let place = Place::new();
    let wide = line("route 1", "GET", "pypi.org", "/simple/left-pad");
    keep(&place, &[used(), vec![wide]].concat());
    assert_snapshot!(place.picture(&["suggest", IDENTITY]));
}

#[test]
fn without_a_log_or_a_bottle_there_is_nothing_to_go_by() {
    let place = Place::new();
    assert_snapshot!(place.picture(&["suggest", "dev-zzzzz"]));
    keep(&place, &[]);
    let state = place.path().join("home/state").join(IDENTITY);
    std::fs::remove_file(state.join("compose.log")).unwrap();
    assert_snapshot!(place.picture(&["suggest", IDENTITY]));
}

/// Pasted as it is, the answer is a manifest that lets through what it means to let through, and nothing that is a
/// comment.
#[test]
fn the_answer_can_be_pasted() {
    let place = Place::new();
    let log = refused();
    keep(&place, &log);
    let picture = place.picture(&["suggest", IDENTITY]);
    let (_, yaml) = picture.split_once("--- stdout\n").unwrap();
    let (yaml, _) = yaml.split_once("--- stderr\n").unwrap();
    assert!(yaml.chars().all(|each| each == '\n' || !each.is_control()));
    place.write(
        "home/bottles/pasted.md",
        &format!("---\nprovider: command\n{yaml}---\n"),
    );
    place.write("home/agents/pasted.md", "---\nbottle: pasted\n---\n");
    let home = place.path().join("home");
    let manifests = ManifestSet::open(&home, None, KnownRules::Any).unwrap();
    let plan = manifests.plan(&"pasted".parse().unwrap()).unwrap();
    let table = fold(&plan).table;
    let hosts: Vec<String> = table
        .routes()
        .iter()
        .map(|route| route.host.to_string())
        .collect();
    assert_eq!(hosts, ["files.example.org", "api.example.com"]);
    assert!(plan.routes[1].auth.is_some());

    let history = History::read(log.concat().as_bytes());
    let before = RouteTable::from_yaml(ROUTES, "routes.yaml").unwrap();
    let replayed = |table| replay(&history.denials, table);
    assert_eq!(
        replayed(&before),
        Replay {
            denied: 8,
            would_allow: 0
        }
    );
    assert_eq!(
        replayed(&table),
        Replay {
            denied: 8,
            would_allow: 5
        }
    );

    let answer = place.picture(&["suggest", IDENTITY, "--json"]);
    let (_, answer) = answer.split_once("--- stdout\n").unwrap();
    let (answer, _) = answer.split_once("--- stderr\n").unwrap();
    let answer: Value = serde_json::from_str(answer).unwrap();
    assert_eq!(answer["suggestions"].as_array().unwrap().len(), 4);
}

//! SIGHUP reads the policy again; a bad one is not taken. SIGTERM ends at once.

use std::fs;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use super::support::{Bottle, PATIENCE};

fn eventually(what: &str, is_so: impl Fn() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < PATIENCE, "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn replace(path: &std::path::Path, change: impl FnOnce(String) -> String) {
    let fresh = path.with_extension("new");
    fs::write(&fresh, change(fs::read_to_string(path).unwrap())).unwrap();
    fs::rename(fresh, path).unwrap();
}

fn reloads(bottle: &Bottle, ok: bool) -> usize {
    bottle
        .decisions()
        .iter()
        .filter(|line| line["event"] == "reload" && line["ok"] == ok)
        .count()
}

#[test]
fn an_open_connection_is_judged_by_the_new_rules() {
    let bottle = Bottle::start();
    let mut tunnel = bottle.tunnel("ok.test");
    let request = bottle.request(("GET", "/v1/x"), "ok.test", "", "");
    assert_eq!(tunnel.ask(&request).status, 200);
    replace(&bottle.folder.path().join("egress/routes.yaml"), |text| {
        text.replace("ok.test", "other.test")
    });
    bottle.egress.signal(Signal::HUP);
    eventually("egress reloads", || reloads(&bottle, true) == 1);
    tunnel.ask(&request).refused(403, "host.not_allowed");
    replace(&bottle.folder.path().join("egress/routes.yaml"), |text| {
        text.replace("other.test", "ok.test")
    });
    bottle.egress.signal(Signal::HUP);
    eventually("egress reloads", || reloads(&bottle, true) == 2);
    assert_eq!(tunnel.ask(&request).status, 200);
}

#[test]
fn a_bad_policy_is_not_taken() {
    let bottle = Bottle::start();
    replace(&bottle.folder.path().join("egress/routes.yaml"), |text| {
        text + "surprise: true\n"
    });
    bottle.egress.signal(Signal::HUP);
    eventually("egress refuses", || reloads(&bottle, false) == 1);
    replace(&bottle.folder.path().join("pipelock/pipelock.yaml"), |_| {
        "mode: [".into()
    });
    bottle.pipelock.as_ref().unwrap().signal(Signal::HUP);
    eventually("pipelock refuses", || reloads(&bottle, false) == 2);
    assert_eq!(bottle.get("ok.test", "/v1/x").status, 200);
    bottle
        .get("evil.test", "/")
        .refused(403, "host.not_allowed");
}

#[test]
fn pipelocks_host_set_is_reloaded_too() {
    let bottle = Bottle::start();
    replace(
        &bottle.folder.path().join("pipelock/pipelock.yaml"),
        |text| text.replace("ok.test", "other.test"),
    );
    bottle.pipelock.as_ref().unwrap().signal(Signal::HUP);
    eventually("pipelock reloads", || reloads(&bottle, true) == 1);
    let answer = bottle.get("ok.test", "/v1/x");
    answer.refused(403, "host.not_allowed");
    assert_eq!(answer.json()["layer"], "pipelock");
    bottle.origin.saw_nothing();
    assert_eq!(bottle.get("two.test", "/").status, 200);
}

#[test]
fn a_service_stops_within_a_second_even_with_open_connections() {
    let mut bottle = Bottle::start();
    let mut idle = bottle.tunnel("ok.test");
    assert_eq!(
        idle.ask(bottle.request(("GET", "/v1/x"), "ok.test", "", ""))
            .status,
        200
    );
    let (status, took) = bottle.egress.stop();
    assert!(
        status.success() && took < Duration::from_millis(1500),
        "{status} after {took:?}"
    );
    let (status, took) = bottle.pipelock.as_mut().unwrap().stop();
    assert!(
        status.success() && took < Duration::from_millis(1500),
        "{status} after {took:?}"
    );
    assert!(idle.is_closed());
}

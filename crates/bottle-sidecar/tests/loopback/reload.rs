//! SIGHUP reads the policy again; a bad one is not taken. SIGTERM ends at once.

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rustix::process::Signal;

use super::support::{Alone, Bottle, Client, PATIENCE, Protocols, trusting};

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
    assert!(!bottle.egress.is_healthy("egress"));
    assert!(!bottle.pipelock.as_ref().unwrap().is_healthy("pipelock"));
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

/// What differs on single routes is a file of its own, which need not be there and is watched, too.
#[test]
fn the_second_file_of_pipelock_is_watched() {
    let bottle = Bottle::start();
    let path = bottle.folder.path().join("pipelock/dlp.yaml");
    let put = |text: &str| {
        let fresh = path.with_extension("new");
        fs::write(&fresh, text).unwrap();
        fs::rename(fresh, &path).unwrap();
    };
    put("version: 1\nroutes: [{}]\n");
    eventually("pipelock refuses", || reloads(&bottle, false) == 1);
    assert!(!bottle.pipelock.as_ref().unwrap().is_healthy("pipelock"));
    assert_eq!(bottle.get("ok.test", "/v1/x").status, 200);
    put("version: 1\nroutes: []\n");
    eventually("pipelock reloads", || reloads(&bottle, true) == 1);
    assert!(bottle.pipelock.as_ref().unwrap().is_healthy("pipelock"));
    assert_eq!(bottle.get("ok.test", "/v1/x").status, 200);
}

#[test]
fn a_blocked_host_is_refused_though_a_wider_entry_allows_it() {
    let bottle = Bottle::start();
    replace(
        &bottle.folder.path().join("pipelock/pipelock.yaml"),
        |text| text.replace("blocklist: []", "blocklist: ['two.test']"),
    );
    eventually("pipelock reloads", || reloads(&bottle, true) == 1);
    let answer = bottle.get("two.test", "/");
    answer.refused(403, "host.not_allowed");
    assert_eq!(answer.json()["layer"], "pipelock");
    assert_eq!(bottle.get("ok.test", "/v1/x").status, 200);
}

#[test]
fn a_decoy_of_the_policy_does_not_leave() {
    let bottle = Bottle::start();
    let post = || {
        let request = bottle.request(("POST", "/v1/x"), "ok.test", "", "it is no-such-key-here");
        bottle.tunnel("ok.test").ask(request)
    };
    assert_eq!(post().status, 200);
    replace(
        &bottle.folder.path().join("pipelock/pipelock.yaml"),
        |text| {
            text + "canary_tokens: {enabled: true, tokens: [{name: decoy, value: no-such-key-here}]}\n"
        },
    );
    eventually("pipelock reloads", || reloads(&bottle, true) == 1);
    post().refused(403, "dlp.known_secret");
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

/// Requests until told to stop: many on one connection, then a new one. How many there were.
fn ask_until(alone: &Alone, done: &AtomicBool) -> usize {
    let (at, mut count) = (alone.at("ok.test"), 0);
    while !done.load(Ordering::SeqCst) {
        let connected = Client::connect(alone.egress.address, &at);
        let tls = trusting(&alone.ca, &[b"http/1.1"]);
        let mut tunnel = connected.tls("ok.test", tls, usize::MAX).unwrap();
        for _ in 0..20 {
            let answer = tunnel.ask(format!("GET /v1/x HTTP/1.1\r\nHost: {at}\r\n\r\n"));
            assert_eq!(answer.status, 200, "{answer:?}");
            count += 1;
        }
    }
    count
}

#[test]
fn a_thousand_reloads_under_load_cost_no_request() {
    let alone = Alone::start(Protocols::Http1);
    let done = AtomicBool::new(false);
    let (counted, memory) = std::thread::scope(|scope| {
        let askers: Vec<_> = (0..3)
            .map(|_| scope.spawn(|| ask_until(&alone, &done)))
            .collect();
        let before = alone.egress.peak_memory_kib();
        for number in 0..1000 {
            let other = format!("host: other-{number}.test");
            alone.replace_routes(|text| text.replace("host: two.test", &other));
            alone.egress.signal(Signal::HUP);
            std::thread::sleep(Duration::from_millis(2));
        }
        eventually("the last table holds", || {
            let mut local = Client::plain(alone.egress.address);
            let page = local
                .ask("GET http://_egress.local/allowlist HTTP/1.1\r\nHost: _egress.local\r\n\r\n");
            page.text().contains("other-999.test")
        });
        done.store(true, Ordering::SeqCst);
        let counts = askers.into_iter().map(|asker| asker.join().unwrap());
        (
            counts.sum::<usize>(),
            alone.egress.peak_memory_kib() - before,
        )
    });
    let lines = alone.decisions();
    let reloads = lines.iter().filter(|line| line["event"] == "reload");
    let (good, bad): (Vec<_>, Vec<_>) = reloads.partition(|line| line["ok"] == true);
    assert!(
        good.len() > 100 && bad.is_empty(),
        "{} good, {bad:?}",
        good.len()
    );
    assert!(counted > 500, "only {counted} requests");
    assert!(memory < 16 * 1024, "egress grew by {memory} KiB");
}

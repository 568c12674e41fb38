//! Answers pass as they come.

use std::time::{Duration, Instant};

use super::support::{BIG, Bottle};

#[test]
fn the_first_event_does_not_wait_for_the_second() {
    let bottle = Bottle::start();
    let mut tunnel = bottle.tunnel("ok.test");
    let start = Instant::now();
    tunnel.send(bottle.request(("GET", "/v1/events"), "ok.test", "", ""));
    assert!(tunnel.head().starts_with("HTTP/1.1 200"));
    let mut seen = Vec::new();
    while !String::from_utf8_lossy(&seen).contains("data: 1") {
        seen.extend(tunnel.some());
    }
    assert!(
        start.elapsed() < Duration::from_millis(1200),
        "{:?}",
        start.elapsed()
    );
    while !String::from_utf8_lossy(&seen).contains("data: 3") {
        seen.extend(tunnel.some());
    }
    assert!(start.elapsed() >= Duration::from_millis(1400));
}

#[test]
fn a_large_download_passes_at_flat_memory() {
    let bottle = Bottle::start();
    assert_eq!(bottle.get("ok.test", "/v1/warm").status, 200);
    let before = bottle.egress.peak_memory_kib();
    let mut tunnel = bottle.tunnel("ok.test");
    tunnel.send(bottle.request(("GET", "/v1/big"), "ok.test", "", ""));
    assert!(tunnel.head().contains(&BIG.to_string()));
    let mut length = 0;
    while length < BIG {
        let some = tunnel.some();
        assert!(!some.is_empty() && some.iter().all(|byte| *byte == b'x'));
        length += some.len();
    }
    let grown = bottle.egress.peak_memory_kib() - before;
    assert!(grown < 8 * 1024, "egress grew by {grown} KiB");
    bottle.decision(|line| line["service"] == "egress" && line["bytes_out"] == BIG);
    assert_eq!(
        tunnel
            .ask(bottle.request(("GET", "/v1/x"), "ok.test", "", ""))
            .status,
        200
    );
}

#[test]
fn an_upload_arrives_whole() {
    let bottle = Bottle::start();
    let body = "upload ".repeat(100_000);
    assert_eq!(
        bottle
            .tunnel("ok.test")
            .ask(bottle.request(("PUT", "/v1/x"), "ok.test", "", &body))
            .status,
        200
    );
    assert_eq!(bottle.origin.only().body, body.as_bytes());
    bottle.decision(|line| line["service"] == "egress" && line["bytes_in"] == body.len());
}

#[test]
fn head_and_204_have_no_body() {
    let bottle = Bottle::start();
    let mut tunnel = bottle.tunnel("ok.test");
    tunnel.send(bottle.request(("HEAD", "/v1/x"), "ok.test", "", ""));
    let answer = tunnel.answer_to("HEAD");
    assert!(
        answer.status == 200 && answer.has("content-length: 1234"),
        "{answer:?}"
    );
    assert_eq!(
        tunnel
            .ask(bottle.request(("GET", "/v1/none"), "ok.test", "", ""))
            .status,
        204
    );
    assert_eq!(
        tunnel
            .ask(bottle.request(("GET", "/v1/x"), "ok.test", "", ""))
            .status,
        200
    );
}

#[test]
fn what_leads_around_the_proxy_is_taken_off_answers() {
    let bottle = Bottle::start();
    let mut tunnel = bottle.tunnel("ok.test");
    let answer = tunnel.ask(bottle.request(("GET", "/v1/odd"), "ok.test", "", ""));
    assert_eq!((answer.status, answer.text()), (200, "ok".into()));
    assert!(answer.has("etag: \"e\""));
    for gone in ["alt-svc", "x-hop", "bottle-denial", "connection"] {
        assert!(!answer.has(gone), "{gone}: {}", answer.head);
    }
    bottle.decision(|line| {
        line["service"] == "egress" && line["status"] == 200 && line["verdict"] == "allow"
    });
    assert_eq!(
        tunnel
            .ask(bottle.request(("GET", "/v1/x"), "ok.test", "", ""))
            .status,
        200
    );
}

#[test]
fn http_1_0_clients_are_served() {
    let bottle = Bottle::start();
    let answer = bottle.tunnel("ok.test").ask("GET /v1/x HTTP/1.0\r\n\r\n");
    assert_eq!((answer.status, answer.text()), (200, "/v1/x\n".into()));
}

//! Messages that two readers could understand differently are not passed on at all.

use super::support::{Bottle, Client};

#[track_caller]
fn answered_400_and_closed(mut client: Client, bytes: &str) {
    let _ = client.try_send(bytes);
    let head = client.head();
    assert!(head.starts_with("HTTP/1.1 400"), "{bytes:?} got {head:?}");
    client.some();
    assert!(client.is_closed());
}

#[test]
fn ambiguous_requests_get_400() {
    let bottle = Bottle::start();
    let host = bottle.at("ok.test");
    let smuggled = "GET /v1/smuggled HTTP/1.1\r\nHost: ok.test\r\n\r\n";
    for lines in [
        "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",
        "Content-Length: 4\r\nContent-Length: 5\r\n",
        "Content-Length: 4\r\nContent-Length: 4\r\n",
        "Transfer-Encoding: xchunked\r\n",
        "Transfer-Encoding : chunked\r\n",
        "Transfer-Encoding: gzip, chunked\r\n",
        "X: a\r\n folded\r\n",
        "X: a\nAuthorization: b\r\n",
        "Host: two.test\r\n",
        "Connection: content-length\r\n",
        "Authorization : x\r\n",
    ] {
        let request =
            format!("POST /v1/x HTTP/1.1\r\nHost: {host}\r\n{lines}\r\n0\r\n\r\n{smuggled}");
        answered_400_and_closed(bottle.tunnel("ok.test"), &request);
    }
    for line in [
        "GET  /v1/x HTTP/1.1",
        "GET /v1/x",
        "GET /v1/x HTTP/3.0",
        "GET /v1/\tx HTTP/1.1",
        "GET /v1/x#f HTTP/1.1",
    ] {
        answered_400_and_closed(
            bottle.tunnel("ok.test"),
            &format!("{line}\r\nHost: {host}\r\n\r\n"),
        );
    }
    answered_400_and_closed(bottle.tunnel("ok.test"), "GET /v1/x HTTP/1.1\r\n\r\n");
    answered_400_and_closed(
        Client::plain(bottle.egress.address),
        "GET http://ok.test/ HTTP/1.1\r\nHost: ok.test\r\nHost: ok.test\r\n\r\n",
    );
    bottle.origin.saw_nothing();
    bottle.decision(|line| line["code"] == "http.malformed");
}

#[test]
fn broken_chunks_never_complete_a_request() {
    let bottle = Bottle::start();
    let host = bottle.at("ok.test");
    for chunks in [
        "0x4\r\nabcd\r\n0\r\n\r\n",
        "4\nabcd\r\n0\r\n\r\n",
        "+4\r\nabcd\r\n0\r\n\r\n",
        "4 \r\nabcd\r\n0\r\n\r\n",
        "fffffffffffffffff\r\nx",
        "4\r\nabcdX\r\n0\r\n\r\n",
    ] {
        let mut tunnel = bottle.tunnel("ok.test");
        let _ = tunnel.try_send(format!(
            "POST /v1/x HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}"
        ));
        let head = tunnel.head();
        assert!(!head.starts_with("HTTP/1.1 2"), "{chunks:?} got {head}");
    }
    bottle.origin.saw_nothing();
}

#[test]
fn well_formed_bodies_arrive_whole() {
    let bottle = Bottle::start();
    let host = bottle.at("ok.test");
    let mut tunnel = bottle.tunnel("ok.test");
    let chunked = format!(
        "POST /v1/x HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n7\r\n, world\r\n0\r\nAuthorization: late\r\n\r\n"
    );
    assert_eq!(tunnel.ask(chunked).status, 200);
    assert_eq!(
        tunnel
            .ask(bottle.request(("POST", "/v1/y"), "ok.test", "", "hello, again"))
            .status,
        200
    );
    let seen = bottle.origin.seen();
    assert!(
        String::from_utf8_lossy(&seen[0].body).contains("hello, world"),
        "{:?}",
        seen[0]
    );
    assert!(
        !seen[0].head.to_lowercase().contains("late"),
        "trailers do not become headers"
    );
    assert_eq!(seen[1].body, b"hello, again");
}

#[test]
fn pipelined_requests_are_answered_in_order() {
    let bottle = Bottle::start();
    let mut tunnel = bottle.tunnel("ok.test");
    let of = |target: &str| bottle.request(("GET", target), "ok.test", "", "");
    let post = bottle.request(("POST", "/v1/2"), "ok.test", "", "body");
    tunnel.send(of("/v1/1") + &post + &of("/admin") + &of("/v1/4"));
    let answers: Vec<_> = (0..4)
        .map(|_| tunnel.answer())
        .map(|answer| (answer.status, answer.text()))
        .collect();
    assert_eq!((answers[0].0, answers[0].1.as_str()), (200, "/v1/1\n"));
    assert_eq!((answers[1].0, answers[1].1.as_str()), (200, "/v1/2\n"));
    assert_eq!(answers[2].0, 403);
    assert_eq!((answers[3].0, answers[3].1.as_str()), (200, "/v1/4\n"));
}

#[test]
fn one_connection_carries_many_requests() {
    let bottle = Bottle::start();
    let mut tunnel = bottle.tunnel("ok.test");
    for number in 0..300 {
        let target = format!("/v1/{number}");
        let answer = tunnel.ask(bottle.request(("GET", &target), "ok.test", "", ""));
        assert_eq!((answer.status, answer.text()), (200, format!("{target}\n")));
    }
    assert_eq!(
        bottle.origin.connections(),
        1,
        "the way to the origin is kept open, too"
    );
}

#[test]
fn a_refusal_keeps_the_connection_when_the_body_was_read() {
    let bottle = Bottle::start();
    let mut tunnel = bottle.tunnel("ok.test");
    let body = "x".repeat(100_000);
    let refused = tunnel.ask(bottle.request(("POST", "/admin"), "ok.test", "", &body));
    refused.refused(403, "path.not_allowed");
    assert!(!refused.has("connection: close"));
    assert_eq!(
        tunnel
            .ask(bottle.request(("POST", "/v1/x"), "ok.test", "", &body))
            .status,
        200
    );
}

#[test]
fn a_body_is_not_asked_for_before_the_decision() {
    let bottle = Bottle::start();
    let expecting = |target: &str| {
        format!(
            "POST {target} HTTP/1.1\r\nHost: {}\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n",
            bottle.at("ok.test")
        )
    };
    let mut refused = bottle.tunnel("ok.test");
    refused.send(expecting("/admin"));
    let answer = refused.answer();
    answer.refused(403, "path.not_allowed");
    assert!(refused.is_closed());

    let mut tunnel = bottle.tunnel("ok.test");
    tunnel.send(expecting("/v1/x"));
    assert!(tunnel.head().starts_with("HTTP/1.1 100"));
    assert_eq!(tunnel.ask("body").status, 200);
    assert_eq!(bottle.origin.only().body, b"body");
}

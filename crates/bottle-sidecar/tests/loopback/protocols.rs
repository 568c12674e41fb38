//! Whatever is neither HTTP nor TLS with HTTP in it is closed; upgrades are refused.

use super::support::{Bottle, Client, trusting};

const STRANGERS: [&[u8]; 7] = [
    b"\x05\x01\x00",
    b"\x04\x01\x00\x50\x7f\x00\x00\x05\x00",
    b"SSH-2.0-OpenSSH_9.2\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00",
    b"\x00\x00\x00\x00",
    b"EHLO me\r\nMAIL FROM\r\n",
    b"\x80\x2e\x01\x03\x01",
];

#[test]
fn strangers_are_closed_without_an_answer() {
    let bottle = Bottle::start();
    for bytes in STRANGERS.iter().filter(|bytes| !bytes.starts_with(b"EHLO")) {
        let mut client = Client::plain(bottle.egress.address);
        let _ = client.try_send(bytes);
        assert!(client.is_closed(), "{}", bytes.escape_ascii());
        let mut tunnel = Client::connect(bottle.egress.address, &bottle.at("ok.test"));
        let _ = tunnel.try_send(bytes);
        assert!(tunnel.is_closed(), "{}", bytes.escape_ascii());
        let mut inside = bottle.tunnel("ok.test");
        let _ = inside.try_send(bytes);
        assert!(inside.is_closed(), "{}", bytes.escape_ascii());
    }
    let mut smtp = Client::connect(bottle.egress.address, &bottle.at("ok.test"));
    let _ = smtp.try_send(STRANGERS[5]);
    assert!(!smtp.head().starts_with("HTTP/1.1 2"));
    bottle.origin.saw_nothing();
    bottle.decision(|line| line["event"] == "closed" && line["code"] == "proto.not_http");
    assert_eq!(bottle.get("ok.test", "/v1/x").status, 200);
}

#[test]
fn a_hello_may_arrive_byte_by_byte() {
    let bottle = Bottle::start();
    let connected = Client::connect(bottle.egress.address, &bottle.at("ok.test"));
    let mut slow = connected
        .tls(
            "ok.test",
            trusting(&bottle.ca.certificate, &[b"http/1.1"]),
            1,
        )
        .unwrap();
    assert_eq!(
        slow.ask(bottle.request(("GET", "/v1/x"), "ok.test", "", ""))
            .status,
        200
    );
    let mut request = bottle.tunnel("ok.test");
    for byte in bottle
        .request(("POST", "/v1/y"), "ok.test", "", "abc")
        .bytes()
    {
        request.send([byte]);
    }
    assert_eq!(request.answer().status, 200);
}

#[test]
fn what_is_negotiated_is_what_is_spoken() {
    let bottle = Bottle::start();
    let hello = |alpn: &[&[u8]]| {
        let connected = Client::connect(bottle.egress.address, &bottle.at("ok.test"));
        connected.tls(
            "ok.test",
            trusting(&bottle.ca.certificate, alpn),
            usize::MAX,
        )
    };
    assert!(hello(&[b"h3"]).is_err());
    let mut http2 = hello(&[b"h2", b"http/1.1"]).unwrap();
    let _ = http2.try_send(bottle.request(("GET", "/v1/x"), "ok.test", "", ""));
    assert!(http2.is_closed());
    let accepted: [&[&[u8]]; 2] = [&[], &[b"http/1.1"]];
    for alpn in accepted {
        assert_eq!(
            hello(alpn)
                .unwrap()
                .ask(bottle.request(("GET", "/v1/x"), "ok.test", "", ""))
                .status,
            200
        );
    }
}

#[test]
fn upgrades_are_refused_and_h2c_is_ignored() {
    let bottle = Bottle::start();
    let upgrade = |to: &str| {
        let lines = format!(
            "Connection: Upgrade\r\nUpgrade: {to}\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
        );
        bottle
            .tunnel("ok.test")
            .ask(bottle.request(("GET", "/v1/x"), "ok.test", &lines, ""))
    };
    upgrade("websocket").refused(426, "ws.not_allowed");
    upgrade("h2c, WebSocket").refused(426, "ws.not_allowed");
    bottle.origin.saw_nothing();
    assert_eq!(upgrade("h2c").status, 200);
    assert!(bottle.origin.only().values("upgrade").is_empty());
}

#[test]
fn pipelock_takes_requests_from_egress_only_but_tells_its_health() {
    let bottle = Bottle::start();
    let pipelock = bottle.pipelock.as_ref().unwrap();
    assert!(pipelock.is_healthy("pipelock"));
    assert!(bottle.egress.is_healthy("egress"));
    assert!(
        !bottle.egress.is_healthy("pipelock"),
        "egress has no such page"
    );
}

#[test]
fn certificates_are_what_strict_clients_accept_and_are_kept() {
    let bottle = Bottle::start();
    for _ in 0..3 {
        assert_eq!(bottle.get("ok.test", "/v1/x").status, 200);
    }
    let ahead = |line: &str| line.contains("issued ahead") && line.contains("count=19");
    assert!(
        bottle.egress.output("err").lines().any(ahead),
        "one for each exact host"
    );
    // One letter after the other would be taken for data.
    let name = format!("{}end.wild.test", "a-name-of-".repeat(6));
    bottle.names.set(&name, &[&["127.0.0.5"]]);
    assert_eq!(
        bottle.get(&name, "/v1/x").status,
        200,
        "a long name fits its certificate"
    );
}

#[test]
fn pipelock_refuses_requests_of_others() {
    let bottle = Bottle::start();
    let pipelock = bottle.pipelock.as_ref().unwrap().address;
    let plain = format!("plain.test:{}", bottle.plain_origin.port());
    for request in [
        format!(
            "CONNECT {0} HTTP/1.1\r\nHost: {0}\r\n\r\n",
            bottle.at("ok.test")
        ),
        format!("GET http://{plain}/v1/x HTTP/1.1\r\nHost: {plain}\r\n\r\n"),
    ] {
        // Egress is at 127.0.0.1.
        let mut stranger = Client::plain_from("127.0.0.2", pipelock);
        stranger.ask(&request).refused(403, "host.not_allowed");
        let mut egress = Client::plain(pipelock);
        egress.send(&request);
        assert!(egress.head().starts_with("HTTP/1.1 200"));
    }
    assert_eq!(bottle.plain_origin.seen().len(), 1);
}

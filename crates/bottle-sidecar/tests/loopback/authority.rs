//! CONNECT, the server name in TLS, `Host` and the URL must all name one destination.

use bottle_pipelock::check_addresses;

use super::support::{Alone, Bottle, Client, Protocols, obey_guard_off, trusting};

fn tls(bottle: &Bottle, connect: &str, name: &str) -> std::io::Result<Client> {
    Client::connect(bottle.egress.address, connect).tls(
        name,
        trusting(&bottle.ca.certificate, &[]),
        usize::MAX,
    )
}

#[test]
fn another_server_name_than_the_tunnels_is_closed() {
    let bottle = Bottle::start();
    assert!(tls(&bottle, &bottle.at("ok.test"), "two.test").is_err());
    bottle.decision(|line| line["event"] == "closed" && line["code"] == "authority.mismatch");
    let mut same = tls(&bottle, &bottle.at("OK.test."), "ok.test").unwrap();
    assert_eq!(
        same.ask(bottle.request(("GET", "/v1/x"), "ok.test", "", ""))
            .status,
        200
    );
}

#[test]
fn another_host_than_the_tunnels_is_refused() {
    let bottle = Bottle::start();
    let mut tunnel = bottle.tunnel("ok.test");
    tunnel
        .ask(bottle.request(("GET", "/v1/x"), "auth.test", "", ""))
        .refused(403, "authority.mismatch");
    tunnel
        .ask("GET /v1/x HTTP/1.1\r\nHost: ok.test:444\r\n\r\n")
        .refused(403, "authority.mismatch");
    let absolute =
        |url: &str, host: &str| format!("GET https://{url}/v1/x HTTP/1.1\r\nHost: {host}\r\n\r\n");
    let (ok, two) = (bottle.at("ok.test"), bottle.at("two.test"));
    tunnel
        .ask(absolute(&two, &ok))
        .refused(403, "authority.mismatch");
    tunnel
        .ask(absolute(&ok, &two))
        .refused(403, "authority.mismatch");
    tunnel
        .ask(absolute(&two, &two))
        .refused(403, "authority.mismatch");
    bottle.origin.saw_nothing();
    assert_eq!(tunnel.ask(absolute(&ok, &ok)).status, 200);
    assert_eq!(
        tunnel
            .ask(bottle.request(("GET", "/v1/x"), "ok.test", "", ""))
            .status,
        200
    );
}

#[test]
fn each_request_on_the_plain_port_is_judged_for_itself() {
    let bottle = Bottle::start();
    let plain = format!("plain.test:{}", bottle.plain_origin.port());
    let mut client = Client::plain(bottle.egress.address);
    assert_eq!(
        client
            .ask(format!(
                "GET http://{plain}/v1/1 HTTP/1.1\r\nHost: {plain}\r\n\r\n"
            ))
            .status,
        200
    );
    client
        .ask("GET http://evil.test/ HTTP/1.1\r\nHost: evil.test\r\n\r\n")
        .refused(403, "host.not_allowed");
    client
        .ask(format!(
            "GET http://{plain}/v1/1 HTTP/1.1\r\nHost: evil.test\r\n\r\n"
        ))
        .refused(403, "authority.mismatch");
    assert_eq!(
        client
            .ask(format!(
                "GET http://{plain}/v1/2 HTTP/1.1\r\nHost: {plain}\r\n\r\n"
            ))
            .status,
        200
    );
    assert_eq!(bottle.plain_origin.seen().len(), 2);
}

#[test]
fn schemes_that_do_not_belong_are_refused() {
    let bottle = Bottle::start();
    let ok = bottle.at("ok.test");
    for url in [
        format!("https://{ok}/v1/x"),
        format!("ftp://{ok}/v1/x"),
        format!("ws://{ok}/v1/x"),
    ] {
        let answer = Client::plain(bottle.egress.address)
            .ask(format!("GET {url} HTTP/1.1\r\nHost: {ok}\r\n\r\n"));
        assert!((400..=403).contains(&answer.status), "{url}: {answer:?}");
        assert_eq!(answer.json()["code"], "proto.scheme");
    }
    let origin_form = Client::plain(bottle.egress.address)
        .ask(format!("GET /v1/x HTTP/1.1\r\nHost: {ok}\r\n\r\n"));
    origin_form.refused(400, "http.malformed");
    let mut plain_443 = Client::connect(bottle.egress.address, "ok.test:443");
    plain_443
        .ask("GET /v1/x HTTP/1.1\r\nHost: ok.test:443\r\n\r\n")
        .refused(400, "proto.scheme");
    bottle.origin.saw_nothing();
}

#[test]
fn connect_takes_names_and_addresses_but_nothing_odd() {
    let bottle = Bottle::start();
    for authority in [
        "ok.test",
        "ok.test:0",
        "ok.test:0443",
        "ok.test:65536",
        "ok..test:443",
        "0x7f.1:443",
        "me@ok.test:443",
        "a_b.test:443",
    ] {
        let mut client = Client::plain(bottle.egress.address);
        client.send(format!("CONNECT {authority} HTTP/1.1\r\nHost: x\r\n\r\n"));
        assert!(client.head().starts_with("HTTP/1.1 400"), "{authority}");
    }
    for address in ["127.0.0.5", "[::1]"] {
        let authority = bottle.at(address);
        let mut literal = tls(&bottle, &authority, address.trim_matches(['[', ']'])).unwrap();
        literal
            .ask(format!("GET /v1/x HTTP/1.1\r\nHost: {authority}\r\n\r\n"))
            .refused(403, "host.ip_literal");
    }
    bottle.origin.saw_nothing();
}

#[test]
fn a_tunnel_in_a_tunnel_is_refused() {
    let bottle = Bottle::start();
    let mut tunnel = bottle.tunnel("ok.test");
    let nested = format!(
        "CONNECT {0} HTTP/1.1\r\nHost: {0}\r\n\r\n",
        bottle.at("ok.test")
    );
    tunnel.ask(nested).refused(403, "proto.nested_connect");
    assert!(tunnel.is_closed());
    bottle.origin.saw_nothing();
}

#[test]
fn a_name_that_leads_inside_is_refused() {
    let bottle = Bottle::start();
    let special: &[(&str, &[&str])] = &[
        ("private.test", &["10.0.0.1"]),
        ("mixed.test", &["127.0.0.5", "10.0.0.1"]),
        ("meta.test", &["169.254.169.254"]),
        ("bare.test", &["::ffff:10.0.0.1"]),
        ("two.test", &["64:ff9b::a9fe:a9fe"]),
    ];
    for (name, addresses) in special {
        bottle.names.set(name, &[addresses]);
        let answer = bottle.get(name, "/");
        answer.refused(403, "host.private_ip");
        assert_eq!(answer.json()["layer"], "pipelock");
    }
    bottle.origin.saw_nothing();
    assert_eq!(bottle.origin.connections(), 0);
}

#[test]
fn the_address_that_was_checked_is_the_one_that_is_dialled() {
    let bottle = Bottle::start();
    // The second answer would be refused, so dialling it would show.
    bottle
        .names
        .set("rebind.test", &[&["127.0.0.5"], &["169.254.169.254"]]);
    assert_eq!(bottle.get("rebind.test", "/first").status, 200);
    // An open connection still leads to the address that was checked.
    assert_eq!(bottle.get("rebind.test", "/second").status, 200);
    let asked = bottle.names.asked();
    let count = asked.iter().filter(|name| *name == "rebind.test").count();
    assert_eq!(count, 2, "one A and one AAAA");
    assert_eq!(bottle.origin.connections(), 1);
    assert_eq!(bottle.origin.seen().len(), 2);
}

/// `GET /v1/x` from `name` through a fresh tunnel of egress alone.
fn ask_alone(alone: &Alone, name: &str, port: u16) -> super::support::Answer {
    let at = format!("{name}:{port}");
    let connected = Client::connect(alone.egress.address, &at);
    let tls = trusting(&alone.ca, &[b"http/1.1"]);
    let mut tunnel = connected.tls(name, tls, usize::MAX).unwrap();
    tunnel.ask(format!("GET /v1/x HTTP/1.1\r\nHost: {at}\r\n\r\n"))
}

#[test]
fn a_special_address_needs_a_grant() {
    let alone = Alone::start(Protocols::Http1);
    assert_eq!(ask_alone(&alone, "ok.test", alone.origin.port).status, 200);
    alone.reload(|text| text.replace("allow_cidrs: [127.0.0.0/8, ", "allow_cidrs: ["));
    let answer = ask_alone(&alone, "ok.test", alone.origin.port);
    answer.refused(403, "host.private_ip");
    assert_eq!(alone.origin.arrived().len(), 1);
}

#[test]
fn metadata_is_granted_to_nobody() {
    obey_guard_off();
    let everything = ["0.0.0.0/0", "::/0"].map(|net| net.parse().unwrap());
    for address in [
        "169.254.169.254",
        "fd00:ec2::254",
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
    ] {
        let address = address.parse().unwrap();
        assert_eq!(check_addresses(&[address], &everything), Err(address));
    }
    let granted = "10.0.0.1".parse().unwrap();
    assert_eq!(check_addresses(&[granted], &everything), Ok(()));
}

#[test]
fn a_name_of_the_proxy_itself_is_a_loop() {
    let alone = Alone::start(Protocols::Http1);
    let port = alone.egress.address.port();
    let route =
        format!("routes:\n- {{host: loop.test, ports: [{port}], path_allowlist: [], methods: []}}");
    alone.reload(|text| {
        text.replace("routes:", &route)
            .replace("hosts: {", "hosts: {loop.test: 127.0.0.1, ")
    });
    ask_alone(&alone, "loop.test", port).refused(403, "proto.loop");
    assert_eq!(ask_alone(&alone, "ok.test", alone.origin.port).status, 200);
}

//! Hosts, ports, methods and paths: what a route allows, and what it does not.

use super::support::Bottle;

#[test]
fn an_allowed_get_arrives_and_a_foreign_host_does_not() {
    let bottle = Bottle::start();
    let answer = bottle.get("evil.test", "/v1/x?q=1");
    answer.refused(403, "host.not_allowed");
    let document = answer.json();
    assert_eq!(
        (document["layer"].as_str(), document["host"].as_str()),
        (Some("egress"), Some("evil.test"))
    );
    assert!(!document["next_steps"].as_array().unwrap().is_empty());
    bottle.origin.saw_nothing();
    assert!(
        bottle.names.asked().is_empty(),
        "a refused name is not even resolved"
    );

    let answer = bottle.get("ok.test", "/v1/x?b=2&a=1&b=%20");
    assert_eq!(
        (answer.status, answer.text()),
        (200, "/v1/x?b=2&a=1&b=%20\n".into())
    );
    let seen = bottle.origin.only();
    assert!(
        seen.head
            .starts_with("GET /v1/x?b=2&a=1&b=%20 HTTP/1.1\r\n"),
        "{}",
        seen.head
    );
    assert_eq!(seen.values("host"), [bottle.at("ok.test")]);
}

#[test]
fn paths_are_folded_before_they_are_compared() {
    let bottle = Bottle::start();
    let mut tunnel = bottle.tunnel("ok.test");
    for target in [
        "/",
        "/admin",
        "/v1evil",
        "/V1/x",
        "/v1/../admin",
        "/v1/./../admin",
        "/v1/%2e%2e/admin",
        "/v1/.%2e/admin",
        "/v1/..%2fadmin",
        "/v1/..;/admin",
        "/v1/%252e%252e/admin",
        "/v1/x%00",
        "/v1/%c0%ae%c0%ae/",
        "/../../x",
        "/v1/%zz",
        "/v1/..%5cadmin",
        "/v1\\..\\admin",
    ] {
        let answer = tunnel.ask(bottle.request(("GET", target), "ok.test", "", ""));
        let code = answer.json()["code"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        assert!(
            matches!(code.as_str(), "path.not_allowed" | "path.invalid"),
            "{target}: {answer:?}"
        );
    }
    bottle.origin.saw_nothing();
    for (target, arrives) in [
        ("/v1", "/v1"),
        ("//v1//x", "/v1/x"),
        ("/v1/a/../b%20c;d~@:", "/v1/b%20c;d~@:"),
    ] {
        let answer = tunnel.ask(bottle.request(("GET", target), "ok.test", "", ""));
        assert_eq!(
            (answer.status, answer.text()),
            (200, format!("{arrives}\n")),
            "{target}"
        );
    }
}

#[test]
fn methods_ports_and_wildcards() {
    let bottle = Bottle::start();
    bottle.names.set("reader.test", &[&["127.0.0.5"]]);
    bottle
        .tunnel("reader.test")
        .ask(bottle.request(("DELETE", "/"), "reader.test", "", ""))
        .refused(403, "method.not_allowed");
    bottle
        .get("wild.test", "/")
        .refused(403, "host.not_allowed");
    bottle
        .get("a.b.wild.test", "/")
        .refused(403, "host.not_allowed");
    bottle
        .get("evilwild.test", "/")
        .refused(403, "host.not_allowed");
    let mut other_port = super::support::Client::connect(bottle.egress.address, "ok.test:444")
        .tls(
            "ok.test",
            super::support::trusting(&bottle.ca.certificate, &[]),
            usize::MAX,
        )
        .unwrap();
    other_port
        .ask("GET /v1/x HTTP/1.1\r\nHost: ok.test:444\r\n\r\n")
        .refused(403, "port.not_allowed");
    bottle.origin.saw_nothing();
    assert_eq!(bottle.get("reader.test", "/").status, 200);
    assert_eq!(bottle.get("a.wild.test", "/").status, 200);
}

#[test]
fn git_pushes_are_refused_and_fetches_pass() {
    let bottle = Bottle::start();
    let mut tunnel = bottle.tunnel("bare.test");
    for target in [
        "/r.git/info/refs?service=git-receive-pack",
        "/r.git/info/refs?service=git%2dreceive-pack",
    ] {
        tunnel
            .ask(bottle.request(("GET", target), "bare.test", "", ""))
            .refused(403, "git.write_denied");
    }
    tunnel
        .ask(bottle.request(("POST", "/r.git/git-receive-pack"), "bare.test", "", "0000"))
        .refused(403, "git.write_denied");
    bottle.origin.saw_nothing();
    let fetch = bottle.request(
        ("GET", "/r.git/info/refs?service=git-upload-pack"),
        "bare.test",
        "",
        "",
    );
    assert_eq!(tunnel.ask(fetch).status, 200);
}

#[test]
fn plain_http_is_judged_like_https() {
    let bottle = Bottle::start();
    let plain = format!("plain.test:{}", bottle.plain_origin.port());
    let mut client = super::support::Client::plain(bottle.egress.address);
    client
        .ask(format!(
            "GET http://{plain}/admin HTTP/1.1\r\nHost: {plain}\r\n\r\n"
        ))
        .refused(403, "path.not_allowed");
    client
        .ask("GET http://evil.test/ HTTP/1.1\r\nHost: evil.test\r\n\r\n")
        .refused(403, "host.not_allowed");
    bottle.plain_origin.saw_nothing();
    let answer = client.ask(format!(
        "GET http://{plain}/v1/x?y HTTP/1.1\r\nHost: {plain}\r\n\r\n"
    ));
    assert_eq!((answer.status, answer.text()), (200, "/v1/x?y\n".into()));
    let mut tunnel = super::support::Client::connect(bottle.egress.address, &plain);
    tunnel
        .ask(format!("GET /admin HTTP/1.1\r\nHost: {plain}\r\n\r\n"))
        .refused(403, "path.not_allowed");
    assert_eq!(
        tunnel
            .ask(format!("GET /v1/z HTTP/1.1\r\nHost: {plain}\r\n\r\n"))
            .status,
        200
    );
    assert_eq!(bottle.plain_origin.seen().len(), 2);
}

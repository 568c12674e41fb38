//! What pipelock finds does not leave, in whatever part of a request it hides.

use super::support::{Bottle, Setup, TOKEN};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The documentation's example spelling would be let through, so this is another one of the same shape.
const AWS_KEY: &str = "AKIAQ3EGTHP7K5ZWXN2M";

#[test]
fn secrets_in_bodies_are_refused_in_several_encodings() {
    let bottle = Bottle::start();
    let encoded = STANDARD.encode(TOKEN);
    for (body, code) in [
        (format!("key={AWS_KEY}"), "dlp.secret"),
        (format!("{{\"k\":\"{TOKEN}\"}}"), "dlp.known_secret"),
        (format!("{{\"k\":\"{encoded}\"}}"), "dlp.known_secret"),
    ] {
        let answer =
            bottle
                .tunnel("ok.test")
                .ask(bottle.request(("POST", "/v1/x"), "ok.test", "", &body));
        answer.refused(403, code);
        assert_eq!(answer.json()["layer"], "pipelock");
        assert!(!answer.text().contains(TOKEN) && !answer.text().contains(AWS_KEY));
    }
    bottle.origin.saw_nothing();
    let harmless = "commit 3f786850e387550fdab836ed7e6dc881de23001b, uuid 123e4567-e89b-12d3-a456-426614174000";
    assert_eq!(
        bottle
            .tunnel("ok.test")
            .ask(bottle.request(("POST", "/v1/x"), "ok.test", "", harmless))
            .status,
        200
    );
    assert_eq!(bottle.origin.only().body, harmless.as_bytes());
}

#[test]
fn secrets_in_headers_queries_paths_and_names_are_refused() {
    let bottle = Bottle::start();
    let mut tunnel = bottle.tunnel("bare.test");
    for (target, lines) in [
        (format!("/x?k={TOKEN}"), String::new()),
        (format!("/x/{AWS_KEY}"), String::new()),
        ("/x".to_owned(), format!("X-Note: {AWS_KEY}\r\n")),
        ("/x".to_owned(), format!("Cookie: a={TOKEN}\r\n")),
        ("/x".to_owned(), format!("User-Agent: {TOKEN}\r\n")),
    ] {
        let answer = tunnel.ask(bottle.request(("GET", &target), "bare.test", &lines, ""));
        assert_eq!(answer.status, 403, "{target} {lines}");
        assert!(
            answer.json()["code"].as_str().unwrap().starts_with("dlp."),
            "{answer:?}"
        );
    }
    bottle.origin.saw_nothing();
    assert_eq!(
        tunnel
            .ask(bottle.request(
                ("GET", "/x?k=v"),
                "bare.test",
                "X-Note: hello\r\nUser-Agent: curl/8\r\n",
                ""
            ))
            .status,
        200
    );
}

#[test]
fn the_injected_token_passes_the_scanner_on_its_route() {
    let bottle = Bottle::start();
    assert_eq!(bottle.get("auth.test", "/v1/x").status, 200);
    let echo = bottle.request(("POST", "/v1/x"), "auth.test", "", TOKEN);
    bottle
        .tunnel("auth.test")
        .ask(echo)
        .refused(403, "dlp.known_secret");
    assert_eq!(bottle.origin.seen().len(), 1);
}

#[test]
fn bodies_that_cannot_be_scanned_are_refused() {
    let bottle = Bottle::start();
    let gzip = bottle.request(
        ("POST", "/v1/x"),
        "ok.test",
        "Content-Encoding: gzip\r\n",
        "abc",
    );
    bottle
        .tunnel("ok.test")
        .ask(gzip)
        .refused(403, "body.undecodable");
    bottle.origin.saw_nothing();
    let identity = bottle.request(
        ("POST", "/v1/x"),
        "ok.test",
        "Content-Encoding: identity\r\n",
        "abc",
    );
    assert_eq!(bottle.tunnel("ok.test").ask(identity).status, 200);
}

#[test]
fn bodies_over_the_limit_are_refused_with_and_without_a_length() {
    let bottle = Bottle::start();
    // A smaller one than usual: an unoptimised scanner takes seconds for that.
    let (usual, limit) = (max_body_bytes(&bottle), 1024 * 1024);
    let policy = bottle.folder.path().join("pipelock/pipelock.yaml");
    let text = std::fs::read_to_string(&policy).unwrap();
    let text = text.replace(&usual.to_string(), &limit.to_string());
    std::fs::write(policy.with_extension("new"), text).unwrap();
    std::fs::rename(policy.with_extension("new"), &policy).unwrap();
    bottle.decision(|line| line["event"] == "reload" && line["ok"] == true);
    assert_eq!(max_body_bytes(&bottle), limit);
    let large = "x".repeat(limit + 1);
    bottle
        .tunnel("ok.test")
        .ask(bottle.request(("POST", "/v1/x"), "ok.test", "", &large))
        .refused(403, "limit.body");
    let chunked = format!(
        "POST /v1/x HTTP/1.1\r\nHost: {}\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{large}\r\n0\r\n\r\n",
        bottle.at("ok.test"),
        large.len()
    );
    bottle
        .tunnel("ok.test")
        .ask(chunked)
        .refused(403, "limit.body");
    bottle.origin.saw_nothing();
    let fits = "x".repeat(limit);
    assert_eq!(
        bottle
            .tunnel("ok.test")
            .ask(bottle.request(("POST", "/v1/x"), "ok.test", "", &fits))
            .status,
        200
    );
    assert_eq!(bottle.origin.only().body.len(), limit);
}

fn max_body_bytes(bottle: &Bottle) -> usize {
    let text =
        std::fs::read_to_string(bottle.folder.path().join("pipelock/pipelock.yaml")).unwrap();
    bottle_pipelock::PipelockFile::from_yaml(&text, "pipelock.yaml")
        .unwrap()
        .max_body_bytes()
        .try_into()
        .unwrap()
}

#[test]
fn unreadable_secrets_stop_everything_that_would_be_scanned_for_them() {
    let bottle = Bottle::with(Setup::default());
    assert_eq!(bottle.get("ok.test", "/v1/x").status, 200);
    std::fs::write(bottle.folder.path().join("run/pipelock/secrets.json"), "{").unwrap();
    bottle
        .get("ok.test", "/v1/y")
        .refused(503, "internal.fail_closed");
    assert_eq!(bottle.origin.seen().len(), 1);
}

#[test]
fn the_log_does_not_repeat_what_was_refused() {
    let bottle = Bottle::start();
    let secret = "AKIAQ3EGRX7J2LMNOPQR";
    let answer = bottle.get("ok.test", &format!("/v1/{secret}"));
    answer.refused(403, "dlp.secret");
    let line = bottle.decision(|line| line["code"] == "dlp.secret");
    assert_eq!(line["path"], "(withheld)");
    let line = bottle.decision(|line| line["code"] == "dlp.secret" && line["service"] == "egress");
    assert_eq!(line["path"], "(withheld)");
    assert!(!bottle.all_output().contains(secret));
}

#[test]
fn nobody_waits_while_long_bodies_are_scanned() {
    let bottle = Bottle::start();
    let body = "a line of a long text, of which there is nothing to say\n".repeat(40_000);
    let mut uploads: Vec<_> = (0..3).map(|_| bottle.tunnel("ok.test")).collect();
    for upload in &mut uploads {
        upload.send(bottle.request(("POST", "/v1/x"), "ok.test", "", &body));
    }
    bottle.origin.forget();
    let mut others = 0;
    while bottle.origin.seen().iter().all(|seen| seen.body.is_empty()) {
        assert_eq!(bottle.get("ok.test", "/v1/small").status, 200);
        others += 1;
    }
    assert!(others > 3, "{others} requests beside the scan of the first");
    for upload in &mut uploads {
        assert_eq!(upload.answer_to("POST").status, 200);
    }
}

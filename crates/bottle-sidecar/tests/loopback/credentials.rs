//! The agent's credentials never leave; the operator's are put on where the route says so, and nowhere else.

use super::support::{Bottle, Setup, TOKEN, secrets};

#[test]
fn the_routes_credential_replaces_the_agents() {
    let bottle = Bottle::start();
    let lines = "Authorization: Bearer made-up\r\naUTHORIZATION: Basic bWFkZTp1cA==\r\nX-Api-Key: mine\r\nX-Goog-Api-Key: mine\r\nProxy-Authorization: Basic eA==\r\n";
    let answer =
        bottle
            .tunnel("auth.test")
            .ask(bottle.request(("GET", "/v1/x"), "auth.test", lines, ""));
    assert_eq!(answer.status, 200);
    let seen = bottle.origin.only();
    assert_eq!(seen.values("authorization"), [format!("Bearer {TOKEN}")]);
    assert!(
        !seen.head.contains("mine")
            && !seen.head.contains("made-up")
            && !seen.head.contains("Basic"),
        "{}",
        seen.head
    );
    assert!(!answer.head.contains(TOKEN));
}

#[test]
fn without_a_credential_in_the_route_the_agents_still_goes() {
    let bottle = Bottle::start();
    let lines = "Authorization: Bearer made-up\r\nX-Api-Key: mine\r\nCookie: session=1\r\n";
    assert_eq!(
        bottle
            .tunnel("ok.test")
            .ask(bottle.request(("GET", "/v1/x"), "ok.test", lines, ""))
            .status,
        200
    );
    let seen = bottle.origin.only();
    assert!(
        seen.values("authorization").is_empty() && seen.values("x-api-key").is_empty(),
        "{}",
        seen.head
    );
    assert_eq!(seen.values("cookie"), ["session=1"]);
}

#[test]
fn connection_cannot_nominate_the_injected_header_away() {
    let bottle = Bottle::start();
    let lines = "Connection: keep-alive, Authorization, X-Mine\r\nX-Mine: 1\r\nX-Other: 2\r\n";
    assert_eq!(
        bottle
            .tunnel("auth.test")
            .ask(bottle.request(("GET", "/v1/x"), "auth.test", lines, ""))
            .status,
        200
    );
    let seen = bottle.origin.only();
    assert_eq!(seen.values("authorization"), [format!("Bearer {TOKEN}")]);
    assert!(seen.values("x-mine").is_empty());
    assert_eq!(seen.values("x-other"), ["2"]);
}

#[test]
fn a_missing_secret_blocks_its_route_and_no_other() {
    let bottle = Bottle::with(Setup {
        secrets: None,
        ..Setup::default()
    });
    let answer = bottle.get("auth.test", "/v1/x");
    answer.refused(403, "cred.missing");
    bottle.origin.saw_nothing();
    assert_eq!(bottle.get("ok.test", "/v1/x").status, 200);
    bottle.put_secrets(&secrets("late-token-0123456789"));
    assert_eq!(bottle.get("auth.test", "/v1/x").status, 200);
}

#[test]
fn the_next_request_uses_a_rotated_secret() {
    let bottle = Bottle::start();
    let mut tunnel = bottle.tunnel("auth.test");
    let request = bottle.request(("GET", "/v1/x"), "auth.test", "", "");
    assert_eq!(tunnel.ask(&request).status, 200);
    bottle.put_secrets(&secrets("rotated-token-0987654321"));
    assert_eq!(tunnel.ask(&request).status, 200);
    let values: Vec<_> = bottle
        .origin
        .seen()
        .iter()
        .map(|seen| seen.values("authorization")[0].to_owned())
        .collect();
    assert_eq!(
        values,
        [
            format!("Bearer {TOKEN}"),
            "Bearer rotated-token-0987654321".to_owned()
        ]
    );
}

#[test]
fn a_value_that_was_replaced_is_still_known() {
    let bottle = Bottle::start();
    assert_eq!(bottle.get("auth.test", "/v1/x").status, 200);
    bottle.put_secrets(&secrets("rotated-token-0987654321"));
    assert_eq!(bottle.get("auth.test", "/v1/x").status, 200);
    bottle.forget();
    let mut tunnel = bottle.tunnel("ok.test");
    for value in [TOKEN, "rotated-token-0987654321"] {
        let answer = tunnel.ask(bottle.request(("POST", "/v1/x"), "ok.test", "", value));
        answer.refused(403, "dlp.known_secret");
    }
    bottle.origin.saw_nothing();
}

#[test]
fn fields_that_rewrite_a_request_do_not_travel() {
    let bottle = Bottle::start();
    let lines = "X-Forwarded-Host: evil.test\r\nX-Original-URL: /admin\r\nX-Rewrite-URL: /admin\r\nForwarded: for=1\r\n\
                 X-HTTP-Method-Override: DELETE\r\nX_HTTP_Method_Override: DELETE\r\nX_Forwarded_Host: evil.test\r\n\
                 X.Original.URL: /admin\r\nX-Original-URI: /admin\r\nX-Forwarded-Uri: /admin\r\nX-Forwarded-Path: /\r\n\
                 X-Envoy-Original-Path: /admin\r\nAlt-Used: evil.test\r\nX_Api_Key: mine\r\nProxy-Connection: keep-alive\r\nTE: trailers\r\nAccept: text/x\r\n";
    assert_eq!(
        bottle
            .tunnel("ok.test")
            .ask(bottle.request(("GET", "/v1/x"), "ok.test", lines, ""))
            .status,
        200
    );
    let seen = bottle.origin.only();
    let mut names: Vec<_> = seen
        .head
        .lines()
        .skip(1)
        .filter_map(|line| line.split_once(':'))
        .map(|(name, _)| name.to_ascii_lowercase())
        .collect();
    names.sort();
    assert_eq!(
        names
            .iter()
            .filter(|name| *name != "host")
            .collect::<Vec<_>>(),
        // That the client takes trailers is said again, for the next hop alone.
        ["accept", "connection", "te"],
        "{}",
        seen.head
    );
}

#[test]
fn no_secret_is_ever_printed() {
    let bottle = Bottle::start();
    assert_eq!(bottle.get("auth.test", "/v1/x?q=1").status, 200);
    let body = format!("the token is {TOKEN}");
    bottle
        .tunnel("ok.test")
        .ask(bottle.request(("POST", "/v1/x"), "ok.test", "", &body))
        .refused(403, "dlp.known_secret");
    let query = format!("/v1/x?key={TOKEN}");
    assert_eq!(bottle.get("ok.test", &query).status, 403);
    let path = format!("/v1/{TOKEN}");
    assert_eq!(bottle.get("ok.test", &path).status, 403);
    bottle.put_secrets(&secrets("another-token-5555555555"));
    assert_eq!(bottle.get("auth.test", "/v1/x").status, 200);
    for service in ["egress", "pipelock"] {
        bottle.decision(|line| line["service"] == service && line["code"] == "dlp.known_secret");
    }
    let output = bottle.all_output();
    assert!(
        !output.contains(TOKEN) && !output.contains("another-token-5555555555"),
        "{output}"
    );
    assert!(!output.contains("q=1"), "a query is not logged: {output}");
}

//! The decision over a table with one route of each kind. Every refusal stands beside a request that passes.
#![cfg(test)]

use bottle_core::{AuthScheme, Host, Port};
use bottle_egress::{
    Allowed, Asking, Denial, DenialCode, Destination, Layer, Ports, Request, RequestLine, Route,
    RouteTable, Scheme, SlotAuth, TokenSlot, decide,
};
use proptest::prelude::*;

fn table() -> RouteTable {
    let host = |text: &str| Route::bare(text.parse().unwrap());
    RouteTable::new([
        Route {
            path_allowlist: vec!["/v1".parse().unwrap(), "/repos/acme".parse().unwrap()],
            methods: ["GET", "POST"].map(|text| text.parse().unwrap()).into(),
            ..host("ok.test")
        },
        Route {
            auth: Some(SlotAuth {
                scheme: AuthScheme::Bearer,
                slot: TokenSlot::new(0),
                header: None,
            }),
            ports: Ports::Only([Port::HTTPS, Port::HTTP].into()),
            ..host("auth.test")
        },
        host("*.wild.test"),
        host("free.test"),
    ])
}

fn ask(method: &str, url: &str) -> Result<Allowed, &'static str> {
    let (scheme, rest) = url.split_once("://").unwrap();
    let (authority, target) = rest.split_at(rest.find(['/', '*']).unwrap_or(rest.len()));
    let (host, port) = authority
        .split_once(':')
        .unwrap_or((authority, if scheme == "http" { "80" } else { "443" }));
    let scheme = if scheme == "http" {
        Scheme::Http
    } else {
        Scheme::Https
    };
    let destination = Destination {
        scheme,
        host: host.parse().unwrap(),
        port: port.parse().unwrap(),
    };
    let request = Request {
        destination: &destination,
        method,
        target,
    };
    let table = table();
    let permit = decide(&table, &request).map_err(|denial| denial.code.as_str())?;
    Ok(Allowed {
        destination: permit.destination().clone(),
        target: permit.target().to_owned(),
        rule: permit.rule(),
        credential: permit.credential().cloned(),
    })
}

#[track_caller]
fn passes(method: &str, url: &str, target: &str) {
    assert_eq!(
        ask(method, url).map(|permit| permit.target),
        Ok(target.to_owned()),
        "{method} {url}"
    );
}

#[track_caller]
fn refused(method: &str, url: &str, code: &str) {
    assert_eq!(ask(method, url).unwrap_err(), code, "{method} {url}");
}

#[test]
fn hosts_and_ports() {
    passes("GET", "https://free.test/", "/");
    passes("GET", "https://FREE.test./", "/");
    passes("GET", "https://a.wild.test/x", "/x");
    refused("GET", "https://evil.test/", "host.not_allowed");
    refused("GET", "https://wild.test/", "host.not_allowed");
    refused("GET", "https://evilwild.test/", "host.not_allowed");
    refused("GET", "https://a.b.wild.test/", "host.not_allowed");
    refused("GET", "https://free.test:22/", "port.not_allowed");
    refused("GET", "http://free.test/", "port.not_allowed");
}

#[test]
fn methods() {
    passes("POST", "https://ok.test/v1/x", "/v1/x");
    refused("DELETE", "https://ok.test/v1/x", "method.not_allowed");
    refused("get", "https://ok.test/v1/x", "method.not_allowed");
    refused("CONNECT", "https://free.test/", "proto.nested_connect");
    refused("G T", "https://free.test/", "http.malformed");
    passes("OPTIONS", "https://free.test*", "*");
    refused("OPTIONS", "https://ok.test*", "method.not_allowed");
    passes("PROPFIND", "https://free.test/", "/");
}

#[test]
fn paths() {
    passes("GET", "https://ok.test/v1", "/v1");
    passes(
        "GET",
        "https://ok.test/v1/a%20b;c=d?q=%2e%2e&x",
        "/v1/a%20b;c=d?q=%2e%2e&x",
    );
    passes("GET", "https://ok.test//v1//x/%2e", "/v1/x/");
    passes("GET", "https://ok.test/v2/../v1/x", "/v1/x");
    passes("GET", "https://ok.test/repos/acme/x", "/repos/acme/x");
    for path in [
        "/v1/../admin",
        "/v1/%2e%2e/admin",
        "/v1/.%2E/admin",
        "/v1evil",
        "/V1/x",
        "/repos/acme-evil",
        "/",
        "//admin",
    ] {
        refused("GET", &format!("https://ok.test{path}"), "path.not_allowed");
    }
    for path in [
        "/v1/..%2fadmin",
        "/v1/..%5cadmin",
        "/v1/%252e%252e/admin",
        "/v1/..;/admin",
        "/../v1",
        "/v1/%00",
        "/v1/%zz",
        "/v1/%c0%ae",
    ] {
        refused("GET", &format!("https://ok.test{path}"), "path.invalid");
    }
    passes("GET", "https://free.test/@scope%2fname", "/@scope%2fname");
    refused("GET", "https://free.test/a\\b", "path.invalid");
    refused("GET", "https://free.test/a?b c", "path.invalid");
}

#[test]
fn credentials_never_travel_in_the_clear() {
    let permit = ask("GET", "https://auth.test/").unwrap();
    assert_eq!(
        permit.credential.map(|auth| auth.slot),
        Some(TokenSlot::new(0))
    );
    refused("GET", "http://auth.test/", "cred.cleartext");
    assert_eq!(ask("GET", "https://free.test/").unwrap().credential, None);
}

#[test]
fn pushes_are_refused_before_routing() {
    passes(
        "GET",
        "https://free.test/a.git/info/refs?service=git-upload-pack",
        "/a.git/info/refs?service=git-upload-pack",
    );
    for target in [
        "/a.git/git-receive-pack",
        "/a.git/info/refs?service=git-receive-pack",
        "/a.git/info/refs?service=git%2dreceive-pack",
        "/a.git/info/refs?x=1&service=git-receive-pack",
        "/a.git/info/%72efs?service=git-receive-pack",
        "/a.git//info//refs/?service=git-receive-pack",
        "/a.git/x/../git-receive-pack",
    ] {
        refused(
            "POST",
            &format!("https://free.test{target}"),
            "git.write_denied",
        );
        refused(
            "POST",
            &format!("https://evil.test{target}"),
            "git.write_denied",
        );
    }
}

#[test]
fn a_denial_is_a_document() {
    let destination = Destination {
        scheme: Scheme::Https,
        host: "evil.test".parse().unwrap(),
        port: Port::HTTPS,
    };
    let denial = decide(
        &table(),
        &Request {
            destination: &destination,
            method: "GET",
            target: "/x?token=hidden",
        },
    )
    .unwrap_err();
    insta::assert_json_snapshot!(denial.to_problem());
}

proptest! {
    #[test]
    fn any_request_is_answered(method in "\\PC{0,10}", target in ".{0,80}", host in "[a-z]{1,5}\\.test") {
        let destination = Destination { scheme: Scheme::Https, host: host.parse().unwrap(), port: Port::HTTPS };
        let _ = decide(&table(), &Request { destination: &destination, method: &method, target: &target });
    }

    #[test]
    fn no_spelling_leaves_the_prefix(target in "/(v1|%76%31|v1%2f|repos|acme|admin|\\.\\.|%2e%2e|%2E\\.|\\.|%25|2e|;|//|/|\\\\|%5c){0,12}") {
        let destination = Destination { scheme: Scheme::Https, host: "ok.test".parse().unwrap(), port: Port::HTTPS };
        let request = Request { destination: &destination, method: "GET", target: &target };
        if let Ok(permit) = decide(&table(), &request) {
            // A server that decodes twice, treats backslashes as slashes and folds dots ends up inside too.
            let decoded = percent_encoding::percent_decode_str(permit.target()).decode_utf8().unwrap().into_owned();
            let decoded = percent_encoding::percent_decode_str(&decoded).decode_utf8_lossy().replace('\\', "/");
            let mut segments: Vec<&str> = Vec::new();
            for segment in decoded.split('/').filter(|segment| !segment.is_empty() && *segment != ".") {
                if segment == ".." { segments.pop(); } else { segments.push(segment); }
            }
            let inside = segments.first() == Some(&"v1") || segments.starts_with(&["repos", "acme"]);
            prop_assert!(inside, "{} became {}", target, permit.target());
        }
    }

    /// Pipelock judges what egress sends, and what is under way is judged again when the rules change.
    #[test]
    fn what_is_permitted_is_permitted_again_as_it_is_sent(
        host in "(ok|auth|free|a\\.wild)\\.test",
        target in "/(v1|%76%31|repos|acme|\\.\\.|%2e|\\.|;|//|/|%2f|%20|%c3%a9|@){0,8}(\\?[a-z=%/.&]{0,8})?|\\*",
        method in "GET|POST|OPTIONS",
    ) {
        let destination = Destination { scheme: Scheme::Https, host: host.parse().unwrap(), port: Port::HTTPS };
        let table = table();
        if let Ok(first) = decide(&table, &Request { destination: &destination, method: &method, target: &target }) {
            let again = decide(&table, &Request { destination: &destination, method: &method, target: first.target() });
            prop_assert_eq!(again.as_ref(), Ok(&first), "{} was sent", target);
            let query = |target: &str| target.split_once('?').map(|(_, query)| query.to_owned());
            prop_assert_eq!(query(first.target()), query(&target));
        }
    }

    #[test]
    fn a_permit_is_given_where_the_table_says_so_and_goes_there(
        host in "(ok|auth|free|evil|a\\.wild|wild)\\.test",
        port in prop_oneof![Just(80_u16), Just(443), 1_u16..1000],
    ) {
        let destination = Destination { scheme: Scheme::Https, host: host.parse::<Host>().unwrap(), port: Port::try_from(port).unwrap() };
        let table = table();
        let permit = decide(&table, &Request { destination: &destination, method: "GET", target: "/v1" });
        let granted = match host.as_str() {
            "auth.test" => port == 443 || port == 80,
            "ok.test" | "free.test" | "a.wild.test" => port == 443,
            _ => false,
        };
        prop_assert_eq!(permit.is_ok(), granted);
        if let Ok(permit) = permit {
            prop_assert_eq!(permit.destination(), &destination);
        }
    }
}

#[test]
fn an_agent_is_told_to_ask_where_somebody_listens_and_a_rule_would_help() {
    let steps = |code: DenialCode, asking| {
        let line = RequestLine {
            method: "GET",
            host: "a.test",
            port: 443,
            path: "/",
        };
        let document = Denial::new(code, Layer::Egress, &line).to_problem_with(asking);
        let steps = document["next_steps"].as_array().unwrap();
        (
            steps.len(),
            steps[0].as_str().unwrap().contains("`egress-block`"),
        )
    };
    assert_eq!(
        steps(DenialCode::HostNotAllowed, Asking::Supervise),
        (2, true)
    );
    assert_eq!(
        steps(DenialCode::LeaseExpired, Asking::Supervise),
        (2, true)
    );
    assert_eq!(
        steps(DenialCode::HostNotAllowed, Asking::Operator),
        (1, false)
    );
    assert_eq!(steps(DenialCode::DlpSecret, Asking::Supervise), (1, false));
}

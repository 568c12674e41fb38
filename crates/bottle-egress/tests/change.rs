//! What a rule would change beside a table: in words, and against the decision itself.
#![cfg(test)]

use std::collections::BTreeSet;
use std::time::Duration;

use bottle_core::{AuthScheme, WebSocket};
use bottle_egress::{
    Change, Destination, Exchange, Grant, Grants, Lease, LeaseBook, Moment, Ports, Request, Route,
    RouteTable, Scheme, SlotAuth, TokenSlot,
};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

fn bare(host: &str) -> Route {
    Route::bare(host.parse().unwrap())
}

fn route(host: &str, paths: &[&str], methods: &[&str]) -> Route {
    Route {
        path_allowlist: paths.iter().map(|path| path.parse().unwrap()).collect(),
        methods: methods.iter().map(|name| name.parse().unwrap()).collect(),
        ..bare(host)
    }
}

fn with_slot(number: u16, route: Route) -> Route {
    let auth = SlotAuth {
        scheme: AuthScheme::Bearer,
        slot: TokenSlot::new(number),
        header: None,
    };
    Route {
        auth: Some(auth),
        ..route
    }
}

fn table() -> RouteTable {
    RouteTable::new([
        with_slot(0, route("api.example.test", &["/v1"], &["GET", "POST"])),
        route("docs.example.test", &["/"], &["GET"]),
        bare("free.example.test"),
        route("*.cdn.example.test", &["/pub"], &[]),
    ])
}

/// The lines, then the codes of the warnings.
fn told(granted: &Route) -> String {
    let change = Change::of(&table(), granted);
    let codes: Vec<&str> = change
        .warnings
        .iter()
        .map(bottle_egress::Warning::code)
        .collect();
    format!("{}\n! {}", change.lines().join("\n"), codes.join(" "))
}

/// All of them, one below the other.
fn picture(granted: &[Route]) -> String {
    let told: Vec<String> = granted.iter().map(told).collect();
    told.join("\n\n")
}

#[test]
fn a_new_host_was_nothing_before() {
    let granted = [
        route("api.github.com", &["/repos/acme"], &["GET", "HEAD"]),
        route("gist.github.com", &[], &["POST"]),
        bare("a.ngrok.app"),
    ];
    insta::assert_snapshot!(picture(&granted));
    assert!(Change::of(&table(), &granted[0]).is_new_host());
}

#[test]
fn more_of_a_host_is_what_it_had_not() {
    let ports = [80_u16, 443, 8443].map(|port| port.try_into().unwrap());
    let granted = [
        with_slot(
            0,
            route("api.example.test", &["/v1", "/v2"], &["GET", "PUT"]),
        ),
        with_slot(0, bare("api.example.test")),
        route("api.example.test", &["/v1/x"], &["GET"]),
        Route {
            ports: Ports::Only(ports.into()),
            ..bare("free.example.test")
        },
        Route {
            websocket: WebSocket::Granted,
            ..route("free.example.test", &["/live"], &["GET"])
        },
    ];
    insta::assert_snapshot!(picture(&granted));
    assert!(!Change::of(&table(), &granted[0]).is_new_host());
}

#[test]
fn what_is_there_already_is_nothing() {
    let granted = [
        route("free.example.test", &["/x"], &["GET"]),
        route("a.cdn.example.test", &["/pub/x"], &["PUT"]),
        route("docs.example.test", &["/"], &["HEAD"]),
    ];
    insta::assert_snapshot!(picture(&granted));
    // More than `/` by the paths that have an encoded slash.
    let any = route("docs.example.test", &[], &["HEAD"]);
    assert!(!Change::of(&table(), &any).is_empty());
}

#[test]
fn a_wildcard_is_compared_with_every_route_inside() {
    let granted = [
        route("*.example.test", &["/v1"], &["GET", "POST"]),
        route("**.cdn.example.test", &["/pub"], &[]),
    ];
    insta::assert_snapshot!(picture(&granted));
}

#[test]
fn a_credential_is_said_to_go_where_it_did_not() {
    let granted = [
        with_slot(0, route("new.example.test", &["/"], &["GET"])),
        with_slot(7, route("api.example.test", &["/x"], &["GET"])),
        with_slot(1, route("new.example.test", &["/"], &["GET"])),
    ];
    insta::assert_snapshot!(picture(&granted));
}

#[test]
fn a_change_is_a_document() {
    let change = Change::of(&table(), &route("gist.github.com", &["/"], &["POST"]));
    insta::assert_snapshot!(serde_json::to_string_pretty(&change).unwrap());
}

const HOSTS: [&str; 8] = [
    "b.test",
    "a.b.test",
    "c.b.test",
    "a.a.b.test",
    "c.c.b.test",
    "a.test",
    "c.a.b.test",
    "c.c.a.b.test",
];
const PATTERNS: [&str; 7] = [
    "b.test",
    "a.b.test",
    "*.b.test",
    "**.b.test",
    "*.a.b.test",
    "**.a.b.test",
    "a.a.b.test",
];
const PREFIXES: [&str; 4] = ["/", "/a", "/a/b", "/b"];
const TARGETS: [&str; 9] = [
    "/",
    "/a",
    "/a/b",
    "/b",
    "/c",
    "/a/c",
    "/a/b/c",
    "/a%2fb",
    "/?_method=PUT",
];
const METHODS: [&str; 4] = ["GET", "HEAD", "POST", "PUT"];
const ASKED: [&str; 6] = ["GET", "HEAD", "POST", "PUT", "CONNECT", "FOO"];

fn routes() -> impl Strategy<Value = Route> {
    let ports = subsequence(vec![80_u16, 443], 0..=2);
    let paths = subsequence(PREFIXES.to_vec(), 0..=2);
    let methods = subsequence(METHODS.to_vec(), 0..=3);
    let flags = (any::<bool>(), any::<bool>());
    (select(&PATTERNS[..]), ports, paths, methods, flags).prop_map(
        |(host, ports, paths, methods, (auth, socket))| {
            let ports: BTreeSet<_> = ports
                .iter()
                .map(|port| (*port).try_into().unwrap())
                .collect();
            let plain = Route {
                ports: Ports::Only(ports),
                websocket: if socket {
                    WebSocket::Granted
                } else {
                    WebSocket::Refused
                },
                ..route(host, &paths, &methods)
            };
            if auth { with_slot(0, plain) } else { plain }
        },
    )
}

/// Everything that a table and its grants let through of a small world, and whether it may become a WebSocket.
fn world(table: &RouteTable) -> BTreeSet<(&'static str, u16, &'static str, String, bool)> {
    let now = Moment {
        wall: Duration::ZERO,
        steady: Duration::ZERO,
    };
    let book = LeaseBook::default();
    book.take_over(table, now);
    let mut all = BTreeSet::new();
    let ports = [443_u16, 80].into_iter();
    let ways = ports.flat_map(|port| [(port, Scheme::Https), (port, Scheme::Http)]);
    for ((port, scheme), host) in ways.flat_map(|way| HOSTS.map(|host| (way, host))) {
        let destination = Destination {
            scheme,
            host: host.parse().unwrap(),
            port: port.try_into().unwrap(),
        };
        let asked = ASKED.into_iter();
        let asked = asked.flat_map(|method| TARGETS.map(|target| (method, target)));
        for (method, target) in asked.chain([("OPTIONS", "*")]) {
            let request = Request {
                destination: &destination,
                method,
                target,
            };
            let line = format!("{scheme} {target}");
            if book.admit(table, &request, Exchange::Plain, now).is_ok() {
                all.insert((host, port, method, line.clone(), false));
            }
            let pass = book.admit(table, &request, Exchange::WebSocket, now);
            if pass.is_ok_and(|pass| pass.spend().websocket() == WebSocket::Granted) {
                all.insert((host, port, method, line, true));
            }
        }
    }
    all
}

fn granted(number: usize, route: Route, until: Option<u64>) -> Grant {
    Grant {
        id: format!("abcdefgh1{number}").parse().unwrap(),
        route,
        lease: Lease { until, uses: None },
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn a_change_is_empty_when_no_request_is_newly_allowed(
        base in prop::collection::vec(routes(), 0..4),
        before in prop::collection::vec(routes(), 0..2),
        asked in routes(),
    ) {
        let mut grants: Vec<Grant> = before
            .into_iter()
            .enumerate()
            .map(|(number, route)| granted(number, route, None))
            .collect();
        let table = |grants: &[Grant]| {
            let grants = Grants::new(grants.iter().cloned()).unwrap();
            RouteTable::new(base.clone()).with_grants(grants)
        };
        let now = table(&grants);
        grants.push(granted(9, asked.clone(), None));
        let (before, after) = (world(&now), world(&table(&grants)));
        let anew: Vec<_> = after.difference(&before).collect();
        let change = Change::of(&now, &asked);
        prop_assert_eq!(change.is_empty(), anew.is_empty(), "{:?} but {:?}", change.lines(), anew);
        prop_assert!(!change.is_empty() || change.warnings.is_empty());
    }
}

/// What a lease gives is not there for good.
#[test]
fn a_grant_that_ends_leaves_a_change() {
    let asked = route("api.test", &["/v1"], &["GET"]);
    let with = |until| {
        let grants = Grants::new([granted(0, asked.clone(), until)]).unwrap();
        Change::of(&RouteTable::default().with_grants(grants), &asked)
    };
    assert!(with(None).is_empty());
    assert!(!with(Some(60)).is_empty());
}

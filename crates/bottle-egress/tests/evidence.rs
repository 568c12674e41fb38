//! Narrow rules and suggestions, held against the decision itself.
#![cfg(test)]

use std::collections::BTreeSet;

use bottle_core::{HostPattern, Port};
use bottle_egress::{
    Change, DenialCode, Denied, LoggedRequest, Ports, Replay, Route, RouteTable, Scheme, narrowest,
    replay, suggest,
};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

const SEGMENTS: [&str; 8] = ["a", "b", "v1", "17", "1.2.3", "x%20y", "%2fz", "deadbeef1"];

fn requests() -> impl Strategy<Value = LoggedRequest> {
    let hosts = select(vec!["a.b.test", "c.b.test", "b.test"]);
    let segments = prop::collection::vec(select(&SEGMENTS[..]), 0..5);
    let methods = select(vec!["GET", "HEAD", "POST", "FOO", "get", "CONNECT"]);
    let ports = select(vec![443_u16, 443, 80]);
    let schemes = select(vec![Scheme::Https, Scheme::Https, Scheme::Http]);
    let cut = prop::bool::weighted(0.1);
    (hosts, segments, methods, ports, (schemes, cut)).prop_map(
        |(host, segments, method, port, (scheme, cut))| {
            let end = if cut { "…" } else { "" };
            let path = format!("/{}{end}", segments.join("/"));
            let place = (host.parse().unwrap(), Port::try_from(port).unwrap());
            LoggedRequest::new(scheme, place, method, &path)
        },
    )
}

fn routes() -> impl Strategy<Value = Route> {
    let hosts = select(vec!["a.b.test", "*.b.test", "**.b.test", "b.test"]);
    let paths = subsequence(
        vec!["/", "/a", "/a/17", "/b", "/v1/1.2.3", "/v1", "/b/a"],
        0..=6,
    );
    let methods = subsequence(vec!["GET", "POST", "HEAD"], 0..=3);
    let ports = subsequence(vec![80_u16, 443], 1..=2);
    (hosts, paths, methods, ports).prop_map(|(host, paths, methods, ports)| Route {
        path_allowlist: paths.iter().map(|path| path.parse().unwrap()).collect(),
        methods: methods.iter().map(|name| name.parse().unwrap()).collect(),
        ports: Ports::Only(
            ports
                .iter()
                .map(|port| (*port).try_into().unwrap())
                .collect(),
        ),
        ..Route::bare(host.parse::<HostPattern>().unwrap())
    })
}

fn denied(request: LoggedRequest) -> Denied {
    Denied {
        request,
        code: DenialCode::PathNotAllowed,
        count: 2,
        last: "2026-05-25T23:16:00.000Z".to_owned(),
    }
}

proptest! {
    #[test]
    fn the_narrowest_rule_allows_what_the_asked_one_would_and_lies_within_it(
        asked in routes(),
        seen in prop::collection::vec(requests(), 0..12),
    ) {
        let wide = RouteTable::new([asked.clone()]);
        let wanted: Vec<&LoggedRequest> =
            seen.iter().filter(|request| request.is_allowed_by(&wide)).collect();
        if let Some(narrow) = narrowest(&asked, &seen) {
            let table = RouteTable::new([narrow.clone()]);
            prop_assert!(!wanted.is_empty());
            for request in wanted {
                prop_assert!(request.is_allowed_by(&table), "{:?} by {:?}", request, narrow);
            }
            let change = Change::of(&wide, &narrow);
            prop_assert!(change.is_empty(), "{:?}", change.lines());
            prop_assert!(!Change::of(&table, &asked).is_empty());
            prop_assert!(narrow.path_allowlist.len() <= asked.path_allowlist.len().max(4));
        }
    }

    /// Pasted into the table, the suggestions let through what they count, and nothing is lost.
    #[test]
    fn suggestions_allow_what_they_say(
        base in prop::collection::vec(routes(), 0..3),
        probes in prop::collection::vec(requests(), 12),
        seen in prop::collection::vec(requests(), 0..12),
    ) {
        let table = RouteTable::new(base);
        let refused: Vec<Denied> = seen
            .into_iter()
            .filter(|request| !request.is_allowed_by(&table))
            .map(denied)
            .collect();
        let suggestions = suggest(&refused, &table);
        let routes = suggestions.iter().map(|suggestion| suggestion.route.clone());
        let pasted = RouteTable::new(routes.chain(table.routes().iter().cloned()));
        let counted: u64 = suggestions.iter().map(|suggestion| suggestion.requests).sum();
        let Replay { would_allow, .. } = replay(&refused, &pasted);
        prop_assert_eq!(would_allow, counted);
        for suggestion in &suggestions {
            prop_assert!(suggestion.requests > 0);
            prop_assert!(!suggestion.change.is_empty(), "{:?}", suggestion);
        }
        for request in probes.iter().filter(|request| request.is_allowed_by(&table)) {
            prop_assert!(request.is_allowed_by(&pasted), "{:?}", request);
        }
    }
}

fn seen(host: &str, method: &str, path: &str) -> Denied {
    let place = (host.parse().unwrap(), Port::HTTPS);
    denied(LoggedRequest::new(Scheme::Https, place, method, path))
}

#[test]
fn suggestions_in_words() {
    let table = RouteTable::new([
        Route {
            path_allowlist: vec!["/v1".parse().unwrap()],
            methods: BTreeSet::from(["GET".parse().unwrap()]),
            ..Route::bare("api.example.test".parse().unwrap())
        },
        Route {
            path_allowlist: vec!["/pub".parse().unwrap()],
            ..Route::bare("*.cdn.example.test".parse().unwrap())
        },
    ]);
    let refused = [
        seen("api.example.test", "POST", "/v1/x"),
        seen("api.example.test", "GET", "/v2/users/17"),
        seen("a.cdn.example.test", "GET", "/private/x"),
        seen("gist.github.com", "POST", "/gists"),
        seen("metadata.google.internal", "GET", "/"),
        seen("new.example.test", "GET", "/repos/acme/app"),
        seen("new.example.test", "HEAD", "/repos/acme/app"),
    ];
    let told: Vec<String> = suggest(&refused, &table)
        .iter()
        .map(|each| {
            let codes: Vec<&str> = each
                .change
                .warnings
                .iter()
                .map(bottle_egress::Warning::code)
                .collect();
            format!(
                "{} requests, {}, now {:?}, too wide {:?}\n  {}\n  ! {}",
                each.requests,
                each.route.host,
                each.now.as_ref().map(ToString::to_string),
                each.too_wide,
                each.change.lines().join("\n  "),
                codes.join(" "),
            )
        })
        .collect();
    insta::assert_snapshot!(told.join("\n"));
}

//! Folding and `routes.yaml`.
#![cfg(test)]

use bottle_core::{AuthScheme, AuthSpec, BottlePlan, HostPattern, Port, Provider, RouteSpec};
use bottle_egress::{RouteOrigin, RouteTable, fold, judge};
use proptest::prelude::*;

fn spec(host: &str) -> RouteSpec {
    RouteSpec::bare(host.parse().unwrap())
}

fn with_auth(host: &str, token_ref: &str) -> RouteSpec {
    let auth = AuthSpec {
        scheme: AuthScheme::Token,
        token_ref: token_ref.parse().unwrap(),
        header: Some("X-Key".parse().unwrap()),
    };
    RouteSpec {
        auth: Some(auth),
        ..spec(host)
    }
}

fn plan(provider: Provider, routes: Vec<RouteSpec>, allowlist: &[&str]) -> BottlePlan {
    BottlePlan {
        routes,
        allowlist: allowlist.iter().map(|text| text.parse().unwrap()).collect(),
        ..BottlePlan::new("dev".parse().unwrap(), "dev".parse().unwrap(), provider)
    }
}

#[test]
fn the_manifests_route_wins_over_the_lists() {
    let route = RouteSpec {
        path_allowlist: vec!["/v1/messages".parse().unwrap()],
        ..with_auth("api.anthropic.com", "KEY")
    };
    let folded = fold(&plan(
        Provider::Claude,
        vec![route],
        &["api.anthropic.com", "pypi.org"],
    ));
    assert_eq!(folded.table.routes()[0].path_allowlist.len(), 1);
    assert_eq!(
        folded.table.routes().len(),
        Provider::Claude.preset().hosts.len() + 1
    );
    let origin = |host: &str| {
        let (_, route) = folded.table.find(&host.parse().unwrap()).unwrap();
        route.origin
    };
    assert_eq!(origin("api.anthropic.com"), RouteOrigin::Manifest);
    assert_eq!(origin("pypi.org"), RouteOrigin::Allowlist);
    assert_eq!(origin("claude.ai"), RouteOrigin::Preset);
    insta::assert_snapshot!(folded.table.to_yaml().unwrap());
}

#[test]
fn one_slot_per_variable() {
    let folded = fold(&plan(
        Provider::Command,
        vec![
            with_auth("a.test", "ONE"),
            with_auth("b.test", "TWO"),
            with_auth("c.test", "ONE"),
        ],
        &[],
    ));
    let names: Vec<String> = folded
        .slots
        .iter()
        .map(|(slot, name)| format!("{slot}={name}"))
        .collect();
    assert_eq!(names, ["EGRESS_TOKEN_0=ONE", "EGRESS_TOKEN_1=TWO"]);
    insta::assert_snapshot!(folded.table.to_yaml().unwrap());
    insta::assert_json_snapshot!(folded.table.to_json_view());
}

#[test]
fn a_file_of_another_shape_is_refused() {
    for text in [
        "",
        "version: 2\nroutes: []\n",
        "version: 1\nroutes: []\nextra: 1\n",
        "version: 1\nroutes:\n  - {host: a.test, ports: [443], path_allowlist: [], methods: [], token: x}\n",
        "version: 1\nroutes:\n  - {host: '*', ports: [443], path_allowlist: [], methods: []}\n",
        "version: 1\nversion: 1\nroutes: []\n",
    ] {
        assert!(
            RouteTable::from_yaml(text, "routes.yaml").is_err(),
            "{text}"
        );
    }
    assert!(RouteTable::from_yaml("version: 1\nroutes: []\n", "routes.yaml").is_ok());
}

fn any_spec() -> impl Strategy<Value = RouteSpec> {
    (
        "(\\*\\.|\\*\\*\\.)?[a-z]{1,3}\\.[a-z]{1,3}\\.test",
        prop::collection::btree_set(1_u16.., 1..3),
        prop::collection::vec("(/[a-z]{1,4}){0,3}/", 0..3),
        prop::collection::btree_set("GET|POST|PUT", 0..3),
        prop::option::of("[A-Z]{1,3}"),
    )
        .prop_map(|(host, ports, paths, methods, token)| RouteSpec {
            ports: ports
                .into_iter()
                .map(|port| Port::try_from(port).unwrap())
                .collect(),
            path_allowlist: paths.iter().map(|path| path.parse().unwrap()).collect(),
            methods: methods
                .iter()
                .map(|method| method.parse().unwrap())
                .collect(),
            auth: token.map(|name| AuthSpec {
                scheme: AuthScheme::Bearer,
                token_ref: name.parse().unwrap(),
                header: None,
            }),
            ..spec(&host)
        })
}

/// Whether anything that the plan names covers the request, judged by its words alone: for canonical paths.
fn somebody_allows(plan: &BottlePlan, host: &str, port: u16, method: &str, path: &str) -> bool {
    let means = |pattern: &HostPattern| {
        let text = pattern.to_string();
        if let Some(base) = text.strip_prefix("**.") {
            return host.ends_with(&format!(".{base}"));
        }
        match text.strip_prefix("*.") {
            Some(base) => host.split_once('.').is_some_and(|(_, rest)| rest == base),
            None => host == text,
        }
    };
    let below = |prefix: &str| {
        let prefix = prefix.trim_end_matches('/');
        path == prefix || path.starts_with(&format!("{prefix}/"))
    };
    let by_route = plan.routes.iter().any(|route| {
        let paths: Vec<String> = route
            .path_allowlist
            .iter()
            .map(ToString::to_string)
            .collect();
        means(&route.host)
            && route.ports.iter().any(|each| each.get() == port)
            && (route.methods.is_empty()
                || route.methods.iter().any(|each| each.as_str() == method))
            && (paths.is_empty() || paths.iter().any(|prefix| below(prefix)))
    });
    let hosts = plan
        .provider
        .preset()
        .hosts
        .iter()
        .map(|host| host.parse().unwrap());
    let by_list = plan
        .allowlist
        .iter()
        .cloned()
        .chain(hosts)
        .any(|pattern| means(&pattern));
    by_route || (by_list && port == 443)
}

proptest! {
    #[test]
    fn nothing_is_allowed_that_nobody_granted(
        specs in prop::collection::vec(any_spec(), 0..6),
        listed in prop::collection::vec("(\\*\\.)?[ab]\\.[ab]\\.test", 0..3),
        claude: bool,
        narrow: bool,
        requests in prop::collection::vec(("([ab]\\.){1,3}test|claude\\.ai", "GET|PUT|POST", "(/[ab]){0,3}/?", any::<prop::sample::Index>()), 1..20),
    ) {
        let provider = if claude { Provider::Claude } else { Provider::Command };
        let listed: Vec<&str> = listed.iter().map(String::as_str).collect();
        let mut plan = plan(provider, specs, &listed);
        for (number, route) in plan.routes.iter_mut().enumerate().filter(|_| narrow) {
            // Small worlds make requests that meet rules.
            route.host = format!("{}.{}.test", ["a", "b", "*"][number % 3], ["a", "b"][number % 2]).parse().unwrap();
            route.path_allowlist.retain(|path| path.to_string().len() < 4);
        }
        let table = fold(&plan).table;
        for (host, method, path, port) in &requests {
            let ports: Vec<u16> = plan.routes.iter().flat_map(|route| route.ports.iter().map(|port| port.get())).chain([443, 80]).collect();
            let port = *port.get(&ports);
            let path = if path.is_empty() { "/" } else { path };
            let url = format!("https://{host}:{port}{path}").parse().unwrap();
            if judge(&table, method, &url).is_ok() {
                prop_assert!(somebody_allows(&plan, host, port, method, path), "{method} {host}:{port}{path}");
            }
        }
    }

    #[test]
    fn routes_yaml_is_read_back_equal_by_two_readers(specs in prop::collection::vec(any_spec(), 0..6)) {
        let table = fold(&plan(Provider::Command, specs, &["x.test"])).table;
        let text = table.to_yaml().unwrap();
        prop_assert_eq!(&RouteTable::from_yaml(&text, "routes.yaml").unwrap(), &table);
        let theirs: serde_json::Value = serde_yaml::from_str(&text).unwrap();
        let hosts: Vec<&str> = theirs["routes"].as_array().unwrap().iter().map(|route| route["host"].as_str().unwrap()).collect();
        let ours: Vec<String> = table.routes().iter().map(|route| route.host.to_string()).collect();
        prop_assert_eq!(hosts, ours);
    }

    #[test]
    fn no_text_breaks_the_reader(text in ".{0,200}") {
        let _ = RouteTable::from_yaml(&text, "routes.yaml");
    }
}

use bottle_core::{LargeBodies, Provider, ResponseAction, RouteSpec};
use bottle_egress::fold;
use proptest::prelude::*;

use super::*;

fn dlp(allow: &[&str]) -> RouteDlp {
    RouteDlp {
        allow: allow.iter().map(|rule| rule.parse().unwrap()).collect(),
        ..RouteDlp::default()
    }
}

fn route(host: &str, paths: &[&str], dlp: RouteDlp) -> RouteSpec {
    RouteSpec {
        path_allowlist: paths.iter().map(|path| path.parse().unwrap()).collect(),
        dlp,
        ..RouteSpec::bare(host.parse().unwrap())
    }
}

fn plan(provider: Provider, routes: Vec<RouteSpec>) -> BottlePlan {
    let plan = BottlePlan::new("dev".parse().unwrap(), "dev".parse().unwrap(), provider);
    BottlePlan { routes, ..plan }
}

/// Written and read back, as it gets to the proxy.
fn through_the_file(plan: &BottlePlan) -> Overrides {
    let overrides = Overrides::of_plan(plan, &fold(plan).table);
    let text = overrides.to_yaml().unwrap();
    let read = Overrides::from_yaml(&text, "dlp.yaml").unwrap();
    assert_eq!(read, overrides);
    read
}

fn of(overrides: &Overrides, host: &str, path: &str) -> RouteDlp {
    overrides.of(&host.parse().unwrap(), path)
}

#[test]
fn one_route_alone_holds() {
    let strict = RouteDlp {
        responses: ResponseAction::Block,
        large_bodies: LargeBodies::Text,
        ..dlp(&["json-web-token"])
    };
    let overrides = through_the_file(&plan(
        Provider::Command,
        vec![
            route("**.a.test", &[], dlp(&["json-web-token"])),
            route("plain.a.test", &[], RouteDlp::default()),
            route("*.deep.a.test", &[], RouteDlp::default()),
            route("b.test", &["/v1"], strict.clone()),
            route("c.test", &[], RouteDlp::default()),
        ],
    ));
    assert_eq!(of(&overrides, "x.a.test", "/"), dlp(&["json-web-token"]));
    assert_eq!(
        of(&overrides, "x.y.a.test", "/any?x=1"),
        dlp(&["json-web-token"])
    );
    assert_eq!(of(&overrides, "b.test", "/v1/x?y=/"), strict);
    for (host, path) in [
        ("plain.a.test", "/"),
        ("x.deep.a.test", "/"),
        ("a.test", "/"),
        ("evila.test", "/"),
        ("b.test", "/v2"),
        ("b.test", "/v1evil"),
        ("b.test", "/v1/../v2"),
        ("b.test", "/v1/%2f"),
        ("b.test", "/?/v1"),
        ("c.test", "/"),
    ] {
        let found = of(&overrides, host, path);
        assert_eq!(found, RouteDlp::default(), "{host}{path}");
    }
}

/// What is plain everywhere is not written.
#[test]
fn the_file_has_what_differs_and_what_hides_it() {
    let overrides = through_the_file(&plan(
        Provider::Command,
        vec![
            route(
                "*.a.test",
                &["/v1"],
                dlp(&["json-web-token", "seed-phrase"]),
            ),
            route("plain.a.test", &[], RouteDlp::default()),
            route("other.test", &[], RouteDlp::default()),
            route("**.a.test", &[], RouteDlp::default()),
        ],
    ));
    insta::assert_snapshot!(overrides.to_yaml().unwrap());
    let nothing = through_the_file(&plan(Provider::Command, vec![]));
    assert!(nothing.is_empty() && !overrides.is_empty());
}

#[test]
fn a_conversation_may_quote_documents() {
    let own = route("api.anthropic.com", &["/v1"], dlp(&["json-web-token"]));
    for (provider, host, routes) in [
        (Provider::Claude, "api.anthropic.com", vec![]),
        (Provider::Codex, "api.openai.com", vec![]),
    ] {
        let overrides = through_the_file(&plan(provider, routes));
        assert_eq!(
            of(&overrides, host, "/v1/x"),
            dlp(&["documented-example"]),
            "{host}"
        );
        for other in ["raw.githubusercontent.com", "api.example.com"] {
            assert_eq!(of(&overrides, other, "/v1/x"), RouteDlp::default());
        }
    }
    let both = through_the_file(&plan(Provider::Claude, vec![own.clone()]));
    assert_eq!(
        of(&both, "api.anthropic.com", "/v1/x"),
        dlp(&["documented-example", "json-web-token"])
    );
    let command = through_the_file(&plan(Provider::Command, vec![own]));
    assert_eq!(
        of(&command, "api.anthropic.com", "/v1/x"),
        dlp(&["json-web-token"]),
        "nobody said that it is a model"
    );
}

#[test]
fn a_file_that_is_not_ours_is_refused() {
    let plan = plan(Provider::Claude, vec![]);
    let good = Overrides::of_plan(&plan, &fold(&plan).table)
        .to_yaml()
        .unwrap();
    for (from, to) in [
        ("version: 1\n", "version: 2\n"),
        ("version: 1\n", ""),
        ("mark", "warn"),
        ("refuse'", "refuses'"),
        ("documented-example'", "known-secret'"),
        ("documented-example'", "Documented'"),
        ("api.anthropic.com", "10.0.0.1"),
        ("path_allowlist: []", "path_allowlist: []\n    methods: []"),
        (
            "routes:\n",
            "routes:\n  - {host: 'api.anthropic.com', path_allowlist: [], allow: [], responses: 'mark', large_bodies: 'refuse'}\n",
        ),
    ] {
        assert!(good.contains(from), "{from} in {good}");
        let (head, body) = good.split_once("\nversion").unwrap();
        let body = format!("\nversion{body}").replacen(from, to, 1);
        let text = format!("{head}{body}");
        assert!(Overrides::from_yaml(&text, "dlp.yaml").is_err(), "{to}");
    }
    for text in ["", "{}", "[]", "\0"] {
        assert!(Overrides::from_yaml(text, "dlp.yaml").is_err());
    }
}

fn a_route() -> impl Strategy<Value = RouteSpec> {
    let host = ("(\\*\\.|\\*\\*\\.)?", "[a-b](\\.[a-b]){0,2}\\.x\\.test")
        .prop_map(|(star, name)| format!("{star}{name}"));
    let allow = prop::collection::vec("[a-c]", 0..2);
    (host, prop::collection::vec("/[a-b](/[a-b])?", 0..2), allow).prop_map(
        |(host, paths, allow)| {
            let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
            let allow: Vec<&str> = allow.iter().map(String::as_str).collect();
            route(&host, &paths, dlp(&allow))
        },
    )
}

proptest! {
    /// The file says of every request what the route says that egress let it through by.
    #[test]
    fn it_is_the_route_of_egress(
        routes in prop::collection::vec(a_route(), 0..8),
        host in "[a-b](\\.[a-b]){0,3}\\.x\\.test",
        path in "/[a-b](/[a-b]){0,2}(\\?[a-b])?",
    ) {
        let plan = plan(Provider::Command, routes.clone());
        let overrides = through_the_file(&plan);
        let host: Host = host.parse().unwrap();
        let table = fold(&plan).table;
        let held = table.find(&host).map(|(_, held)| held);
        let covers = |held: &&Route| {
            let path = path.split('?').next().unwrap().parse().unwrap();
            held.path_allowlist.is_empty()
                || held.path_allowlist.iter().any(|prefix| prefix.matches(&path))
        };
        let wanted = held.filter(covers).map(|held| {
            let spec = routes.iter().find(|spec| spec.host == held.host);
            spec.unwrap().dlp.clone()
        });
        prop_assert_eq!(overrides.of(&host, &path), wanted.unwrap_or_default());
    }

    #[test]
    fn reading_never_panics(text in "(version: 1\n|routes:|allow: \\[|\\]| - |\\*|\"|\\{|\\}|&a|\n|é|\0){0,40}") {
        let _ = Overrides::from_yaml(&text, "dlp.yaml");
    }
}

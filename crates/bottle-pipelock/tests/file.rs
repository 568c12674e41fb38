//! `pipelock.yaml` over a few plans.
#![cfg(test)]

use std::collections::BTreeSet;

use bottle_core::{AuthScheme, AuthSpec, BottlePlan, Host, HostPattern, Provider, RouteSpec};
use bottle_egress::{Ports, RouteTable, fold};
use bottle_pipelock::{AllowedHost, PipelockFile, effective_allowlist, render};
use proptest::prelude::*;

fn route(host: &str, cidr: &[&str]) -> RouteSpec {
    RouteSpec {
        path_allowlist: vec!["/v1".parse().unwrap()],
        auth: Some(AuthSpec {
            scheme: AuthScheme::Bearer,
            token_ref: "HOST_TOKEN".parse().unwrap(),
            header: None,
        }),
        cidr: cidr.iter().map(|net| net.parse().unwrap()).collect(),
        ..RouteSpec::bare(host.parse().unwrap())
    }
}

fn plan(provider: Provider, routes: Vec<RouteSpec>, allowlist: Vec<HostPattern>) -> BottlePlan {
    BottlePlan {
        routes,
        allowlist,
        ..BottlePlan::new("dev".parse().unwrap(), "dev".parse().unwrap(), provider)
    }
}

fn rendered(plan: &BottlePlan) -> PipelockFile {
    render(plan, &fold(plan).table)
}

/// Each plan that has a picture.
fn plans() -> [(&'static str, BottlePlan); 4] {
    let command = Provider::Command;
    let networks = [
        route("*.wild.test", &["10.1.0.0/16"]),
        route("auth.test", &["fd00::/8", "10.1.0.0/16", "127.0.0.1/32"]),
        route("**.wild.test", &[]),
        route("**.deep.test", &[]),
    ];
    [
        ("nothing", plan(command, vec![], vec![])),
        ("provider", plan(Provider::Claude, vec![], vec![])),
        ("networks", plan(command, networks.into(), vec![])),
        (
            "words",
            plan(
                command,
                vec![],
                ["no.test", "null", "1e3.on"]
                    .map(|host| host.parse().unwrap())
                    .into(),
            ),
        ),
    ]
}

#[test]
fn pictures() {
    for (name, plan) in plans() {
        insta::assert_snapshot!(name, rendered(&plan).to_yaml().unwrap());
    }
}

#[test]
fn two_readers_read_what_was_written() {
    for (name, plan) in plans() {
        let file = rendered(&plan);
        let text = file.to_yaml().unwrap();
        assert_eq!(
            PipelockFile::from_yaml(&text, "pipelock.yaml").unwrap(),
            file,
            "{name}"
        );
        assert_eq!(
            serde_yaml::from_str::<PipelockFile>(&text).unwrap(),
            file,
            "{name}"
        );
        assert_eq!(rendered(&plan).to_yaml().unwrap(), text, "{name}");
    }
}

/// The program takes a boolean that is missing for true, and does not say so.
#[test]
fn every_key_has_a_value_and_the_dangerous_ones_the_right_one() {
    for (_, plan) in plans() {
        let text = rendered(&plan).to_yaml().unwrap();
        let yaml: serde_yaml::Value = serde_yaml::from_str(&text).unwrap();
        for (path, wanted) in [
            ("enforce", true),
            ("forward_proxy.enabled", true),
            ("forward_proxy.sni_verification", true),
            ("tls_interception.enabled", true),
            ("request_body_scanning.enabled", true),
            ("request_body_scanning.scan_headers", true),
            ("response_scanning.enabled", true),
            ("response_scanning.sse_streaming.enabled", true),
            ("dlp.scan_env", false),
            ("dlp.include_defaults", true),
            ("seed_phrase_detection.enabled", true),
            ("seed_phrase_detection.verify_checksum", true),
            ("taint.enabled", false),
            ("sentry.enabled", false),
            ("media_policy.enabled", false),
            ("logging.include_allowed", true),
            ("logging.include_blocked", true),
        ] {
            let found = path.split('.').try_fold(&yaml, |value, key| value.get(key));
            assert_eq!(
                found.and_then(serde_yaml::Value::as_bool),
                Some(wanted),
                "{path}"
            );
        }
        assert_eq!(yaml["mode"], "strict");
        assert_eq!(yaml["request_body_scanning"]["action"], "block");
        assert!(!yaml["api_allowlist"].as_sequence().unwrap().is_empty());
    }
}

#[test]
fn a_bottle_without_hosts_allows_none() {
    let plan = plan(Provider::Command, vec![], vec![]);
    let file = rendered(&plan);
    assert!(file.allowlist().routes().is_empty());
    assert!(effective_allowlist(&RouteTable::default()).is_empty());
    assert!(file.ip_allowlist().is_empty());
    assert!(file.to_yaml().unwrap().contains("nowhere.invalid"));
}

#[test]
fn grants_are_those_of_the_routes_once_and_in_order() {
    let [_, _, (_, plan), _] = plans();
    let file = rendered(&plan);
    let granted: Vec<String> = file
        .ip_allowlist()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(granted, ["10.1.0.0/16", "127.0.0.1/32", "fd00::/8"]);
}

#[test]
fn no_variable_no_path_and_no_slot_is_in_the_file() {
    let [_, _, (_, plan), _] = plans();
    let text = rendered(&plan).to_yaml().unwrap();
    for word in ["HOST_TOKEN", "EGRESS_TOKEN", "/v1", "Bearer"] {
        assert!(!text.contains(word), "{word}");
    }
}

#[test]
fn a_file_that_is_not_ours_is_refused_with_its_place() {
    let [_, (_, plan), _, _] = plans();
    let good = rendered(&plan).to_yaml().unwrap();
    for (from, to, code) in [
        ("enforce: true\n", "", "yaml.shape"),
        ("enforce: true", "enforce: maybe", "yaml.invalid"),
        (
            "enforce: true",
            "enforce: true\nenforce: true",
            "yaml.duplicate-key",
        ),
        ("enforce: true", "enforce: true\nagents: {}", "yaml.shape"),
        ("'strict'", "'audit'", "yaml.shape"),
        ("'claude.ai'", "'*'", "yaml.shape"),
        ("'claude.ai'", "'10.0.0.1'", "yaml.shape"),
        (
            "ip_allowlist: []",
            "ip_allowlist: ['10.0.0.0/33']",
            "yaml.shape",
        ),
    ] {
        assert!(good.contains(from), "{from}");
        let text = good.replacen(from, to, 1);
        let error = PipelockFile::from_yaml(&text, "pipelock.yaml").unwrap_err();
        let codes: Vec<_> = error
            .iter()
            .map(|diagnostic| diagnostic.code.as_str())
            .collect();
        assert_eq!(codes, [code], "{to}");
    }
    for text in ["", "{}", "[]", "\0"] {
        assert!(PipelockFile::from_yaml(text, "pipelock.yaml").is_err());
    }
}

fn a_host() -> impl Strategy<Value = HostPattern> {
    ("(\\*\\.|\\*\\*\\.)?", "[a-c](\\.[a-c]){1,3}\\.test")
        .prop_map(|(star, name)| format!("{star}{name}").parse().unwrap())
}

proptest! {
    /// Every host that egress lets through passes, and no host beyond the wildcards' own trees.
    #[test]
    fn the_file_means_the_hosts_of_the_table(
        patterns in prop::collection::vec(a_host(), 0..8),
        asked in "[a-c](\\.[a-c]){1,5}\\.test",
    ) {
        let plan = plan(Provider::Command, vec![], patterns.clone());
        let text = rendered(&plan).to_yaml().unwrap();
        let table = PipelockFile::from_yaml(&text, "pipelock.yaml").unwrap().allowlist();
        let asked: Host = asked.parse().unwrap();
        let wanted = patterns.iter().any(|pattern| match pattern {
            HostPattern::Exact(host) => *host == asked,
            HostPattern::OneLabel(base) | HostPattern::AnyDepth(base) => {
                HostPattern::AnyDepth(base.clone()).matches(&asked)
            }
        });
        prop_assert_eq!(table.find(&asked).is_some(), wanted);
        for route in table.routes() {
            prop_assert_eq!(&route.ports, &Ports::Any);
            prop_assert!(route.path_allowlist.is_empty() && route.methods.is_empty() && route.auth.is_none());
        }
    }

    #[test]
    fn what_is_written_is_read_back(patterns in prop::collection::vec(a_host(), 0..8)) {
        let file = rendered(&plan(Provider::Command, vec![], patterns.clone()));
        let text = file.to_yaml().unwrap();
        let read = PipelockFile::from_yaml(&text, "pipelock.yaml").unwrap();
        let written: BTreeSet<AllowedHost> = patterns.iter().map(AllowedHost::from).collect();
        prop_assert_eq!(effective_allowlist(&read.allowlist()), written);
        prop_assert_eq!(&read, &file);
        prop_assert_eq!(serde_yaml::from_str::<PipelockFile>(&text).unwrap(), file);
    }

    #[test]
    fn reading_never_panics(text in "(version: 1\n|api_allowlist:|mode: 'strict'\n| - |\\*|\"|\\[|\\]|\\{|\\}|&a|\n|é|\0){0,40}") {
        let _ = PipelockFile::from_yaml(&text, "pipelock.yaml");
    }
}

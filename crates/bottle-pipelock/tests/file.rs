//! `pipelock.yaml` over a few plans.
#![cfg(test)]

use std::collections::BTreeSet;

use bottle_core::{
    AuthScheme, AuthSpec, BottlePlan, Host, HostPattern, Port, Provider, ResponseAction, RouteSpec,
};
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
fn plans() -> [(&'static str, BottlePlan); 5] {
    let command = Provider::Command;
    let networks = [
        route("*.wild.test", &["10.1.0.0/16"]),
        route("auth.test", &["fd00::/8", "10.1.0.0/16", "127.0.0.1/32"]),
        route("**.wild.test", &[]),
        route("**.deep.test", &[]),
    ];
    let mut passthrough = plan(command, vec![], vec!["**.b.test".parse().unwrap()]);
    passthrough.pipelock.passthrough = ["**.b.test", "a.test", "**.b.test"]
        .map(|host| host.parse().unwrap())
        .into();
    [
        ("nothing", plan(command, vec![], vec![])),
        ("provider", plan(Provider::Claude, vec![], vec![])),
        ("networks", plan(command, networks.into(), vec![])),
        ("passthrough", passthrough),
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
    let [_, _, (_, plan), _, _] = plans();
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
    let [_, _, (_, plan), _, _] = plans();
    let text = rendered(&plan).to_yaml().unwrap();
    for word in ["HOST_TOKEN", "EGRESS_TOKEN", "/v1", "Bearer"] {
        assert!(!text.contains(word), "{word}");
    }
}

fn codes(text: &str) -> Vec<&'static str> {
    let read = PipelockFile::from_yaml(text, "pipelock.yaml");
    let errors = read.err().unwrap_or_default();
    errors.iter().map(|each| each.code.as_str()).collect()
}

#[test]
fn a_file_that_is_not_ours_is_refused_with_its_place() {
    let [_, (_, plan), _, _, _] = plans();
    let good = rendered(&plan).to_yaml().unwrap();
    for (from, to, code) in [
        ("enforce: true", "enforce: maybe", "yaml.invalid"),
        (
            "enforce: true",
            "enforce: true\nenforce: true",
            "yaml.duplicate-key",
        ),
        ("enforce: true", "enforce: true\nagents: {}", "yaml.shape"),
        ("'strict'", "'loose'", "yaml.shape"),
        ("'claude.ai'", "'*'", "yaml.shape"),
        ("'claude.ai'", "'10.0.0.1'", "yaml.shape"),
        (
            "ip_allowlist: []",
            "ip_allowlist: ['10.0.0.0/33']",
            "yaml.shape",
        ),
        ("blocklist: []", "blocklist: ['']", "yaml.shape"),
        ("max_body_bytes: ", "max_body_bytes: -", "yaml.invalid"),
    ] {
        assert!(good.contains(from), "{from}");
        assert_eq!(codes(&good.replacen(from, to, 1)), [code], "{to}");
    }
    for text in ["", "[]", "\0"] {
        assert!(PipelockFile::from_yaml(text, "pipelock.yaml").is_err());
    }
}

/// One line of the file, another one instead, and the path that is told of.
const NOT_CARRIED_OUT: &[(&str, &str, &str)] = &[
    ("version: 1", "version: 2", "version"),
    ("'strict'", "'audit'", "mode"),
    ("'strict'", "'balanced'", "mode"),
    ("mode: 'strict'\n", "", "mode"),
    ("enforce: true", "enforce: false", "enforce"),
    (
        "max_url_length: 65536",
        "max_url_length: 2048",
        "fetch_proxy.monitoring.max_url_length",
    ),
    (
        "  entropy_threshold: 4.5",
        "  entropy_threshold: 3.5",
        "fetch_proxy.monitoring.entropy_threshold",
    ),
    (
        "subdomain_entropy_threshold: 4.0",
        "subdomain_entropy_threshold: 3.0",
        "fetch_proxy.monitoring.subdomain_entropy_threshold",
    ),
    (
        "max_requests_per_minute: 100000",
        "max_requests_per_minute: 60",
        "fetch_proxy.monitoring.max_requests_per_minute",
    ),
    (
        "max_data_per_minute: 0",
        "max_data_per_minute: 9",
        "fetch_proxy.monitoring.max_data_per_minute",
    ),
    (
        "fetch_proxy:\n",
        "fetch_proxy:\n  user_agent: x\n",
        "fetch_proxy.user_agent",
    ),
    (
        "forward_proxy:\n  enabled: true",
        "forward_proxy:\n  enabled: false",
        "forward_proxy.enabled",
    ),
    (
        "forward_proxy:\n  enabled: true",
        "forward_proxy:",
        "forward_proxy.enabled",
    ),
    (
        "max_tunnel_seconds: 86400",
        "max_tunnel_seconds: 300",
        "forward_proxy.max_tunnel_seconds",
    ),
    (
        "idle_timeout_seconds: 3600",
        "idle_timeout_seconds: 120",
        "forward_proxy.idle_timeout_seconds",
    ),
    (
        "sni_verification: true",
        "sni_verification: false",
        "forward_proxy.sni_verification",
    ),
    (
        "tls_interception:\n  enabled: true",
        "tls_interception:\n  enabled: false",
        "tls_interception.enabled",
    ),
    ("'ca.pem'", "'/other/ca.pem'", "tls_interception.ca_cert"),
    (
        "'ca-key.pem'",
        "'/other/ca-key.pem'",
        "tls_interception.ca_key",
    ),
    (
        "  ca_key",
        "  cert_ttl: 1h\n  ca_key",
        "tls_interception.cert_ttl",
    ),
    (
        "  ca_key",
        "  cert_cache_size: 5\n  ca_key",
        "tls_interception.cert_cache_size",
    ),
    (
        "max_response_bytes: 1073741824",
        "max_response_bytes: 5242880",
        "tls_interception.max_response_bytes",
    ),
    (
        "request_body_scanning:\n  enabled: true",
        "request_body_scanning:\n  enabled: false",
        "request_body_scanning.enabled",
    ),
    (
        "action: 'block'",
        "action: 'warn'",
        "request_body_scanning.action",
    ),
    ("  action: 'block'\n", "", "request_body_scanning.action"),
    (
        "scan_headers: true",
        "scan_headers: false",
        "request_body_scanning.scan_headers",
    ),
    (
        "scan_headers: true",
        "scan_headers: true\n  ignore_headers: [X-Own]",
        "request_body_scanning.ignore_headers",
    ),
    (
        "response_scanning:\n  enabled: true",
        "response_scanning:\n  enabled: false",
        "response_scanning.enabled",
    ),
    (
        "exempt_domains: []",
        "exempt_domains: []\n  patterns: [{name: a, regex: b}]",
        "response_scanning.patterns",
    ),
    (
        "sse_streaming:\n    enabled: true",
        "sse_streaming:\n    enabled: false",
        "response_scanning.sse_streaming.enabled",
    ),
    (
        "sse_streaming:\n    enabled: true\n    action: 'warn'",
        "sse_streaming:\n    enabled: true",
        "response_scanning.sse_streaming.action",
    ),
    ("scan_env: false", "scan_env: true", "dlp.scan_env"),
    ("  scan_env: false\n", "", "dlp.scan_env"),
    (
        "scan_env: false",
        "scan_env: false\n  patterns: [{name: a, regex: b}]",
        "dlp.patterns",
    ),
    (
        "scan_env: false",
        "scan_env: false\n  secrets_file: a",
        "dlp.secrets_file",
    ),
    (
        "scan_env: false",
        "scan_env: false\n  action: warn",
        "dlp.action",
    ),
    (
        "min_words: 12",
        "min_words: 15",
        "seed_phrase_detection.min_words",
    ),
    (
        "verify_checksum: true",
        "verify_checksum: false",
        "seed_phrase_detection.verify_checksum",
    ),
    ("- '10.0.0.0/8'\n", "", "internal"),
    (
        "ip_allowlist: []",
        "ip_allowlist: ['0.0.0.0/0']",
        "ssrf.ip_allowlist",
    ),
    (
        "ip_allowlist: []",
        "ip_allowlist: ['10.0.0.1/8']",
        "ssrf.ip_allowlist",
    ),
    ("'json'", "'text'", "logging.format"),
    ("'stdout'", "'both'", "logging.output"),
    (
        "include_allowed: true",
        "include_allowed: false",
        "logging.include_allowed",
    ),
    (
        "media_policy:\n  enabled: false",
        "media_policy:\n  enabled: true",
        "media_policy",
    ),
    (
        "enforce: true",
        "enforce: true\nkill_switch: {enabled: true}",
        "kill_switch",
    ),
    (
        "enforce: true",
        "enforce: true\nredaction: {enabled: true}",
        "redaction",
    ),
    ("enforce: true", "enforce: true\nemit: {syslog: {}}", "emit"),
    (
        "enforce: true",
        "enforce: true\nsuppress: [{rule: a, path: b}]",
        "suppress",
    ),
    (
        "enforce: true",
        "enforce: true\ncanary_tokens: {enabled: true, tokens: [{name: a, value: short}]}",
        "canary_tokens.tokens",
    ),
];

/// What the program does and ours does not is never passed over.
#[test]
fn what_is_not_carried_out_is_named() {
    let [_, (_, plan), _, _, _] = plans();
    let good = rendered(&plan).to_yaml().unwrap();
    for (from, to, path) in NOT_CARRIED_OUT {
        assert!(good.contains(from), "{from}");
        let text = good.replacen(from, to, 1);
        let errors = PipelockFile::from_yaml(&text, "pipelock.yaml").unwrap_err();
        let told: Vec<&str> = errors.iter().map(|each| each.message.as_str()).collect();
        let wanted = format!("`{path}` means here what the built-in scanner does not do");
        assert_eq!(told, [wanted.as_str()], "{to}");
        let place = errors.iter().next().unwrap().position;
        let line = text.lines().nth(place.line - 1).unwrap();
        let mut keys = path.split('.').map(|key| format!("{key}:"));
        assert!(
            place.line == 1 || keys.any(|key| line.contains(&key)),
            "{line}"
        );
    }
    insta::assert_snapshot!(
        PipelockFile::from_yaml(
            "mode: audit\napi_allowlist: [a.test]\nenfoce: true\n",
            "p.yaml"
        )
        .unwrap_err()
    );
    insta::assert_snapshot!(
        PipelockFile::from_yaml("mode: audit\napi_allowlist: [a.test]\n", "p.yaml").unwrap_err()
    );
}

/// The shortest file there is, and what may be said without consequence.
#[test]
fn what_means_the_same_may_be_said_or_left_out() {
    let short = "mode: strict
api_allowlist: [a.test]
forward_proxy: {enabled: true}
tls_interception: {enabled: true}
request_body_scanning: {action: block}
response_scanning: {sse_streaming: {action: warn}}
dlp: {scan_env: false}
";
    let file = PipelockFile::from_yaml(short, "pipelock.yaml").unwrap();
    assert_eq!(file.max_body_bytes(), 5 * 1024 * 1024);
    assert_eq!(file.internal().len(), 12);
    assert_eq!(file.responses(), ResponseAction::Mark);
    assert!(file.allowed_rules().is_empty());
    for more in [
        "version: 0",
        "suppress: []",
        "kill_switch: {enabled: false}",
        "canary_tokens: {enabled: false, tokens: []}",
        "seed_phrase_detection: {min_words: 0}",
        "fetch_proxy: {monitoring: {max_url_length: 0, max_requests_per_minute: 0, entropy_threshold: 0}}",
        "logging: {}",
    ] {
        let read = PipelockFile::from_yaml(&format!("{short}{more}\n"), "pipelock.yaml");
        assert!(read.is_ok(), "{more}: {read:?}");
    }
    let strict = short.replace("action: warn", "action: block").replace(
        "response_scanning: {",
        "response_scanning: {action: block, exempt_domains: [b.test], ",
    ) + "seed_phrase_detection: {enabled: false}\ntrusted_domains: ['*.c.test']\n";
    let file = PipelockFile::from_yaml(&strict, "pipelock.yaml").unwrap();
    assert_eq!(file.responses(), ResponseAction::Block);
    assert!(file.allowed_rules().contains("seed-phrase"));
    let holds = |table: RouteTable, host: &str| table.find(&host.parse().unwrap()).is_some();
    assert!(holds(file.unscanned_responses(), "b.test"));
    assert_eq!(file.trusted(), ["**.c.test".parse().unwrap()]);
}

#[test]
fn decoys_are_values_to_look_for() {
    let [(_, plan), ..] = plans();
    let text = rendered(&plan).to_yaml().unwrap();
    let decoys = |enabled: bool| {
        let tokens = "[{name: a, value: no-such-key}, {name: b, value: 'nor this'}]";
        let text = format!("{text}canary_tokens: {{enabled: {enabled}, tokens: {tokens}}}\n");
        let file = PipelockFile::from_yaml(&text, "pipelock.yaml").unwrap();
        let again = PipelockFile::from_yaml(&file.to_yaml().unwrap(), "pipelock.yaml");
        assert_eq!(again.unwrap(), file);
        assert!(!format!("{file:?}").contains("no-such-key"));
        let found = file
            .canaries()
            .map(|(name, value)| format!("{name} {}", value.expose()));
        found.collect::<Vec<_>>()
    };
    assert_eq!(decoys(true), ["a no-such-key", "b nor this"]);
    assert_eq!(decoys(false), [""; 0]);
}

#[test]
fn a_blocked_host_is_not_allowed_by_a_wider_entry() {
    let allowed = "'*.a.test', b.test, '*.deep.b.test', c.test";
    let text = format!(
        "mode: strict
api_allowlist: [{allowed}]
fetch_proxy: {{monitoring: {{blocklist: [x.a.test, '*.y.a.test', '*.b.test', c.test]}}}}
forward_proxy: {{enabled: true}}
tls_interception: {{enabled: true}}
request_body_scanning: {{action: block}}
response_scanning: {{sse_streaming: {{action: warn}}}}
dlp: {{scan_env: false}}
"
    );
    let table = PipelockFile::from_yaml(&text, "pipelock.yaml")
        .unwrap()
        .allowlist();
    let may = |host: &str| {
        let found = table.find(&host.parse().unwrap());
        found.is_some_and(|(_, route)| route.ports.contains(Port::HTTPS))
    };
    for host in ["z.a.test", "z.x.a.test", "ay.a.test"] {
        assert!(may(host), "{host}");
    }
    for host in [
        "x.a.test",
        "y.a.test",
        "z.y.a.test",
        "b.test",
        "z.b.test",
        "z.deep.b.test",
        "c.test",
    ] {
        assert!(!may(host), "{host}");
    }
}

#[test]
fn the_networks_of_the_bottle_are_internal() {
    let [(_, plan), ..] = plans();
    let own = ["10.213.0.0/28", "198.51.100.0/28"].map(|net| net.parse().unwrap());
    let file = rendered(&plan).with_networks(&own);
    // What is in one of the program's own ranges is so already.
    assert_eq!(file.internal().len(), 13);
    assert_eq!(file.internal().last(), own.last());
    let text = file.to_yaml().unwrap();
    assert_eq!(
        PipelockFile::from_yaml(&text, "pipelock.yaml").unwrap(),
        file
    );
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

//! Over random plans, asked of the text as an independent reader understands it.

use std::collections::BTreeSet;

use bottle_compose::render;
use bottle_core::{EnvValue, Limits, Source, Supervise, yaml};
use proptest::prelude::*;
use serde_yaml::Value;

use crate::fixture::{facts, plan, remote};

/// Everything that a service may say.
const ALLOWED: &[&str] = &[
    "image",
    "pull_policy",
    "container_name",
    "restart",
    "entrypoint",
    "command",
    "user",
    "init",
    "read_only",
    "cap_drop",
    "security_opt",
    "pids_limit",
    "mem_limit",
    "cpus",
    "sysctls",
    "tmpfs",
    "environment",
    "dns",
    "extra_hosts",
    "networks",
    "volumes",
    "healthcheck",
    "stop_grace_period",
    "logging",
    "labels",
];

fn texts(value: &Value) -> Vec<&str> {
    value
        .as_sequence()
        .unwrap()
        .iter()
        .map(|each| each.as_str().unwrap())
        .collect()
}

fn keys(value: &Value) -> BTreeSet<&str> {
    value
        .as_mapping()
        .unwrap()
        .keys()
        .map(|key| key.as_str().unwrap())
        .collect()
}

fn assert_closed(name: &str, service: &Value) {
    for key in keys(service) {
        assert!(ALLOWED.contains(&key), "`{name}` says `{key}`");
    }
    assert_eq!(texts(&service["cap_drop"]), ["ALL"]);
    assert_eq!(texts(&service["security_opt"]), ["no-new-privileges:true"]);
    assert!(service["pids_limit"].as_u64().unwrap() > 0);
    assert!(!service["user"].as_str().unwrap().starts_with("0:"));
    let volumes = service["volumes"].as_sequence().unwrap();
    let (state, queue) = ("state/dev-00000", "queue/dev-00000");
    // What it may write, and what it sees.
    let expected = match name {
        "git-gate" => vec![
            (false, format!("{state}/git-gate")),
            (true, format!("{state}/git-gate-data")),
        ],
        "supervise" => vec![
            (true, format!("{queue}/proposals")),
            (false, format!("{queue}/answers")),
        ],
        _ => vec![(false, format!("{state}/{name}"))],
    };
    assert_eq!(volumes.len(), expected.len());
    for (volume, (writable, source)) in volumes.iter().zip(expected) {
        assert_eq!(volume["type"], "bind");
        assert_eq!(volume["bind"]["create_host_path"], false);
        assert_eq!(volume["read_only"], !writable);
        let source = format!("/home/me/.claude-bottle/{source}");
        assert_eq!(volume["source"], source.as_str());
    }
    let networks = keys(&service["networks"]);
    if name == "agent" {
        assert_eq!(networks, BTreeSet::from(["internal"]));
        assert_eq!(texts(&service["dns"]), ["10.213.0.18"]);
    } else {
        assert_eq!(service["read_only"], true);
        assert_eq!(service["sysctls"]["net.ipv4.ip_forward"], "0");
        let is_near = ["egress", "git-gate", "supervise"].contains(&name);
        assert_eq!(networks.contains("internal"), is_near);
        assert_eq!(networks.contains("egress"), name != "supervise");
    }
}

/// The value as `docker compose` takes it: `$$` is one dollar, and no single one is left to be a variable.
fn interpolate(text: &str) -> String {
    assert!(
        !text.replace("$$", "").contains('$'),
        "{text:?} would be interpolated"
    );
    text.replace("$$", "$")
}

proptest! {
    #[test]
    fn no_plan_opens_a_wall(
        env in prop::collection::btree_map("[A-Za-z_][A-Za-z0-9_]{0,12}", ".{0,24}", 0..12),
        pids in 1_i64..4096,
        memory in prop::option::of(6_u64 << 20..1 << 62),
        cpus in prop::option::of(1_u32..10_000_000),
        scanner in prop::option::of("[a-z]{1,8}(:[a-z0-9]{1,8})?"),
        remotes in prop::collection::btree_set("[a-z]{1,8}", 0..3),
        supervised in any::<bool>(),
    ) {
        let mut plan = plan();
        plan.limits = Limits {
            pids: pids.try_into().unwrap(),
            memory: memory.map(|bytes| bytes.try_into().unwrap()),
            cpus: cpus.map(|number| format!("{}.{:03}", number / 1000, number % 1000).parse().unwrap()),
        };
        plan.supervise = if supervised { Supervise::On } else { Supervise::Off };
        plan.git = remotes.iter().map(|name| remote(name)).collect();
        plan.pipelock.image = scanner.map(|image| image.parse().unwrap());
        for (name, value) in &env {
            if let (Ok(name), Ok(value)) = (name.parse(), value.parse::<EnvValue>()) {
                plan.env.insert(name, value);
            }
        }
        let file = render(&plan, &facts()).unwrap();
        let text = file.to_yaml().unwrap();
        let read: Value = serde_yaml::from_str(&text).unwrap();
        let ours: Value = yaml::read(&Source::whole("docker-compose.yml", &text)).unwrap();
        prop_assert_eq!(&ours, &read);
        prop_assert_eq!(keys(&read), BTreeSet::from(["name", "services", "networks"]));
        let mut services = BTreeSet::from(["agent", "egress", "pipelock"]);
        services.extend((!remotes.is_empty()).then_some("git-gate"));
        services.extend(supervised.then_some("supervise"));
        prop_assert_eq!(keys(&read["services"]), services);
        for (name, service) in read["services"].as_mapping().unwrap() {
            assert_closed(name.as_str().unwrap(), service);
        }
        for network in ["internal", "egress"] {
            prop_assert_eq!(&read["networks"][network]["external"], &Value::Bool(true));
        }
        let environment = &read["services"]["agent"]["environment"];
        let direct = environment["NO_PROXY"].as_str().unwrap();
        prop_assert_eq!(direct.split(',').any(|name| name == "supervise"), supervised);
        let hosts = &read["services"]["agent"]["extra_hosts"];
        prop_assert_eq!(hosts.get("supervise").is_some(), supervised);
        prop_assert_eq!(environment["HTTPS_PROXY"].as_str(), Some("http://egress:9099"));
        for (name, value) in &plan.env {
            let written = environment.get(name.as_str()).map(|value| value.as_str().unwrap());
            match value {
                _ if name.as_str() == "HTTPS_PROXY" => {}
                EnvValue::Literal(text) => prop_assert_eq!(interpolate(written.unwrap()), text.as_str()),
                EnvValue::Host(_) | EnvValue::Prompt { .. } => prop_assert_eq!(written, None),
            }
        }
    }
}

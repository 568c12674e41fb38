use std::collections::{BTreeMap, BTreeSet};

use bottle_compose::{InterfaceSettings, render};
use bottle_core::{BottlePlan, Limits, Supervise};
use serde_yaml::{Mapping, Value};

use crate::fixture::{facts, plan, remote};

#[test]
fn a_plain_bottle() {
    insta::assert_snapshot!(render(&plan(), &facts()).unwrap().to_yaml().unwrap());
}

#[test]
fn limits_and_resolvers_and_an_old_engine() {
    let mut plan = plan();
    plan.env.clear();
    plan.limits = Limits {
        pids: 64.try_into().unwrap(),
        memory: Some("2g".parse().unwrap()),
        cpus: Some("1.5".parse().unwrap()),
    };
    let mut facts = facts();
    facts.agent_runtime = Some("runsc".parse().unwrap());
    facts.interface_settings = InterfaceSettings::OfContainer;
    facts.resolvers = vec![
        "198.51.100.10".parse().unwrap(),
        "2001:db8::1".parse().unwrap(),
    ];
    insta::assert_snapshot!(render(&plan, &facts).unwrap().to_yaml().unwrap());
}

#[test]
fn a_bottle_with_remotes() {
    let mut plan = plan();
    plan.env.clear();
    plan.git = vec![remote("app"), remote("docs")];
    let mut facts = facts();
    facts.resolvers = vec!["198.51.100.10".parse().unwrap()];
    insta::assert_snapshot!(render(&plan, &facts).unwrap().to_yaml().unwrap());
    facts.images.git_gate = None;
    let error = render(&plan, &facts).unwrap_err().to_string();
    assert_eq!(error, "there is no image for git-gate");
}

#[test]
fn a_bottle_whose_agent_may_ask_for_more() {
    let mut plan = plan();
    plan.env.clear();
    plan.supervise = Supervise::On;
    insta::assert_snapshot!(render(&plan, &facts()).unwrap().to_yaml().unwrap());
}

/// What another reader makes of the file, apart from pipelock; and pipelock.
fn parts(plan: &BottlePlan) -> (Value, Mapping) {
    let text = render(plan, &facts()).unwrap().to_yaml().unwrap();
    let mut file: Value = serde_yaml::from_str(&text).unwrap();
    let services = file["services"].as_mapping_mut().unwrap();
    let pipelock = services.remove("pipelock").unwrap();
    (file, pipelock.as_mapping().unwrap().clone())
}

#[test]
fn the_upstream_scanner_changes_its_own_service_alone() {
    let mut with_image = plan();
    with_image.pipelock.image = Some("ghcr.io/example/pipelock:2.3.0".parse().unwrap());
    let (rest, built_in) = parts(&plan());
    let (same_rest, upstream) = parts(&with_image);
    assert_eq!(rest, same_rest);
    let keys: BTreeSet<&str> = built_in
        .keys()
        .chain(upstream.keys())
        .filter_map(Value::as_str)
        .collect();
    let changed: BTreeMap<&str, [Option<&Value>; 2]> = keys
        .into_iter()
        .map(|key| (key, [built_in.get(key), upstream.get(key)]))
        .filter(|(_, [before, after])| before != after)
        .collect();
    insta::assert_snapshot!(serde_yaml::to_string(&changed).unwrap());
}

#[test]
fn what_cannot_hold_a_bottle() {
    let mut small = facts();
    small.networks.internal.subnet = "10.213.0.0/29".parse().unwrap();
    let mut relative = facts();
    relative.state_dir = "state/dev-00000".to_owned();
    let mut queueless = facts();
    queueless.queue_dir = "queue/dev-00000".to_owned();
    let mut idle = facts();
    idle.agent_hold.clear();
    let errors: Vec<String> = [small, relative, queueless, idle]
        .iter()
        .map(|facts| render(&plan(), facts).unwrap_err().to_string())
        .collect();
    insta::assert_debug_snapshot!(errors);
}

use bottle_compose::{InternalRoute, render};
use bottle_core::Limits;

use crate::fixture::{facts, plan};

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
    facts.internal_route = InternalRoute::Dead;
    facts.resolvers = vec![
        "198.51.100.10".parse().unwrap(),
        "2001:db8::1".parse().unwrap(),
    ];
    insta::assert_snapshot!(render(&plan, &facts).unwrap().to_yaml().unwrap());
}

#[test]
fn what_cannot_hold_a_bottle() {
    let mut small = facts();
    small.networks.internal.subnet = "10.213.0.0/29".parse().unwrap();
    let mut relative = facts();
    relative.state_dir = "state/dev-00000".to_owned();
    let mut idle = facts();
    idle.agent_hold.clear();
    let errors: Vec<String> = [small, relative, idle]
        .iter()
        .map(|facts| render(&plan(), facts).unwrap_err().to_string())
        .collect();
    insta::assert_debug_snapshot!(errors);
}

//! What the agent's programs learn from their environment: the proxy, and whom to trust.

use std::collections::BTreeMap;

use bottle_core::{BottlePlan, EnvValue, Supervise, WIRING, Wiring};

use crate::facts::LaunchFacts;
use crate::text::Text;

/// The proxy, by the name that the internal network's resolver knows.
const PROXY: &str = "http://egress:9099";
/// What programs must not send to a proxy.
const DIRECT: &str = "localhost,127.0.0.1,::1";
/// The same, where the agent may ask for more: a proxy would cut a call that waits for its answer.
const DIRECT_AND_SUPERVISE: &str = "localhost,127.0.0.1,::1,supervise";
/// The bottle's own authority.
const CA: &str = "/etc/bottle/ca.pem";
/// The public authorities and the bottle's own.
const BUNDLE: &str = "/etc/bottle/ca-bundle.pem";

/// The agent's environment: the manifest's literal values, what its provider brings, then what makes the walls
/// usable, which wins.
///
/// Values that are asked for or taken from the host are not here: they reach the session alone.
pub(crate) fn agent(plan: &BottlePlan, facts: &LaunchFacts) -> BTreeMap<Text, Text> {
    let mut environment: BTreeMap<Text, Text> = plan
        .env
        .iter()
        .filter_map(|(name, value)| match value {
            EnvValue::Literal(value) => Some((name.to_string().into(), value.as_str().into())),
            EnvValue::Host(_) | EnvValue::Prompt { .. } => None,
        })
        .collect();
    for (name, value) in plan.provider.preset().variables(plan) {
        environment.insert(name.into(), value.into());
    }
    for (name, wiring) in WIRING {
        let value = match wiring {
            Wiring::Proxy => PROXY,
            Wiring::Direct if plan.supervise == Supervise::On => DIRECT_AND_SUPERVISE,
            Wiring::Direct => DIRECT,
            Wiring::Bundle => BUNDLE,
            Wiring::Authority => CA,
            Wiring::Text(text) => text,
        };
        environment.insert((*name).into(), value.into());
    }
    environment.insert("BOTTLE_IDENTITY".into(), facts.identity.to_string().into());
    environment
}

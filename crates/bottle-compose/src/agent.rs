//! The agent's container.

use std::collections::BTreeMap;

use bottle_core::{BottlePlan, Cpus, Limits, Memory};

use crate::environment;
use crate::facts::{InternalRoute, LaunchFacts};
use crate::network::{NetworkAttachment, NetworkKey};
use crate::render::RenderError;
use crate::service::{Service, ServiceName};
use crate::text::Text;

/// Whom the agent runs as: the first user of common images, never root.
const USER: &str = "1000:1000";
/// How long the kernel waits for an answer to each of its three questions for a hardware address, in milliseconds.
/// The default is a second, so programs would hang for three before they hear that there is no way.
const IMPATIENT: (&str, &str) = ("net.ipv4.neigh.eth0.retrans_time_ms", "250");

/// The agent's container: on the internal network alone.
pub(crate) fn service(plan: &BottlePlan, facts: &LaunchFacts) -> Result<Service, RenderError> {
    let Limits { pids, memory, cpus } = plan.limits;
    let attachment = NetworkAttachment {
        ipv4_address: facts.networks.agent()?,
    };
    let sysctls = match facts.internal_route {
        InternalRoute::None => BTreeMap::new(),
        InternalRoute::Dead => BTreeMap::from([IMPATIENT]),
    };
    let image = facts.images.agent.to_string().into();
    Ok(Service {
        entrypoint: facts
            .agent_hold
            .iter()
            .map(String::as_str)
            .map(Text::from)
            .collect(),
        init: true,
        runtime: facts
            .agent_runtime
            .as_ref()
            .map(|name| name.as_str().into()),
        pids_limit: pids.get(),
        mem_limit: memory.map(Memory::bytes),
        millicpus: cpus.map(Cpus::millicpus),
        sysctls,
        environment: environment::agent(plan, facts),
        dns: vec![facts.networks.egress_inner()?.into()],
        networks: BTreeMap::from([(NetworkKey::Internal, attachment)]),
        ..Service::closed(ServiceName::Agent, image, USER.into(), facts)
    })
}

//! The sidecars' containers.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use crate::facts::{LaunchFacts, UserIds};
use crate::health::HealthCheck;
use crate::network::{NetworkAttachment, NetworkKey};
use crate::render::RenderError;
use crate::service::{Service, ServiceName};
use crate::text::Text;

/// The port that pipelock listens on.
const PIPELOCK_PORT: u16 = 8888;
/// What a sidecar may use; the scanner holds at most 96 MiB of bodies.
const MEMORY: u64 = 256 * 1024 * 1024;

/// The proxy on the agent's side: on both networks.
pub(crate) fn egress(facts: &LaunchFacts) -> Result<Service, RenderError> {
    let networks = &facts.networks;
    let pipelock = format!("{}:{PIPELOCK_PORT}", networks.pipelock()?);
    Ok(Service {
        environment: environment(facts, "BOTTLE_PIPELOCK", pipelock),
        networks: BTreeMap::from([
            (NetworkKey::Egress, attachment(networks.egress_outer()?)),
            (NetworkKey::Internal, attachment(networks.egress_inner()?)),
        ]),
        ..sidecar(ServiceName::Egress, facts)
    })
}

/// The proxy that scans: not on the agent's network, and it listens to egress alone.
pub(crate) fn pipelock(facts: &LaunchFacts) -> Result<Service, RenderError> {
    let networks = &facts.networks;
    let peer = networks.egress_outer()?.to_string();
    Ok(Service {
        environment: environment(facts, "BOTTLE_ALLOWED_PEER", peer),
        dns: facts.resolvers.clone(),
        networks: BTreeMap::from([(NetworkKey::Egress, attachment(networks.pipelock()?))]),
        ..sidecar(ServiceName::Pipelock, facts)
    })
}

fn sidecar(name: ServiceName, facts: &LaunchFacts) -> Service {
    let UserIds { uid, gid } = facts.sidecar_user;
    let image = facts.images.sidecar.to_string().into();
    let run = format!("/run/bottle:uid={uid},gid={gid},mode=0700,size=1m");
    Service {
        command: vec![name.as_str().into()],
        read_only: true,
        mem_limit: Some(MEMORY),
        sysctls: BTreeMap::from([
            // Frames that reach a container on two networks go no further.
            ("net.ipv4.ip_forward", "0"),
            // Port 53 without a capability.
            ("net.ipv4.ip_unprivileged_port_start", "0"),
        ]),
        tmpfs: vec![run.into()],
        healthcheck: Some(HealthCheck::sidecar()),
        ..Service::closed(name, image, format!("{uid}:{gid}").into(), facts)
    }
}

fn environment(facts: &LaunchFacts, name: &str, value: String) -> BTreeMap<Text, Text> {
    BTreeMap::from([
        ("BOTTLE_IDENTITY".into(), facts.identity.to_string().into()),
        (name.into(), value.into()),
    ])
}

const fn attachment(ipv4_address: Ipv4Addr) -> NetworkAttachment {
    NetworkAttachment { ipv4_address }
}

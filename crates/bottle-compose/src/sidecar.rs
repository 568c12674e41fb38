//! The sidecars' containers.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use bottle_core::{BottlePlan, ImageRef, Supervise};

use crate::facts::{LaunchFacts, UserIds};
use crate::health::HealthCheck;
use crate::mount::{BindMount, UPSTREAM_PIPELOCK_TARGET};
use crate::network::{NetworkAttachment, NetworkKey};
use crate::render::RenderError;
use crate::service::{Service, ServiceName};
use crate::text::Text;

/// The port that pipelock listens on.
const PIPELOCK_PORT: u16 = 8888;
/// What the program pipelock is started with; the entry point of its image is the program.
const UPSTREAM_ARGUMENTS: [&str; 5] = [
    "run",
    "--config",
    "/etc/pipelock/pipelock.yaml",
    "--listen",
    "0.0.0.0:8888",
];
/// The program in every image of ours.
pub(crate) const PROGRAM: &str = "/bottle-sidecar";
/// What a sidecar may use; the scanner holds at most 96 MiB of bodies.
const MEMORY: u64 = 256 * 1024 * 1024;

/// The proxy on the agent's side: on both networks.
pub(crate) fn egress(plan: &BottlePlan, facts: &LaunchFacts) -> Result<Service, RenderError> {
    let networks = &facts.networks;
    let pipelock = format!("{}:{PIPELOCK_PORT}", networks.pipelock()?);
    let mut environment = environment(facts, "BOTTLE_PIPELOCK", pipelock);
    if plan.supervise == Supervise::On {
        // Refusals tell the agent that it may ask.
        environment.insert("BOTTLE_SUPERVISE".into(), "1".into());
    }
    Ok(Service {
        environment,
        networks: BTreeMap::from([
            (NetworkKey::Egress, attachment(networks.egress_outer()?)),
            (NetworkKey::Internal, attachment(networks.egress_inner()?)),
        ]),
        ..sidecar(ServiceName::Egress, facts)
    })
}

/// The proxy that scans: not on the agent's network, and it listens to egress alone.
pub(crate) fn pipelock(plan: &BottlePlan, facts: &LaunchFacts) -> Result<Service, RenderError> {
    let networks = &facts.networks;
    let peer = networks.egress_outer()?.to_string();
    let built_in = Service {
        environment: environment(facts, "BOTTLE_ALLOWED_PEER", peer),
        dns: facts.resolvers.clone(),
        networks: BTreeMap::from([(NetworkKey::Egress, attachment(networks.pipelock()?))]),
        ..sidecar(ServiceName::Pipelock, facts)
    };
    Ok(match &plan.pipelock.image {
        None => built_in,
        Some(image) => upstream_pipelock(image, built_in, facts),
    })
}

/// The program pipelock in the same place behind the same walls: another image, what that takes for arguments and a
/// question after its health, and its own path for the same folder. It is told nothing else.
fn upstream_pipelock(image: &ImageRef, built_in: Service, facts: &LaunchFacts) -> Service {
    Service {
        image: image.to_string().into(),
        command: UPSTREAM_ARGUMENTS.map(Text::from).to_vec(),
        environment: BTreeMap::new(),
        tmpfs: Vec::new(),
        volumes: vec![BindMount::at(
            UPSTREAM_PIPELOCK_TARGET,
            ServiceName::Pipelock,
            facts,
        )],
        healthcheck: Some(HealthCheck::upstream_pipelock()),
        ..built_in
    }
}

pub(crate) fn sidecar(name: ServiceName, facts: &LaunchFacts) -> Service {
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

pub(crate) const fn attachment(ipv4_address: Ipv4Addr) -> NetworkAttachment {
    NetworkAttachment::at(ipv4_address)
}

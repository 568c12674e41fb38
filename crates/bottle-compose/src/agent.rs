//! The agent's container.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

use bottle_core::{BottlePlan, Cpus, Limits, Memory, Supervise};

use crate::environment;
use crate::facts::{InterfaceSettings, LaunchFacts, UserIds, WORKSPACE, WorkspaceMount};
use crate::mount::BindMount;
use crate::network::{NetworkAttachment, NetworkKey};
use crate::render::RenderError;
use crate::service::{Service, ServiceName};
use crate::text::Text;

/// How long the kernel waits for an answer to each of its three questions for a hardware address, in milliseconds.
/// The default is a second, so programs would hang for three before they hear that there is no way: to an address of the
/// agent's own network that nobody has, and with engines before 26, which leave a default route there, to any.
const IMPATIENT: (&str, &str) = ("net.ipv4.neigh.eth0.retrans_time_ms", "250");
/// The same, for the interface of an endpoint.
const IMPATIENT_ENDPOINT: (&str, &str) = (
    "com.docker.network.endpoint.sysctls",
    "net.ipv4.neigh.IFNAME.retrans_time_ms=250",
);

/// The agent's container: on the internal network alone.
pub(crate) fn service(plan: &BottlePlan, facts: &LaunchFacts) -> Result<Service, RenderError> {
    let Limits { pids, memory, cpus } = plan.limits;
    let mut attachment = NetworkAttachment::at(facts.networks.agent()?);
    let mut sysctls = BTreeMap::new();
    match facts.interface_settings {
        InterfaceSettings::OfContainer => sysctls.extend([IMPATIENT]),
        InterfaceSettings::OfEndpoint => attachment.driver_opts.extend([IMPATIENT_ENDPOINT]),
    }
    let image = facts.images.agent.to_string().into();
    let UserIds { uid, gid } = facts.agent_user;
    if uid == 0 {
        return Err(RenderError::Root);
    }
    let user = format!("{uid}:{gid}").into();
    let mut closed = Service::closed(ServiceName::Agent, image, user, facts);
    for mount in &facts.workspace {
        closed.volumes.push(workspace(mount)?);
    }
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
        extra_hosts: neighbours(plan, facts)?,
        dns: vec![facts.networks.egress_inner()?.into()],
        networks: BTreeMap::from([(NetworkKey::Internal, attachment)]),
        working_dir: working_dir(facts)?,
        ..closed
    })
}

/// The servers beside the proxy by their names, which no resolver in the bottle knows.
fn neighbours(
    plan: &BottlePlan,
    facts: &LaunchFacts,
) -> Result<BTreeMap<Text, IpAddr>, RenderError> {
    let mut hosts = BTreeMap::new();
    let mut add = |name: ServiceName, address: Ipv4Addr| {
        hosts.insert(name.as_str().into(), address.into());
    };
    if !plan.git.is_empty() {
        add(ServiceName::GitGate, facts.networks.git_gate_inner()?);
    }
    if plan.supervise == Supervise::On {
        add(ServiceName::Supervise, facts.networks.supervise()?);
    }
    Ok(hosts)
}

/// A mount below the workspace, and nowhere else.
fn workspace(mount: &WorkspaceMount) -> Result<BindMount, RenderError> {
    if is_below(&mount.target) && mount.source.starts_with('/') {
        Ok(BindMount::of_workspace(mount))
    } else {
        Err(RenderError::Workspace {
            target: mount.target.clone(),
        })
    }
}

fn working_dir(facts: &LaunchFacts) -> Result<Option<Text>, RenderError> {
    match &facts.working_dir {
        Some(path) if !is_below(path) => Err(RenderError::Workspace {
            target: path.clone(),
        }),
        path => Ok(path.as_deref().map(Text::from)),
    }
}

/// Whether a path is the workspace or below it.
fn is_below(path: &str) -> bool {
    path.strip_prefix(WORKSPACE).is_some_and(|below| {
        below.is_empty() || below.starts_with('/') && !below.split('/').any(|name| name == "..")
    })
}

//! git-gate's container: the one way for commits to leave.

use std::collections::BTreeMap;
use std::net::IpAddr;

use bottle_core::BottlePlan;

use crate::facts::LaunchFacts;
use crate::mount::BindMount;
use crate::network::NetworkKey;
use crate::render::RenderError;
use crate::service::{Service, ServiceName};
use crate::sidecar::{PROGRAM, attachment, sidecar};
use crate::text::Text;

/// The port of git's own protocol, which addresses leave out.
const PORT: u16 = 9418;
/// Where the mirrors lie.
const DATA: &str = "/var/lib/bottle";
/// What git may use while it indexes a pack of the largest size that is taken by default.
const MEMORY: u64 = 1024 * 1024 * 1024;
/// What git may compute with, in thousandths of a processor, whatever the machine has: the agent's own limit is not its.
const MILLICPUS: u32 = 2000;
/// Several connections, each with a git that has helpers of its own.
const PIDS: u32 = 512;

/// The git server on the agent's side: on both networks, with a writable folder for its mirrors and nothing secret in
/// its environment or its mounts.
pub(crate) fn service(facts: &LaunchFacts, plan: &BottlePlan) -> Result<Service, RenderError> {
    let networks = &facts.networks;
    let image = facts.images.git_gate.as_ref();
    let image = image.ok_or(RenderError::GitGateImage)?.to_string();
    let listen = format!("{}:{PORT}", networks.git_gate_inner()?);
    let base = sidecar(ServiceName::GitGate, facts);
    let mut volumes = base.volumes;
    volumes.push(BindMount::of_data(DATA, ServiceName::GitGate, facts));
    let identity = facts.identity.to_string();
    Ok(Service {
        image: image.into(),
        // Helpers of git that outlive it are reaped.
        init: true,
        pids_limit: PIDS,
        mem_limit: Some(MEMORY),
        millicpus: Some(MILLICPUS),
        tmpfs: tmpfs(facts),
        environment: BTreeMap::from([
            ("BOTTLE_DATA_DIR".into(), DATA.into()),
            ("BOTTLE_IDENTITY".into(), identity.into()),
            ("BOTTLE_LISTEN".into(), listen.into()),
            // What git's hooks start: a script where the program is not static, so it cannot be told from inside.
            ("BOTTLE_SELF".into(), PROGRAM.into()),
        ]),
        dns: facts.resolvers.clone(),
        extra_hosts: hosts(plan),
        networks: BTreeMap::from([
            (NetworkKey::Egress, attachment(networks.git_gate_outer()?)),
            (NetworkKey::Internal, attachment(networks.git_gate_inner()?)),
        ]),
        volumes,
        ..base
    })
}

/// What the manifest says about names that do not resolve where the gate runs.
fn hosts(plan: &BottlePlan) -> BTreeMap<Text, IpAddr> {
    let remotes = plan.git.iter();
    let hosts = remotes.flat_map(|remote| &remote.extra_hosts);
    hosts
        .map(|(host, address)| (host.to_string().into(), *address))
        .collect()
}

/// The keys and the hooks, which git has to be able to run; and what ssh and git put elsewhere.
fn tmpfs(facts: &LaunchFacts) -> Vec<Text> {
    let user = facts.sidecar_user;
    let own = format!("uid={},gid={},mode=0700", user.uid, user.gid);
    vec![
        format!("/run/bottle:exec,{own},size=16m").into(),
        format!("/tmp:{own},size=64m").into(),
    ]
}

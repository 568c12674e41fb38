//! One container of a bottle.

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;

use serde::{Serialize, Serializer};

use crate::facts::LaunchFacts;
use crate::health::HealthCheck;
use crate::mount::BindMount;
use crate::network::{NetworkAttachment, NetworkKey};
use crate::text::Text;

/// The services of a bottle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ServiceName {
    /// The agent's container, which the session runs in.
    Agent,
    /// The proxy that decides and injects.
    Egress,
    /// The git server that scans pushes and forwards them.
    #[serde(rename = "git-gate")]
    GitGate,
    /// The proxy that scans.
    Pipelock,
    /// The server through which the agent asks for more.
    Supervise,
}

impl ServiceName {
    /// Its name in the file.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Egress => "egress",
            Self::GitGate => "git-gate",
            Self::Pipelock => "pipelock",
            Self::Supervise => "supervise",
        }
    }
}

impl fmt::Display for ServiceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What an engine keeps of a container's output, on the operator's disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Logging {
    /// Who keeps it.
    pub driver: &'static str,
    /// How much of it.
    pub options: BTreeMap<&'static str, &'static str>,
}

/// One container of a bottle. It is made by [`crate::render`] alone.
///
/// There is no field for privileges, published ports, devices, or the namespaces of the host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Service {
    /// Its image; never pulled.
    pub image: Text,
    /// Always `never`.
    pub pull_policy: &'static str,
    /// `bottle-<identity>-<service>`.
    pub container_name: Text,
    /// What it does when it ends: nothing.
    pub restart: &'static str,
    /// Replaces the image's entry point.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub entrypoint: Vec<Text>,
    /// Its arguments.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub command: Vec<Text>,
    /// `uid:gid`.
    pub user: Text,
    /// Where its programs begin; the image's own place when `None`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub working_dir: Option<Text>,
    /// Whether a small process 1 of the engine's reaps what its programs leave behind.
    #[serde(skip_serializing_if = "is_false")]
    pub init: bool,
    /// Whether its root file system is read-only.
    #[serde(skip_serializing_if = "is_false")]
    pub read_only: bool,
    /// What the engine runs it with; its own default when `None`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub runtime: Option<Text>,
    /// Always `ALL`.
    pub cap_drop: [&'static str; 1],
    /// Always `no-new-privileges:true`.
    pub security_opt: [&'static str; 1],
    /// Processes and threads.
    pub pids_limit: u32,
    /// Memory in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mem_limit: Option<u64>,
    /// Thousandths of a processor; whole ones, with a decimal point, in the file.
    #[serde(
        rename = "cpus",
        skip_serializing_if = "Option::is_none",
        serialize_with = "processors"
    )]
    pub millicpus: Option<u32>,
    /// Kernel settings of its network namespace.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub sysctls: BTreeMap<&'static str, &'static str>,
    /// Folders in memory: path, colon, mount options.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tmpfs: Vec<Text>,
    /// Its environment. Nothing secret.
    pub environment: BTreeMap<Text, Text>,
    /// Whose names it asks.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dns: Vec<IpAddr>,
    /// Names that it knows without asking.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub extra_hosts: BTreeMap<Text, IpAddr>,
    /// Which networks it is on.
    pub networks: BTreeMap<NetworkKey, NetworkAttachment>,
    /// What it sees of the host.
    pub volumes: Vec<BindMount>,
    /// How the engine asks whether it is well.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub healthcheck: Option<HealthCheck>,
    /// Seconds between being asked and being made to end, with their unit.
    pub stop_grace_period: &'static str,
    /// What the engine keeps of its output.
    pub logging: Logging,
    /// By which bottle finds it again.
    pub labels: BTreeMap<&'static str, Text>,
}

impl Service {
    /// What every service has, and the most that is closed.
    pub(crate) fn closed(name: ServiceName, image: Text, user: Text, facts: &LaunchFacts) -> Self {
        Self {
            image,
            pull_policy: "never",
            container_name: format!("bottle-{}-{name}", facts.identity).into(),
            restart: "no",
            entrypoint: Vec::new(),
            command: Vec::new(),
            user,
            working_dir: None,
            init: false,
            read_only: false,
            runtime: None,
            cap_drop: ["ALL"],
            security_opt: ["no-new-privileges:true"],
            pids_limit: 256,
            mem_limit: None,
            millicpus: None,
            sysctls: BTreeMap::new(),
            tmpfs: Vec::new(),
            environment: BTreeMap::new(),
            dns: Vec::new(),
            extra_hosts: BTreeMap::new(),
            networks: BTreeMap::new(),
            volumes: vec![BindMount::of(name, facts)],
            healthcheck: None,
            stop_grace_period: "1s",
            logging: Logging {
                driver: "json-file",
                options: BTreeMap::from([("max-file", "2"), ("max-size", "16m")]),
            },
            labels: BTreeMap::from([
                ("bottle.home", facts.home.as_str().into()),
                ("bottle.identity", facts.identity.to_string().into()),
                ("bottle.service", name.as_str().into()),
            ]),
        }
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the signature is serde's"
)]
const fn is_false(flag: &bool) -> bool {
    !*flag
}

#[expect(
    clippy::ref_option,
    clippy::trivially_copy_pass_by_ref,
    reason = "the signature is serde's"
)]
fn processors<S: Serializer>(millicpus: &Option<u32>, serializer: S) -> Result<S::Ok, S::Error> {
    let millicpus = millicpus.unwrap_or_default();
    serializer.collect_str(&format_args!(
        "{}.{:03}",
        millicpus / 1000,
        millicpus % 1000
    ))
}

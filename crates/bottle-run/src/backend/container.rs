//! One container, and what is done to it.

use std::collections::BTreeMap;
use std::fmt;
use std::net::Ipv4Addr;
use std::path::PathBuf;

use bottle_core::{EnvName, Identity, ImageRef, Secret};

/// One container of one bottle. `Display` is its name at the engine, `bottle-<identity>-<service>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The bottle.
    pub identity: Identity,
    /// The service, as the compose file names it.
    pub service: String,
}

impl Target {
    /// The container of a service of a bottle.
    pub fn new(identity: &Identity, service: &str) -> Self {
        Self {
            identity: identity.clone(),
            service: service.to_owned(),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "bottle-{}-{}", self.identity, self.service)
    }
}

/// Token values for one sidecar.
#[derive(Debug, Clone)]
pub struct SecretsRequest {
    /// The sidecar.
    pub target: Target,
    /// The JSON document that `secrets put` reads, all of it secret.
    pub document: Secret,
    /// What becomes of the values that it has.
    pub others: OtherSecrets,
}

/// What becomes of the values that a sidecar has when it is handed others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OtherSecrets {
    /// They go: the document has all that there are.
    Replaced,
    /// They stay, but for those of the same name.
    Kept,
}

/// Bytes to append to files of a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppendRequest {
    /// The container.
    pub target: Target,
    /// Absolute paths inside it; those that do not exist are left alone.
    pub paths: Vec<String>,
    /// What each of them gets.
    pub bytes: Vec<u8>,
}

/// A folder of the host in an extra container, read-only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExtraMount {
    /// The folder on the host, absolute; it must exist.
    pub source: PathBuf,
    /// Where it appears inside.
    pub target: String,
}

/// A container that stands beside the bottle on one of its networks: the demo's pretend internet.
///
/// Always with a read-only root, without capabilities, `no-new-privileges`, and without a published port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExtraContainer {
    /// Which container: the service may not be one of the bottle's own.
    pub target: Target,
    /// Its image.
    pub image: ImageRef,
    /// The arguments after the image's entry point.
    pub argv: Vec<String>,
    /// `uid:gid`.
    pub user: String,
    /// The name of the one network it is on.
    pub network: String,
    /// Its address there.
    pub address: Ipv4Addr,
    /// Further names that the network's resolver answers with it.
    pub aliases: Vec<String>,
    /// Its environment. Nothing secret.
    pub env: BTreeMap<EnvName, String>,
    /// What it sees of the host.
    pub mounts: Vec<ExtraMount>,
    /// Folders in memory, each with its mount options (`mode=0700,size=1m`).
    pub tmpfs: BTreeMap<String, String>,
    /// Kernel settings of its network namespace.
    pub sysctls: BTreeMap<String, String>,
    /// Labels; the caller gives `bottle.identity`, `bottle.home` and `bottle.service`.
    pub labels: BTreeMap<String, String>,
}

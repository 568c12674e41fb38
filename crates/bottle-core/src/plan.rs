//! What one bottle is going to be: resolved, without spans, without "maybe".

use std::collections::{BTreeMap, BTreeSet};

use ipnet::IpNet;

use crate::env::{EnvName, EnvValue};
use crate::header_name::HeaderName;
use crate::host_pattern::HostPattern;
use crate::image::ImageRef;
use crate::method::Method;
use crate::name::{AgentName, BottleName};
use crate::path_prefix::PathPrefix;
use crate::port::Port;

/// How many processes an agent may have when the manifest does not say.
const DEFAULT_PIDS: u32 = 1024;

/// How a credential is written into its header.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub enum AuthScheme {
    /// `Bearer <value>` (RFC 6750).
    Bearer,
    /// `token <value>`, as Gitea and GitHub take it.
    #[serde(rename = "token")]
    Token,
    /// `Basic <base64 of the value>` (RFC 7617); the value is `user:password`.
    #[serde(rename = "basic")]
    Basic,
}

/// Which program the agent is: it brings hosts that it cannot do without.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Provider {
    /// Claude Code.
    #[default]
    Claude,
    /// Any command; nothing is granted on its behalf.
    Command,
}

/// A grant: what may be asked of which hosts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteSpec {
    /// Which hosts.
    pub host: HostPattern,
    /// On which ports; 443 unless said.
    pub ports: BTreeSet<Port>,
    /// Below which paths; anywhere when empty.
    pub path_allowlist: Vec<PathPrefix>,
    /// With which methods; any when empty.
    pub methods: BTreeSet<Method>,
    /// The credential that is added.
    pub auth: Option<AuthSpec>,
    /// Private and special-purpose addresses that the hosts may resolve to; none when empty.
    pub cidr: Vec<IpNet>,
}

/// A credential that the agent never sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthSpec {
    /// How it is written.
    pub scheme: AuthScheme,
    /// The host's variable that holds it.
    pub token_ref: EnvName,
    /// Into which header; `Authorization` unless said, and a header of its own takes the bare value.
    pub header: Option<HeaderName>,
}

/// What the agent's container may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Processes and threads.
    pub pids: u32,
    /// Memory in bytes; the machine's when `None`.
    pub memory_bytes: Option<u64>,
    /// Thousandths of a processor; all when `None`.
    pub millicpus: Option<u32>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            pids: DEFAULT_PIDS,
            memory_bytes: None,
            millicpus: None,
        }
    }
}

/// What one bottle is going to be. Values of secrets are not part of it, only where they come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BottlePlan {
    /// Who runs.
    pub agent: AgentName,
    /// What it may do.
    pub bottle: BottleName,
    /// Which program it is.
    pub provider: Provider,
    /// The agent's image.
    pub image: ImageRef,
    /// The agent's system prompt.
    pub prompt: Option<String>,
    /// The agent's environment.
    pub env: BTreeMap<EnvName, EnvValue>,
    /// The routes of the manifest, in its order.
    pub routes: Vec<RouteSpec>,
    /// Further hosts, without path filter or credential.
    pub allowlist: Vec<HostPattern>,
    /// What the agent's container may use.
    pub limits: Limits,
}

impl BottlePlan {
    /// Every variable of the host that holds a credential of a route.
    pub fn token_refs(&self) -> BTreeSet<&EnvName> {
        self.routes
            .iter()
            .filter_map(|route| route.auth.as_ref())
            .map(|auth| &auth.token_ref)
            .collect()
    }
}

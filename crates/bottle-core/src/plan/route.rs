//! A grant: what may be asked of which hosts.

use std::collections::BTreeSet;

use ipnet::IpNet;

use super::dlp::DlpSpec;
use crate::env::EnvName;
use crate::header_name::HeaderName;
use crate::host_pattern::HostPattern;
use crate::method::Method;
use crate::path_prefix::PathPrefix;
use crate::port::Port;

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

impl AuthScheme {
    /// As it is written in a manifest.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bearer => "Bearer",
            Self::Token => "token",
            Self::Basic => "basic",
        }
    }
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
    /// What the agent's program takes the credential for.
    pub role: Option<Role>,
    /// Where the scanner differs from its defaults.
    pub dlp: DlpSpec,
    /// Whether a request may become a WebSocket.
    pub websocket: WebSocket,
}

impl RouteSpec {
    /// Any path and method on port 443, without a credential.
    pub fn bare(host: HostPattern) -> Self {
        Self {
            host,
            ports: BTreeSet::from([Port::HTTPS]),
            path_allowlist: Vec::new(),
            methods: BTreeSet::new(),
            auth: None,
            cidr: Vec::new(),
            role: None,
            dlp: DlpSpec::default(),
            websocket: WebSocket::Refused,
        }
    }
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

/// What the agent's program takes a route's credential for: it then gets a placeholder of that kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// The token of a subscription to Claude.
    ClaudeCodeOauth,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 1] = [Self::ClaudeCodeOauth];

    /// As it is written in a manifest.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ClaudeCodeOauth => "claude_code_oauth",
        }
    }
}

/// Whether a request may become a WebSocket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WebSocket {
    /// It may not.
    #[default]
    Refused,
    /// It may.
    Granted,
}

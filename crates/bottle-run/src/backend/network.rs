//! A network to create.

use std::collections::BTreeMap;

use ipnet::Ipv4Net;

/// Whether a network leads anywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NetworkAccess {
    /// No route out, and no address on the host's side: `internal`, with
    /// `com.docker.network.bridge.inhibit_ipv4=true`. The agent's network.
    Internal,
    /// A plain bridge with the gateway on the subnet's first address.
    Outward,
}

/// A network to create.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkRequest {
    /// The name, `bottle-<identity>-internal` or `bottle-<identity>-egress`.
    pub name: String,
    /// The one IPv4 subnet; IPv6 stays off.
    pub subnet: Ipv4Net,
    /// Whether it leads anywhere.
    pub access: NetworkAccess,
    /// Labels, to which the engine adds those of a compose project.
    pub labels: BTreeMap<String, String>,
}

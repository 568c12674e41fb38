//! One rule of the table.

use std::collections::BTreeSet;

use bottle_core::{AuthScheme, HeaderName, HostPattern, Method, PathPrefix, Port, WebSocket};

use crate::slot::TokenSlot;

/// What may be asked of which hosts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// Which hosts.
    pub host: HostPattern,
    /// On which ports.
    pub ports: Ports,
    /// Below which paths; anywhere when empty.
    pub path_allowlist: Vec<PathPrefix>,
    /// With which methods; any when empty.
    pub methods: BTreeSet<Method>,
    /// The credential that is added.
    pub auth: Option<SlotAuth>,
    /// Whether a request may become a WebSocket.
    pub websocket: WebSocket,
}

/// On which ports a route applies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ports {
    /// On all: a second check behind one that knows the ports. Never written to `routes.yaml`.
    Any,
    /// On these.
    Only(BTreeSet<Port>),
}

impl Ports {
    /// Port 443 alone.
    pub fn https() -> Self {
        Self::Only(BTreeSet::from([Port::HTTPS]))
    }

    /// Whether the port is one of them.
    pub fn contains(&self, port: Port) -> bool {
        match self {
            Self::Any => true,
            Self::Only(ports) => ports.contains(&port),
        }
    }
}

/// The credential of a route: from which slot, written how.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SlotAuth {
    /// How it is written into `Authorization`.
    pub scheme: AuthScheme,
    /// Where the value is kept.
    pub slot: TokenSlot,
    /// Another header than `Authorization`; it gets the bare value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<HeaderName>,
}

impl Route {
    /// A host on port 443, without path filter or credential.
    pub fn bare(host: HostPattern) -> Self {
        Self {
            host,
            ports: Ports::https(),
            path_allowlist: Vec::new(),
            methods: BTreeSet::new(),
            auth: None,
            websocket: WebSocket::Refused,
        }
    }
}

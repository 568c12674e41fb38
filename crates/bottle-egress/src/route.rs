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
    /// Who it comes from. It decides nothing.
    pub origin: RouteOrigin,
}

/// Who a rule comes from.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Default,
    serde::Serialize,
    serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum RouteOrigin {
    /// A route of the bottle's manifest. Files of older versions, which do not say it, are read so.
    #[default]
    Manifest,
    /// A host of the manifest's allowlist.
    Allowlist,
    /// What the provider brings.
    Preset,
    /// A grant of the operator while the bottle runs. No route of the table itself says so.
    #[serde(skip_deserializing)]
    Grant,
}

/// On which ports a route applies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ports {
    /// On all: a second check behind one that knows the ports. Never written to `routes.yaml`.
    Any,
    /// On these.
    Only(BTreeSet<Port>),
}

/// As pages and trails have it: the numbers, `null` for all.
impl serde::Serialize for Ports {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Any => serializer.serialize_none(),
            Self::Only(ports) => ports.serialize(serializer),
        }
    }
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
    /// A host on port 443, without path filter or credential, as if the manifest said so.
    pub fn bare(host: HostPattern) -> Self {
        Self {
            host,
            ports: Ports::https(),
            path_allowlist: Vec::new(),
            methods: BTreeSet::new(),
            auth: None,
            websocket: WebSocket::Refused,
            origin: RouteOrigin::Manifest,
        }
    }
}

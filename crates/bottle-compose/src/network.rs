//! A service on a network.

use std::collections::BTreeMap;
use std::fmt;
use std::net::Ipv4Addr;

use serde::Serialize;

/// One of the two networks, as the services name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum NetworkKey {
    /// The sidecars', which leads out.
    Egress,
    /// The agent's, which leads nowhere.
    Internal,
}

impl NetworkKey {
    /// Its key in the file.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Egress => "egress",
            Self::Internal => "internal",
        }
    }
}

impl fmt::Display for NetworkKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How a service is on a network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct NetworkAttachment {
    /// Its fixed address.
    pub ipv4_address: Ipv4Addr,
    /// What the engine's driver is told about the service's interface.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub driver_opts: BTreeMap<&'static str, &'static str>,
}

impl NetworkAttachment {
    /// With an address and nothing else.
    pub(crate) const fn at(ipv4_address: Ipv4Addr) -> Self {
        Self {
            ipv4_address,
            driver_opts: BTreeMap::new(),
        }
    }
}

//! `routes.yaml`: the table as the egress sidecar reads it.

use std::collections::BTreeSet;

use bottle_core::{
    Diagnostics, FileVersion, HostPattern, Method, PathPrefix, Port, Source, WebSocket, yaml,
};
use serde::{Deserialize, Serialize};

use crate::route::{Ports, Route, SlotAuth};
use crate::table::RouteTable;
use crate::upstream_part::UpstreamPart;

/// The version that is written and read.
const VERSION: u32 = 1;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RoutesFile {
    version: FileVersion<VERSION>,
    routes: Vec<RouteRecord>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    upstream: Option<UpstreamPart>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RouteRecord {
    host: HostPattern,
    ports: BTreeSet<Port>,
    path_allowlist: Vec<PathPrefix>,
    methods: BTreeSet<Method>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    auth: Option<SlotAuth>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    websocket: bool,
}

/// A whole `routes.yaml`: the rules, and how the next hop is reached where that is not the usual way.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EgressPolicy {
    /// The rules.
    pub table: RouteTable,
    /// The way out.
    pub upstream: UpstreamPart,
}

impl EgressPolicy {
    /// Reads a `routes.yaml`; `name` is for messages.
    ///
    /// # Errors
    ///
    /// [`Diagnostics`] for anything but a complete file of the known version.
    pub fn from_yaml(text: &str, name: &str) -> Result<Self, Diagnostics> {
        let RoutesFile {
            version: FileVersion,
            routes,
            upstream,
        } = yaml::read(&Source::whole(name, text))?;
        Ok(Self {
            table: RouteTable::new(routes.into_iter().map(route)),
            upstream: upstream.unwrap_or_default(),
        })
    }
}

impl RouteTable {
    /// The text of `routes.yaml`. It names slots, never a value or a variable of the host.
    ///
    /// # Errors
    ///
    /// [`yaml::WriteError`]; a table has a YAML form, so only for lack of memory.
    pub fn to_yaml(&self) -> Result<String, yaml::WriteError> {
        yaml::write(&RoutesFile {
            version: FileVersion,
            routes: self.routes().iter().map(record).collect(),
            upstream: None,
        })
    }

    /// Reads the rules of a `routes.yaml`; `name` is for messages.
    ///
    /// # Errors
    ///
    /// [`Diagnostics`] for anything but a complete file of the known version.
    pub fn from_yaml(text: &str, name: &str) -> Result<Self, Diagnostics> {
        EgressPolicy::from_yaml(text, name).map(|policy| policy.table)
    }
}

fn record(route: &Route) -> RouteRecord {
    let Route {
        host,
        ports,
        path_allowlist,
        methods,
        auth,
        websocket,
    } = route;
    let ports = match ports {
        // Not expressible on purpose: the file grants named ports.
        Ports::Any => BTreeSet::new(),
        Ports::Only(ports) => ports.clone(),
    };
    RouteRecord {
        host: host.clone(),
        ports,
        path_allowlist: path_allowlist.clone(),
        methods: methods.clone(),
        auth: auth.clone(),
        websocket: *websocket == WebSocket::Granted,
    }
}

fn route(record: RouteRecord) -> Route {
    let RouteRecord {
        host,
        ports,
        path_allowlist,
        methods,
        auth,
        websocket,
    } = record;
    Route {
        host,
        ports: Ports::Only(ports),
        path_allowlist,
        methods,
        auth,
        websocket: if websocket {
            WebSocket::Granted
        } else {
            WebSocket::Refused
        },
    }
}

//! `routes.yaml`: the table as the egress sidecar reads it.

use std::collections::BTreeSet;

use bottle_core::{
    Diagnostics, FileVersion, HostPattern, Method, PathPrefix, Port, ProposalId, Source, WebSocket,
    yaml,
};
use serde::{Deserialize, Serialize};

use crate::grant::{Grant, Grants, GrantsError, Lease};
use crate::route::{Ports, Route, RouteOrigin, SlotAuth};
use crate::table::RouteTable;
use crate::upstream_part::UpstreamPart;

/// The version that is written and read.
const VERSION: u32 = 1;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RoutesFile {
    version: FileVersion<VERSION>,
    routes: Vec<RouteRecord>,
    #[serde(default, skip_serializing_if = "GrantRecords::is_empty")]
    grants: GrantRecords,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    upstream: Option<UpstreamPart>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
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
    /// None for the manifest's, and for those of grants.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    origin: Option<RouteOrigin>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct GrantRecord {
    id: ProposalId,
    #[serde(default, skip_serializing_if = "Lease::is_endless")]
    lease: Lease,
    route: RouteRecord,
}

/// The list of grants, checked as a whole while it is read.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(try_from = "Vec<GrantRecord>", into = "Vec<GrantRecord>")]
struct GrantRecords(Grants);

/// The list of grants in a file is none.
#[derive(Debug, thiserror::Error)]
enum GrantRecordsError {
    #[error("the route of the grant {0} has no origin of its own")]
    Origin(ProposalId),
    #[error(transparent)]
    Grants(#[from] GrantsError),
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
            grants: GrantRecords(grants),
            upstream,
        } = yaml::read(&Source::whole(name, text))?;
        Ok(Self {
            table: RouteTable::new(routes.into_iter().map(route)).with_grants(grants),
            upstream: upstream.unwrap_or_default(),
        })
    }

    /// The text of `routes.yaml`. It names slots, never a value or a variable of the host.
    ///
    /// # Errors
    ///
    /// [`yaml::WriteError`]; a policy has a YAML form, so only for lack of memory.
    pub fn to_yaml(&self) -> Result<String, yaml::WriteError> {
        let Self { table, upstream } = self;
        let upstream = Some(upstream).filter(|part| **part != UpstreamPart::default());
        write(table, upstream.cloned())
    }
}

impl RouteTable {
    /// The text of `routes.yaml` for a bottle, which has the usual way out.
    ///
    /// # Errors
    ///
    /// [`yaml::WriteError`]; a table has a YAML form, so only for lack of memory.
    pub fn to_yaml(&self) -> Result<String, yaml::WriteError> {
        write(self, None)
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

fn write(table: &RouteTable, upstream: Option<UpstreamPart>) -> Result<String, yaml::WriteError> {
    yaml::write(&RoutesFile {
        version: FileVersion,
        routes: table.routes().iter().map(record).collect(),
        grants: GrantRecords(table.all_grants().clone()),
        upstream,
    })
}

impl GrantRecords {
    fn is_empty(&self) -> bool {
        self.0.as_slice().is_empty()
    }
}

impl TryFrom<Vec<GrantRecord>> for GrantRecords {
    type Error = GrantRecordsError;

    fn try_from(records: Vec<GrantRecord>) -> Result<Self, GrantRecordsError> {
        let grant = |GrantRecord {
                         id,
                         lease,
                         route: granted,
                     }| {
            if granted.origin.is_some() {
                return Err(GrantRecordsError::Origin(id));
            }
            Ok(Grant {
                id,
                lease,
                route: route(granted),
            })
        };
        let grants: Vec<Grant> = records.into_iter().map(grant).collect::<Result<_, _>>()?;
        Ok(Self(Grants::new(grants)?))
    }
}

impl From<GrantRecords> for Vec<GrantRecord> {
    fn from(GrantRecords(grants): GrantRecords) -> Self {
        let grant = |Grant { id, route, lease }: &Grant| GrantRecord {
            id: id.clone(),
            lease: *lease,
            route: record(route),
        };
        grants.as_slice().iter().map(grant).collect()
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
        origin,
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
        origin: match origin {
            RouteOrigin::Manifest | RouteOrigin::Grant => None,
            RouteOrigin::Allowlist | RouteOrigin::Preset => Some(*origin),
        },
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
        origin,
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
        origin: origin.unwrap_or_default(),
    }
}

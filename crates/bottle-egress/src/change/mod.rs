//! What a rule would change: computed from the tables, never from what somebody says about it.

mod credential;
mod part;
mod region;
mod warning;

use bottle_core::{HostPattern, WebSocket};
use serde::{Serialize, Serializer};

pub use self::credential::{CredentialEffect, CredentialOrigin};
use self::part::Part;
use self::region::regions;
pub use self::warning::Warning;
use crate::route::Route;
use crate::table::RouteTable;

/// The difference that one more rule makes beside a table. The rule adds to the table: what the table lets through
/// already stays as it is, with the credential that it has there. Grants that end before the bottle does count as not
/// there.
///
/// ```
/// use bottle_egress::{Change, Route, RouteTable};
///
/// let table = RouteTable::new([Route::bare("api.example.test".parse()?)]);
/// let same = Route { path_allowlist: vec!["/v1".parse()?], ..Route::bare("api.example.test".parse()?) };
/// assert!(Change::of(&table, &same).is_empty());
///
/// let other = Route { host: "www.example.test".parse()?, ..same };
/// assert_eq!(
///     Change::of(&table, &other).lines(),
///     ["www.example.test:443: any path below /v1, any method; before: nothing"],
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Which hosts the rule means.
    pub host: HostPattern,
    /// Routes of the table for some of these hosts, without the one that means all of them.
    pub beside: Vec<HostPattern>,
    /// The credential that goes along with what is let through anew.
    pub credential: Option<CredentialEffect>,
    /// What an operator should look at twice.
    pub warnings: Vec<Warning>,
    parts: Vec<Part>,
}

impl Change {
    /// What `granted` lets through that the table does not.
    pub fn of(table: &RouteTable, granted: &Route) -> Self {
        let regions = regions(table, granted);
        let parts: Vec<Part> = regions
            .iter()
            .flat_map(|region| region.parts(granted))
            .collect();
        let beside = table.routes().iter().map(|route| route.host.clone());
        let credential = (!parts.is_empty())
            .then(|| CredentialEffect::of(table, &regions, granted))
            .flatten();
        Self {
            host: granted.host.clone(),
            beside: beside
                .filter(|host| granted.host.contains(host) && *host != granted.host)
                .collect(),
            warnings: warning::all(granted, &parts, credential.as_ref()),
            credential,
            parts,
        }
    }

    /// Whether the table lets all of it through already.
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// Whether the table lets nothing through to any of the hosts.
    pub fn is_new_host(&self) -> bool {
        self.beside.is_empty() && self.parts.iter().all(Part::is_first)
    }

    /// All of it in plain words, one statement a line, always in the same order. Made of names that were checked: nothing
    /// in it needs to be made visible.
    pub fn lines(&self) -> Vec<String> {
        if self.is_empty() {
            return vec![format!(
                "{}: nothing that is not allowed already",
                self.host
            )];
        }
        let parts = self.parts.iter().map(ToString::to_string);
        let credential = self.credential.iter().map(ToString::to_string);
        let beside = self
            .beside
            .iter()
            .map(|host| format!("{host} keeps its own route; this adds to it"));
        parts.chain(credential).chain(beside).collect()
    }
}

/// As programs read it: `host`, `empty`, `lines`, `beside`, `credential`, `warnings`.
impl Serialize for Change {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct View<'a> {
            host: &'a HostPattern,
            empty: bool,
            lines: Vec<String>,
            beside: &'a [HostPattern],
            credential: Option<&'a CredentialEffect>,
            warnings: &'a [Warning],
        }
        let view = View {
            host: &self.host,
            empty: self.is_empty(),
            lines: self.lines(),
            beside: &self.beside,
            credential: self.credential.as_ref(),
            warnings: &self.warnings,
        };
        view.serialize(serializer)
    }
}

/// How a request travels, as far as rules tell one way from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Way {
    /// A request over https.
    Https,
    /// A request in the clear, which a route with a credential refuses.
    Clear,
    /// One that becomes a WebSocket, over https.
    Socket,
    /// One that becomes a WebSocket, in the clear.
    ClearSocket,
}

impl Way {
    const ALL: [Self; 4] = [Self::Https, Self::Clear, Self::Socket, Self::ClearSocket];

    /// Whether a route lets requests through that travel so.
    fn is_open(self, route: &Route) -> bool {
        let clear = matches!(self, Self::Clear | Self::ClearSocket);
        let socket = matches!(self, Self::Socket | Self::ClearSocket);
        let has_credential = clear && route.auth.is_some();
        let has_no_socket = socket && route.websocket == WebSocket::Refused;
        !has_credential && !has_no_socket
    }
}

//! Which credential a change would send where.

use std::fmt;

use bottle_core::HostPattern;
use serde::Serialize;

use super::region::Region;
use crate::route::{Route, SlotAuth};
use crate::table::RouteTable;
use crate::words::listed;

/// A credential of the operator's that goes along with what is let through anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CredentialEffect {
    /// Which, and how it is written.
    pub auth: SlotAuth,
    /// Where it went before.
    #[serde(flatten)]
    pub origin: CredentialOrigin,
}

/// Where a credential went before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "origin", content = "hosts", rename_all = "lowercase")]
pub enum CredentialOrigin {
    /// To these hosts, and in the same way.
    Here,
    /// Only to others.
    Elsewhere(Vec<HostPattern>),
    /// Nowhere: no route has it.
    Nowhere,
}

impl CredentialEffect {
    pub(super) fn of(table: &RouteTable, regions: &[Region<'_>], granted: &Route) -> Option<Self> {
        let auth = granted.auth.clone()?;
        let routes = table.routes().iter();
        let users: Vec<&Route> = routes
            .filter(|route| has(route, |own| own.slot == auth.slot))
            .collect();
        let is_here = regions
            .iter()
            .all(|region| region.before().any(|route| has(route, |own| *own == auth)));
        let origin = if is_here {
            CredentialOrigin::Here
        } else if users.is_empty() {
            CredentialOrigin::Nowhere
        } else {
            CredentialOrigin::Elsewhere(users.iter().map(|route| route.host.clone()).collect())
        };
        Some(Self { auth, origin })
    }
}

fn has(route: &Route, is: impl Fn(&SlotAuth) -> bool) -> bool {
    route.auth.as_ref().is_some_and(is)
}

impl fmt::Display for CredentialEffect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let SlotAuth {
            scheme,
            slot,
            header,
        } = &self.auth;
        write!(f, "{slot} goes along as ")?;
        match header {
            Some(header) => write!(f, "{header}")?,
            None => f.write_str(scheme.as_str())?,
        }
        match &self.origin {
            CredentialOrigin::Here => f.write_str(", as it does for the host already"),
            CredentialOrigin::Nowhere => f.write_str("; no route has it yet"),
            CredentialOrigin::Elsewhere(hosts) => {
                write!(f, "; so far it goes to {} alone", listed(hosts, "and"))
            }
        }
    }
}

//! The table of routes, found by host.

#![expect(
    clippy::disallowed_types,
    reason = "the index is looked up by name alone and never walked, so its order is nobody's"
)]

use std::collections::HashMap;

use bottle_core::{Guard, Host, HostPattern, ProposalId, WebSocket};
use serde_json::{Value, json};

use crate::grant::{Grant, Grants};
use crate::route::{Ports, Route};

/// The effective rules of a bottle. A host that no route means is refused, unless a grant means it.
///
/// Look-up walks the labels of the host through a hash table: the time depends on the name, not on the number of routes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RouteTable {
    routes: Vec<Route>,
    index: HashMap<Box<str>, Rules>,
    grants: Grants,
}

/// The numbers of the routes that end in one name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Rules {
    /// For the name itself.
    exact: Option<usize>,
    /// For names with one more label.
    one_label: Option<usize>,
    /// For names with any number of further labels.
    any_depth: Option<usize>,
}

impl Rules {
    const fn place(&mut self, pattern: &HostPattern) -> &mut Option<usize> {
        match pattern {
            HostPattern::Exact(_) => &mut self.exact,
            HostPattern::OneLabel(_) => &mut self.one_label,
            HostPattern::AnyDepth(_) => &mut self.any_depth,
        }
    }
}

impl RouteTable {
    /// A table of routes; of two for the same hosts the first holds.
    pub fn new(routes: impl IntoIterator<Item = Route>) -> Self {
        let mut table = Self::default();
        for route in routes {
            table.add(route);
        }
        table
    }

    /// A table that lets the given hosts through on any port and path: a second opinion on names alone.
    pub fn mirror(hosts: impl IntoIterator<Item = HostPattern>) -> Self {
        Self::new(hosts.into_iter().map(|host| Route {
            ports: Ports::Any,
            websocket: WebSocket::Granted,
            ..Route::bare(host)
        }))
    }

    /// The same routes with these grants beside them, and no others.
    #[must_use]
    pub fn with_grants(self, grants: Grants) -> Self {
        Self { grants, ..self }
    }

    /// What was granted while the bottle runs.
    pub fn grants(&self) -> &[Grant] {
        self.grants.as_slice()
    }

    pub(crate) const fn all_grants(&self) -> &Grants {
        &self.grants
    }

    /// What was granted for this proposal.
    pub fn grant(&self, id: &ProposalId) -> Option<&Grant> {
        self.grants.get(id)
    }

    /// The routes, in the order in which they were given, without the grants.
    pub fn routes(&self) -> &[Route] {
        &self.routes
    }

    /// The route for a host and its number: the exact name, else `*.`, else the longest `**.`.
    pub fn find(&self, host: &Host) -> Option<(usize, &Route)> {
        let number = self.number(host)?;
        self.routes.get(number).map(|route| (number, route))
    }

    /// What the agent may know of the routes: no values, no variables of the host. The view of the lease book shows
    /// the grants, too.
    ///
    /// [`LeaseBook::to_json_view`]: crate::LeaseBook::to_json_view
    pub fn to_json_view(&self) -> Value {
        Value::Array(self.routes.iter().map(view).collect())
    }

    fn add(&mut self, route: Route) {
        let name = route.host.base().as_str().into();
        let place = self.index.entry(name).or_default().place(&route.host);
        if place.is_none() {
            *place = Some(self.routes.len());
            self.routes.push(route);
        }
    }

    fn number(&self, host: &Host) -> Option<usize> {
        let rules = |name: &str| self.index.get(name).copied().unwrap_or_default();
        let name = host.as_str();
        if let Some(number) = rules(name).exact {
            return Some(number);
        }
        let (_, mut base) = name.split_once('.')?;
        let parent = rules(base);
        if let Some(number) = parent.one_label.or(parent.any_depth) {
            return Some(number);
        }
        while let Some((_, next)) = base.split_once('.') {
            let rules = rules(next);
            let deep = rules.any_depth;
            let deep = if Guard::WildcardDepth.is_on() {
                deep
            } else {
                deep.or(rules.one_label)
            };
            if let Some(number) = deep {
                return Some(number);
            }
            base = next;
        }
        None
    }
}

pub(crate) fn view(route: &Route) -> Value {
    let Route {
        host,
        ports,
        path_allowlist,
        methods,
        auth,
        websocket,
        origin,
    } = route;
    json!({
        "host": host,
        "origin": origin,
        "ports": ports,
        "path_allowlist": path_allowlist,
        "methods": methods.iter().map(bottle_core::Method::as_str).collect::<Vec<_>>(),
        "auth_scheme": auth.as_ref().map(|auth| auth.scheme),
        "websocket": *websocket == WebSocket::Granted,
        "token_slot": auth.as_ref().map(|auth| auth.slot),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(patterns: &[&str], host: &str) -> Option<usize> {
        let table = RouteTable::mirror(patterns.iter().map(|text| text.parse().unwrap()));
        table.find(&host.parse().unwrap()).map(|(number, _)| number)
    }

    #[test]
    fn the_closest_rule_holds() {
        let patterns = ["**.b.test", "*.b.test", "a.b.test", "**.x.b.test"];
        assert_eq!(found(&patterns, "a.b.test"), Some(2));
        assert_eq!(found(&patterns, "c.b.test"), Some(1));
        assert_eq!(found(&patterns, "d.c.b.test"), Some(0));
        assert_eq!(found(&patterns, "d.x.b.test"), Some(3));
        assert_eq!(found(&patterns, "b.test"), None);
        assert_eq!(found(&patterns, "evilb.test"), None);
        assert_eq!(found(&[], "b.test"), None);
    }

    #[test]
    fn the_first_of_two_holds() {
        let table = RouteTable::new([
            Route::bare("a.test".parse().unwrap()),
            Route {
                ports: Ports::Any,
                ..Route::bare("a.test".parse().unwrap())
            },
        ]);
        assert_eq!(table.routes().len(), 1);
        assert_eq!(table.routes()[0].ports, Ports::https());
    }
}

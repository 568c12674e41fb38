//! What a bottle was refused for want of a rule, as rules that its manifest could have.

use std::collections::{BTreeMap, BTreeSet};

use bottle_core::{Host, HostPattern, Method, PathPrefix};

use crate::change::Change;
use crate::denial::DenialCode;
use crate::narrow::{named_methods, path_filter, ports};
use crate::reach::highest;
use crate::replay::{Denied, LoggedRequest};
use crate::route::{Ports, Route};
use crate::table::RouteTable;
use crate::too_wide::{TooWide, too_wide};

/// The route that one host would need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// The whole of it: it stands in the place of a route for the same host, and keeps what that one allows.
    pub route: Route,
    /// The rule of the table that holds for the host now.
    pub now: Option<HostPattern>,
    /// What it would let through that the table does not: also requests that nobody made, where a rule cannot say less.
    pub change: Change,
    /// How many of the refused requests it would have let through.
    pub requests: u64,
    /// Why they were refused.
    pub codes: BTreeSet<DenialCode>,
    /// When the last one was (RFC 3339).
    pub last: String,
    /// Why it should not be granted at all.
    pub too_wide: Option<TooWide>,
}

/// The smallest rules that let through what was refused for want of a rule, most refused hosts first, then by name. A
/// request that no rule would let through (a credential in the clear, a path with two meanings) gives none. What a table
/// lets through by now is left out.
pub fn suggest<'a>(
    denials: impl IntoIterator<Item = &'a Denied>,
    table: &RouteTable,
) -> Vec<Suggestion> {
    let mut hosts: BTreeMap<&Host, Vec<&Denied>> = BTreeMap::new();
    for denial in denials {
        if denial.lacks_rule() && !denial.request.is_allowed_by(table) {
            let host = &denial.request.destination.host;
            hosts.entry(host).or_default().push(denial);
        }
    }
    let all = hosts
        .into_iter()
        .filter_map(|(host, denials)| for_host(table, host, denials));
    let mut all: Vec<Suggestion> = all.collect();
    all.sort_by_key(|suggestion| std::cmp::Reverse(suggestion.requests));
    all
}

fn for_host(table: &RouteTable, host: &Host, mut denials: Vec<&Denied>) -> Option<Suggestion> {
    let now = table.find(host).map(|(_, route)| route);
    let host = HostPattern::Exact(host.clone());
    let base = Route {
        host: host.clone(),
        ..now.cloned().unwrap_or_else(|| Route::bare(host.clone()))
    };
    // What even the widest route for the host would not let through must not widen this one.
    let widest = RouteTable::new([Route {
        ports: Ports::Any,
        path_allowlist: Vec::new(),
        methods: BTreeSet::new(),
        ..base.clone()
    }]);
    denials.retain(|denial| denial.request.is_allowed_by(&widest));
    let requests: Vec<&LoggedRequest> = denials.iter().map(|denial| &denial.request).collect();
    let route = if now.is_some() {
        widened(base, &requests)
    } else {
        Route {
            ports: ports(&requests),
            methods: named_methods(&requests, &base.methods),
            path_allowlist: path_filter(&[], &requests),
            ..base
        }
    };
    Some(Suggestion {
        change: Change::of(table, &route),
        now: now.map(|route| route.host.clone()),
        requests: denials.iter().map(|denial| denial.count).sum(),
        codes: denials.iter().map(|denial| denial.code).collect(),
        last: denials.iter().map(|denial| &denial.last).max()?.clone(),
        too_wide: too_wide(&host),
        route,
    })
}

/// A route with what some requests need beside it.
fn widened(base: Route, requests: &[&LoggedRequest]) -> Route {
    let needed = match (&base.ports, ports(requests)) {
        (Ports::Only(now), Ports::Only(more)) => Ports::Only(now | &more),
        _ => Ports::Any,
    };
    Route {
        ports: needed,
        methods: wider_methods(&base.methods, requests),
        path_allowlist: wider_filter(&base.path_allowlist, requests),
        ..base
    }
}

fn wider_methods(now: &BTreeSet<Method>, requests: &[&LoggedRequest]) -> BTreeSet<Method> {
    let more = named_methods(requests, &BTreeSet::new());
    if now.is_empty() || more.is_empty() {
        return BTreeSet::new();
    }
    now | &more
}

fn wider_filter(now: &[PathPrefix], requests: &[&LoggedRequest]) -> Vec<PathPrefix> {
    if now.is_empty() {
        return Vec::new();
    }
    let is_new = |request: &&&LoggedRequest| {
        let path = request.canonical_path();
        !path.is_some_and(|path| now.iter().any(|prefix| prefix.covers(&path)))
    };
    let beyond: Vec<&LoggedRequest> = requests.iter().filter(is_new).copied().collect();
    if beyond.is_empty() {
        return now.to_vec();
    }
    let more = path_filter(&[], &beyond);
    if more.is_empty() {
        return more;
    }
    let all: Vec<PathPrefix> = now.iter().cloned().chain(more).collect();
    highest(&all).cloned().collect()
}

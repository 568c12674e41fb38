//! The narrowest rule that still allows what was asked for.

mod paths;

use std::collections::BTreeSet;

use bottle_core::{HostPattern, Method, PathPrefix};

use self::paths::common_prefixes;
use crate::change::Change;
use crate::replay::LoggedRequest;
use crate::route::{Ports, Route};
use crate::table::RouteTable;

/// The most methods that are named one by one.
const MAX_METHODS: usize = 8;

/// The narrowest sensible rule within `asked` that lets through all that `asked` would let through of these requests:
/// their host when it is one, their ports, their methods, and at most four path prefixes unless `asked` itself has more.
/// Segments that look like ids are cut off. `None` when `asked` lets none of them through, or is not wider.
///
/// ```
/// use bottle_core::{Host, Port};
/// use bottle_egress::{LoggedRequest, Route, Scheme, narrowest};
///
/// let host: Host = "api.example.test".parse()?;
/// let seen = ["/repos/acme/app/issues/17", "/repos/acme/app/pulls"].map(|path| {
///     LoggedRequest::new(Scheme::Https, (host.clone(), Port::HTTPS), "GET", path)
/// });
/// let route = narrowest(&Route::bare("*.example.test".parse()?), &seen).expect("one that is narrower");
/// assert_eq!(route.host.to_string(), "api.example.test");
/// let paths: Vec<String> = route.path_allowlist.iter().map(ToString::to_string).collect();
/// assert_eq!(paths, ["/repos/acme/app/issues", "/repos/acme/app/pulls"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn narrowest<'a>(
    asked: &Route,
    requests: impl IntoIterator<Item = &'a LoggedRequest>,
) -> Option<Route> {
    let alone = RouteTable::new([asked.clone()]);
    let mut requests: Vec<&LoggedRequest> = requests.into_iter().collect();
    requests.retain(|request| request.is_allowed_by(&alone));
    let narrow = Route {
        host: host(asked, &requests)?,
        ports: ports(&requests),
        methods: named_methods(&requests, &asked.methods),
        path_allowlist: path_filter(&asked.path_allowlist, &requests),
        ..asked.clone()
    };
    let is_narrower = !Change::of(&RouteTable::new([narrow.clone()]), asked).is_empty();
    is_narrower.then_some(narrow)
}

/// The one host of the requests, else what was asked for; none without a request.
fn host(asked: &Route, requests: &[&LoggedRequest]) -> Option<HostPattern> {
    let (first, others) = requests.split_first()?;
    let host = &first.destination.host;
    let is_one = others.iter().all(|other| other.destination.host == *host);
    Some(if is_one {
        HostPattern::Exact(host.clone())
    } else {
        asked.host.clone()
    })
}

pub(crate) fn ports(requests: &[&LoggedRequest]) -> Ports {
    Ports::Only(requests.iter().map(|each| each.destination.port).collect())
}

/// The methods of the requests, HEAD only where there is no GET; `otherwise` when there are too many to be named.
pub(crate) fn named_methods(
    requests: &[&LoggedRequest],
    otherwise: &BTreeSet<Method>,
) -> BTreeSet<Method> {
    let named = requests.iter().filter_map(|each| each.method.parse().ok());
    let mut methods: BTreeSet<Method> = named.collect();
    if methods.contains("GET") {
        methods.remove("HEAD");
    }
    if methods.len() > MAX_METHODS {
        methods.clone_from(otherwise);
    }
    methods
}

/// The prefixes that cover the paths of all requests, within a filter. None at all where some path passes no filter, or
/// where they have nothing in common but `/`.
pub(crate) fn path_filter(within: &[PathPrefix], requests: &[&LoggedRequest]) -> Vec<PathPrefix> {
    let paths = requests.iter().map(|request| request.canonical_path());
    let Some(paths) = paths.collect::<Option<BTreeSet<_>>>() else {
        return within.to_vec();
    };
    let prefixes = common_prefixes(within, paths.iter().map(AsRef::as_ref));
    if within.is_empty() && prefixes.iter().any(|prefix| prefix.covers("/")) {
        return Vec::new();
    }
    prefixes
}

//! How much of each rule was used.

use crate::narrow::narrowest;
use crate::replay::LoggedRequest;
use crate::route::Route;
use crate::table::RouteTable;

/// How a route was used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleUse<'a> {
    /// The route.
    pub route: &'a Route,
    /// How many requests it let through.
    pub requests: u64,
    /// A narrower one that would have let all of them through.
    pub narrower: Option<Route>,
}

/// How each route of a table was used, in the table's order, by what was let through: the number of the route, what was
/// asked, how often.
///
/// ```
/// use bottle_core::Port;
/// use bottle_egress::{LoggedRequest, Route, RouteTable, Scheme, rule_uses};
///
/// let table = RouteTable::new([
///     Route::bare("api.example.test".parse()?),
///     Route::bare("www.example.test".parse()?),
/// ]);
/// let place = ("api.example.test".parse()?, Port::HTTPS);
/// let seen = LoggedRequest::new(Scheme::Https, place, "GET", "/v1/users/17");
///
/// let uses = rule_uses(&table, [(0, &seen, 3)]);
/// assert_eq!(uses[0].narrower.as_ref().map(|route| route.path_allowlist[0].to_string()), Some("/v1/users".into()));
/// assert_eq!(uses[1].requests, 0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn rule_uses<'a, 'b>(
    table: &'a RouteTable,
    used: impl IntoIterator<Item = (usize, &'b LoggedRequest, u64)>,
) -> Vec<RuleUse<'a>> {
    let routes = table.routes().iter();
    let mut all: Vec<(&Route, u64, Vec<&LoggedRequest>)> =
        routes.map(|route| (route, 0, Vec::new())).collect();
    for (number, request, count) in used {
        if let Some((_, requests, seen)) = all.get_mut(number) {
            *requests += count;
            seen.push(request);
        }
    }
    let all = all.into_iter();
    all.map(|(route, requests, seen)| RuleUse {
        route,
        requests,
        narrower: narrowest(route, seen),
    })
    .collect()
}

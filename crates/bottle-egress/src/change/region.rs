//! The hosts of a rule, by what holds for them now.

use bottle_core::HostPattern;

use super::Way;
use super::part::Part;
use crate::reach::Reach;
use crate::route::Route;
use crate::table::RouteTable;

/// Hosts for which the same routes hold now.
pub(super) struct Region<'a> {
    /// Which. Where a region lies in another one, the inner one holds.
    pub(super) host: HostPattern,
    before: Vec<&'a Route>,
}

/// The regions of what a rule means: the whole of it, then what is inside and has a rule of its own.
pub(super) fn regions<'a>(table: &'a RouteTable, granted: &Route) -> Vec<Region<'a>> {
    let routes = table.routes().iter();
    let rules = routes.chain(endless(table)).map(|route| &route.host);
    let inside = rules.filter(|host| granted.host.contains(host));
    let mut hosts = vec![&granted.host];
    for host in inside {
        if !hosts.contains(&host) {
            hosts.push(host);
        }
    }
    let region = |host: &HostPattern| {
        let granted = endless(table).filter(|route| route.host.contains(host));
        Region {
            host: host.clone(),
            before: closest(table, host).into_iter().chain(granted).collect(),
        }
    };
    hosts.into_iter().map(region).collect()
}

/// What was granted until the bottle ends. What ends earlier is not there for good.
fn endless(table: &RouteTable) -> impl Iterator<Item = &Route> {
    let grants = table.grants().iter();
    grants
        .filter(|grant| grant.lease.is_endless())
        .map(|grant| &grant.route)
}

/// The route that holds for all hosts of a pattern, but for those that have a closer one.
fn closest<'a>(table: &'a RouteTable, host: &HostPattern) -> Option<&'a Route> {
    let outer = table.routes().iter();
    outer
        .filter(|route| route.host.contains(host))
        .max_by_key(|route| closeness(&route.host))
}

/// As [`RouteTable::find`] has it: the exact name, else `*.`, else the longest `**.`.
fn closeness(host: &HostPattern) -> (u8, usize) {
    let kind = match host {
        HostPattern::Exact(_) => 2,
        HostPattern::OneLabel(_) => 1,
        HostPattern::AnyDepth(_) => 0,
    };
    (kind, host.base().as_str().len())
}

impl Region<'_> {
    /// The routes that hold for these hosts.
    pub(super) fn before(&self) -> impl Iterator<Item = &Route> {
        self.before.iter().copied()
    }

    /// What a rule lets through on these hosts that was not let through before.
    pub(super) fn parts(&self, granted: &Route) -> Vec<Part> {
        let mut parts: Vec<Part> = Vec::new();
        for way in Way::ALL {
            for reach in self.beyond(granted, way) {
                match parts.iter_mut().find(|part| part.reach == reach) {
                    Some(part) => part.ways.push(way),
                    None => parts.push(Part {
                        host: self.host.clone(),
                        reach,
                        ways: vec![way],
                        before: self.before().map(Reach::of).collect(),
                    }),
                }
            }
        }
        parts
    }

    fn beyond(&self, granted: &Route, way: Way) -> Vec<Reach> {
        if !way.is_open(granted) {
            return Vec::new();
        }
        let before = self.before().filter(|route| way.is_open(route));
        Reach::of(granted).beyond(before)
    }
}

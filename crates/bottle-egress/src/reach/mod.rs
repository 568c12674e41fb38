//! What a rule lets through on its hosts, as a set that another rule can be taken from.
//!
//! A set is a product of ports, methods and paths; what is left of one after another was taken from it is at most
//! three such products that have nothing in common.

mod methods;
mod paths;

use std::fmt;

pub(crate) use self::methods::MethodSet;
pub(crate) use self::paths::{PathSet, highest, is_within};
use crate::route::{Ports, Route};

/// A product of ports, methods and paths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reach {
    pub(crate) ports: Ports,
    pub(crate) methods: MethodSet,
    pub(crate) paths: PathSet,
}

impl Reach {
    /// What a route lets through on a host that it means.
    pub(crate) fn of(route: &Route) -> Self {
        Self {
            ports: route.ports.clone(),
            methods: MethodSet::of(&route.methods),
            paths: PathSet::of(&route.path_allowlist),
        }
    }

    /// What is left of it behind a route.
    fn minus(&self, route: &Route) -> Vec<Self> {
        let other = Self::of(route);
        let filter = &route.path_allowlist;
        let common = Self {
            ports: both_ports(&self.ports, &other.ports),
            methods: self.methods.both(&other.methods),
            paths: self.paths.both(filter),
        };
        let other_paths = Self {
            paths: self.paths.minus(filter),
            ..self.clone()
        };
        let other_methods = Self {
            methods: self.methods.minus(&other.methods),
            paths: common.paths.clone(),
            ports: self.ports.clone(),
        };
        let other_ports = Self {
            ports: minus_ports(&self.ports, &other.ports),
            ..common
        };
        let mut left = vec![other_paths, other_methods, other_ports];
        left.retain(|reach| !reach.is_empty());
        left
    }

    /// What is left of it behind all of the routes.
    pub(crate) fn beyond<'a>(self, routes: impl IntoIterator<Item = &'a Route>) -> Vec<Self> {
        let mut left = vec![self];
        left.retain(|reach| !reach.is_empty());
        for route in routes {
            left = left.iter().flat_map(|reach| reach.minus(route)).collect();
        }
        left
    }

    fn is_empty(&self) -> bool {
        no_ports(&self.ports) || self.methods.is_empty() || self.paths.is_empty()
    }
}

/// `any path below /v1, GET and HEAD`: all but the ports.
impl fmt::Display for Reach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}", self.paths, self.methods)
    }
}

fn no_ports(ports: &Ports) -> bool {
    matches!(ports, Ports::Only(ports) if ports.is_empty())
}

fn both_ports(one: &Ports, other: &Ports) -> Ports {
    match (one, other) {
        (Ports::Any, ports) | (ports, Ports::Any) => ports.clone(),
        (Ports::Only(one), Ports::Only(other)) => Ports::Only(one & other),
    }
}

/// A rule for any port without some is taken for one for any port: too much, never too little.
fn minus_ports(one: &Ports, other: &Ports) -> Ports {
    match (one, other) {
        (_, Ports::Any) => Ports::Only([].into()),
        (Ports::Any, Ports::Only(_)) => Ports::Any,
        (Ports::Only(one), Ports::Only(other)) => Ports::Only(one - other),
    }
}

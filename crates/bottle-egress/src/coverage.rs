//! Policy tests, and the rules that none of them covers.
//!
//! A rule is covered when a test would notice its loss and its widening. That is found by trying: each rule is
//! dropped, and widened in every way it can be by one step; where all tests still say what they said, the change
//! survived, and so would a mistake of that kind.

use std::collections::BTreeSet;
use std::fmt;

use bottle_core::{
    BottlePlan, Expectation, HostPattern, Method, PathPrefix, Port, RouteSpec, Verdict,
};

use crate::denial::Denial;
use crate::fold::fold;
use crate::judge::judge;
use crate::table::RouteTable;

/// A test and what the rules said.
#[derive(Debug)]
pub struct Outcome<'a> {
    /// The test.
    pub expectation: &'a Expectation,
    /// The reason, when the request was refused.
    pub denial: Option<Denial>,
}

impl Outcome<'_> {
    /// Whether the rules did what was expected.
    pub const fn holds(&self) -> bool {
        matches!(
            (self.expectation.verdict, &self.denial),
            (Verdict::Allow, None) | (Verdict::Deny, Some(_))
        )
    }
}

/// Runs policy tests against a plan.
pub fn run_tests<'a>(plan: &BottlePlan, tests: &[&'a Expectation]) -> Vec<Outcome<'a>> {
    let table = fold(plan).table;
    let run = |test: &&'a Expectation| Outcome {
        expectation: test,
        denial: judge(&table, test.method.as_str(), &test.url).err(),
    };
    tests.iter().map(run).collect()
}

/// A rule that the manifest declares.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// The route for these hosts.
    Route(HostPattern),
    /// These hosts of the allowlist.
    Allowed(HostPattern),
}

/// A change of one rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mutation {
    /// The rule is gone.
    Dropped,
    /// It means these hosts.
    Host(HostPattern),
    /// It covers any path.
    AnyPath,
    /// It lacks this prefix.
    WithoutPath(PathPrefix),
    /// It covers any method.
    AnyMethod,
    /// It lacks this method.
    WithoutMethod(Method),
    /// It covers this port, too.
    Port(Port),
    /// It lacks this port.
    WithoutPort(Port),
}

impl fmt::Display for Mutation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dropped => f.write_str("dropped"),
            Self::Host(host) => write!(f, "widened to {host}"),
            Self::AnyPath => f.write_str("widened to any path"),
            Self::WithoutPath(path) => write!(f, "without {path}"),
            Self::AnyMethod => f.write_str("widened to any method"),
            Self::WithoutMethod(method) => write!(f, "without {method}"),
            Self::Port(port) => write!(f, "widened to port {port}"),
            Self::WithoutPort(port) => write!(f, "without port {port}"),
        }
    }
}

/// A rule that no test covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uncovered {
    /// The rule.
    pub rule: Rule,
    /// Changes of it that no test notices.
    pub survived: Vec<Mutation>,
}

/// The declared rules that the tests do not cover, in the manifest's order. What a provider brings is not judged.
pub fn uncovered(plan: &BottlePlan, tests: &[&Expectation]) -> Vec<Uncovered> {
    let verdicts = |table: &RouteTable| -> Vec<bool> {
        let allowed = |test: &&Expectation| judge(table, test.method.as_str(), &test.url).is_ok();
        tests.iter().map(allowed).collect()
    };
    let base = verdicts(&fold(plan).table);
    let survives = |mutant: &BottlePlan| verdicts(&fold(mutant).table) == base;
    let routes = (0..plan.routes.len()).filter_map(|number| route_gap(plan, number, &survives));
    let allowed =
        (0..plan.allowlist.len()).filter_map(|number| allowed_gap(plan, number, &survives));
    routes.chain(allowed).collect()
}

fn route_gap(
    plan: &BottlePlan,
    number: usize,
    survives: &impl Fn(&BottlePlan) -> bool,
) -> Option<Uncovered> {
    let route = plan.routes.get(number)?;
    let with = |change: Option<RouteSpec>| {
        let mut mutant = plan.clone();
        match change {
            Some(change) => mutant
                .routes
                .splice(number..=number, [change])
                .for_each(drop),
            None => drop(mutant.routes.remove(number)),
        }
        mutant
    };
    let dropped = (Mutation::Dropped, with(None));
    let changed = mutations(route)
        .into_iter()
        .map(|(mutation, change)| (mutation, with(Some(change))));
    gap(
        Rule::Route(route.host.clone()),
        std::iter::once(dropped).chain(changed),
        survives,
    )
}

fn allowed_gap(
    plan: &BottlePlan,
    number: usize,
    survives: &impl Fn(&BottlePlan) -> bool,
) -> Option<Uncovered> {
    let host = plan.allowlist.get(number)?;
    let mut dropped = plan.clone();
    dropped.allowlist.remove(number);
    let widened = wider(host).map(|wide| {
        let mut mutant = plan.clone();
        mutant
            .allowlist
            .splice(number..=number, [wide.clone()])
            .for_each(drop);
        (Mutation::Host(wide), mutant)
    });
    let all = std::iter::once((Mutation::Dropped, dropped)).chain(widened);
    gap(Rule::Allowed(host.clone()), all, survives)
}

fn gap(
    rule: Rule,
    mutants: impl Iterator<Item = (Mutation, BottlePlan)>,
    survives: &impl Fn(&BottlePlan) -> bool,
) -> Option<Uncovered> {
    let unnoticed: Vec<Mutation> = mutants
        .filter(|(_, mutant)| survives(mutant))
        .map(|(mutation, _)| mutation)
        .collect();
    (!unnoticed.is_empty()).then_some(Uncovered {
        rule,
        survived: unnoticed,
    })
}

/// Every change of a route by one step, but for its loss.
fn mutations(route: &RouteSpec) -> Vec<(Mutation, RouteSpec)> {
    let mut all = Vec::new();
    let mut add = |mutation: Mutation, change: &dyn Fn(&mut RouteSpec)| {
        let mut mutant = route.clone();
        change(&mut mutant);
        all.push((mutation, mutant));
    };
    if let Some(wide) = wider(&route.host) {
        add(Mutation::Host(wide.clone()), &|route| {
            route.host = wide.clone();
        });
    }
    if !route.path_allowlist.is_empty() {
        add(Mutation::AnyPath, &|route| route.path_allowlist.clear());
    }
    if route.path_allowlist.len() > 1 {
        for path in &route.path_allowlist {
            let mutation = Mutation::WithoutPath(path.clone());
            add(mutation, &|route| {
                route.path_allowlist.retain(|each| each != path);
            });
        }
    }
    if !route.methods.is_empty() {
        add(Mutation::AnyMethod, &|route| route.methods.clear());
    }
    if route.methods.len() > 1 {
        for method in &route.methods {
            let mutation = Mutation::WithoutMethod(method.clone());
            add(mutation, &|route| {
                route.methods.remove(method);
            });
        }
    }
    if route.ports.len() > 1 {
        for port in &route.ports {
            let mutation = Mutation::WithoutPort(*port);
            add(mutation, &|route| {
                route.ports.remove(port);
            });
        }
    }
    if route.ports != BTreeSet::from([Port::HTTPS]) {
        // A route that names ports at all may name one too many.
        if let Some(port) = [Port::HTTPS, Port::HTTP]
            .into_iter()
            .find(|port| !route.ports.contains(port))
        {
            add(Mutation::Port(port), &|route| {
                route.ports.insert(port);
            });
        }
    }
    all
}

/// The next wider pattern that a manifest could say.
fn wider(host: &HostPattern) -> Option<HostPattern> {
    let text = match host {
        HostPattern::Exact(name) => format!("*.{}", name.as_str().split_once('.')?.1),
        HostPattern::OneLabel(name) => format!("**.{name}"),
        HostPattern::AnyDepth(name) => format!("**.{}", name.as_str().split_once('.')?.1),
    };
    // `*.com` is no pattern, so a name below it cannot be widened.
    text.parse().ok()
}

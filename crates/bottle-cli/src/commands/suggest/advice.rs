//! What is advised, before it is written down.

use bottle_core::{BottlePlan, HostPattern, Resolved, RouteSpec, ValueOrigin};
use bottle_egress::{Ports, Route, RouteTable, RuleUse, Suggestion, Warning, rule_uses, suggest};
use bottle_run::{History, UsedRule};

use crate::origin;

/// The most hosts that are suggested: whoever asks for more of them is not going to be granted them one by one.
const MAX_SUGGESTED: usize = 50;

/// What a bottle asked for, held against its manifest.
pub(super) struct Advice<'a> {
    /// Rules that it lacked.
    pub(super) suggestions: Vec<Suggested<'a>>,
    /// How many more hosts were refused.
    pub(super) more: usize,
    /// Rules that it had for nothing.
    pub(super) unused: Vec<Granted<'a>>,
    /// Rules that were wider than what it used.
    pub(super) wide: Vec<Wide<'a>>,
    /// How many requests were refused, or failed, for what no rule changes.
    pub(super) other: u64,
    /// How many requests were too many to be told apart.
    pub(super) left_out: u64,
}

/// A route to be pasted.
pub(super) struct Suggested<'a> {
    pub(super) suggestion: Suggestion,
    /// The route as the manifest writes it.
    pub(super) spec: RouteSpec,
    /// The rule that holds for the host now.
    pub(super) now: Option<Granted<'a>>,
}

/// A rule of the manifest.
#[derive(Clone)]
pub(super) struct Granted<'a> {
    pub(super) host: HostPattern,
    pub(super) origin: Option<&'a ValueOrigin>,
}

/// A rule that was wider than what was used of it.
pub(super) struct Wide<'a> {
    pub(super) granted: Granted<'a>,
    pub(super) requests: u64,
    pub(super) narrower: Route,
}

impl Suggested<'_> {
    /// Whether somebody should think before it is pasted: it is written down as a comment.
    pub(super) fn is_special(&self) -> bool {
        let mut warnings = self.suggestion.change.warnings.iter();
        self.suggestion.too_wide.is_some()
            || warnings.any(|warning| matches!(warning, Warning::Publish(_)))
    }

    /// Whether it stands in the place of a route of the manifest.
    pub(super) fn replaces(&self) -> Option<&Granted<'_>> {
        let same = |now: &&Granted<'_>| now.host == self.spec.host;
        self.now.as_ref().filter(same)
    }
}

impl<'a> Advice<'a> {
    /// Holds a history against the rules that it was made under and those of the manifest as it is `now`.
    pub(super) fn of(
        history: &History,
        (table, now): (&RouteTable, &RouteTable),
        resolved: &'a Resolved,
    ) -> Self {
        let mut all = suggest(&history.denials, now);
        let more = all.len().saturating_sub(MAX_SUGGESTED);
        all.truncate(MAX_SUGGESTED);
        let suggestions = all.into_iter().map(|suggestion| Suggested {
            spec: spec(&resolved.plan, &suggestion),
            now: suggestion.now.clone().map(|host| granted(resolved, host)),
            suggestion,
        });
        let traffic = history.used.iter().filter_map(|used| match used.rule {
            UsedRule::Route(number) => Some((number, &used.request, used.count)),
            UsedRule::Grant(_) => None,
        });
        let rules = rule_uses(table, traffic);
        // A rule that the manifest has no more is nothing to think about.
        let rules: Vec<&RuleUse<'_>> = rules
            .iter()
            .filter(|each| now.routes().contains(each.route))
            .collect();
        let denials = history.denials.iter().filter(|denial| !denial.lacks_rule());
        Self {
            suggestions: suggestions.collect(),
            more,
            unused: unused(&rules, resolved),
            wide: wide(&rules, resolved),
            other: history.withheld + denials.map(|denial| denial.count).sum::<u64>(),
            left_out: history.left_out,
        }
    }
}

fn unused<'a>(uses: &[&RuleUse<'_>], resolved: &'a Resolved) -> Vec<Granted<'a>> {
    let unused = uses.iter().filter(|each| each.requests == 0);
    unused
        .map(|each| granted(resolved, each.route.host.clone()))
        .collect()
}

fn wide<'a>(uses: &[&RuleUse<'_>], resolved: &'a Resolved) -> Vec<Wide<'a>> {
    let wide = uses.iter().filter_map(|each| {
        Some(Wide {
            granted: granted(resolved, each.route.host.clone()),
            requests: each.requests,
            narrower: each.narrower.clone()?,
        })
    });
    wide.collect()
}

fn granted(resolved: &Resolved, host: HostPattern) -> Granted<'_> {
    Granted {
        origin: origin::of_route(resolved, &host),
        host,
    }
}

/// The whole route as the manifest writes it: what its own says of credentials and scanning stays.
fn spec(plan: &BottlePlan, suggestion: &Suggestion) -> RouteSpec {
    let Route {
        host,
        ports,
        path_allowlist,
        methods,
        auth: _,
        websocket: _,
        origin: _,
    } = &suggestion.route;
    let now = suggestion.now.as_ref();
    let declared = now.and_then(|now| plan.routes.iter().find(|spec| spec.host == *now));
    let base = declared.cloned();
    let base = base.unwrap_or_else(|| RouteSpec::bare(host.clone()));
    // What a program takes a credential for is said once.
    let role = base.role.filter(|_| base.host == *host);
    RouteSpec {
        host: host.clone(),
        ports: match ports {
            Ports::Only(ports) => ports.clone(),
            // Tables of bottles name ports.
            Ports::Any => base.ports.clone(),
        },
        path_allowlist: path_allowlist.clone(),
        methods: methods.clone(),
        role,
        ..base
    }
}

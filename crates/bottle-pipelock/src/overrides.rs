//! `dlp.yaml`: where the scanner differs from its defaults on single routes. It lies beside `pipelock.yaml`, which is
//! also read by the program pipelock and therefore has no room for it.

mod file;

use std::collections::BTreeSet;

use bottle_core::{
    BottlePlan, Diagnostics, EncodedSlash, Host, HostPattern, PathPrefix, RuleName, Source,
    UrlPath, yaml,
};
use bottle_egress::{Route, RouteTable};

pub use bottle_core::DlpSpec as RouteDlp;

use self::file::OverridesFile;
use crate::host_data;

/// The rule that finds the example keys of documents. A conversation with a model quotes what the agent reads.
const DOCUMENTED_EXAMPLE: &str = "documented-example";

/// Where the scanner differs from its defaults. The default is nowhere.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Overrides {
    /// The hosts of `routes`, in the same order: it finds the one that holds.
    hosts: RouteTable,
    routes: Vec<Override>,
}

/// One route of which the scanner knows.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Override {
    host: HostPattern,
    /// Below which paths; anywhere when empty.
    path_allowlist: Vec<PathPrefix>,
    dlp: RouteDlp,
}

impl Overrides {
    /// What the routes of a bottle say, and what is always said of the hosts that its provider's model answers on.
    pub fn of_plan(plan: &BottlePlan, table: &RouteTable) -> Self {
        let routes = table.routes().iter().map(|route| Override {
            host: route.host.clone(),
            path_allowlist: route.path_allowlist.clone(),
            dlp: route_dlp(plan, route),
        });
        let routes: Vec<Override> = routes.collect();
        let special: Vec<&Override> = routes.iter().filter(|route| route.is_special()).collect();
        // One route alone holds for a host, so those inside a special wildcard have to be known, too.
        let is_needed = |route: &&Override| {
            let mut wider = special.iter();
            route.is_special() || wider.any(|wide| reaches(&wide.host, &route.host))
        };
        Self::new(routes.iter().filter(is_needed).cloned().collect())
    }

    /// The routes, of which no two have the same hosts.
    fn new(routes: Vec<Override>) -> Self {
        let hosts = RouteTable::mirror(routes.iter().map(|route| route.host.clone()));
        Self { hosts, routes }
    }

    /// What holds for a request, by its host and its target (path, and query if there is one). The route is found as
    /// egress finds it: the exact name, else `*.`, else the longest `**.`; a path that it does not cover, or that has
    /// no canonical spelling where it covers some paths alone, gets the defaults.
    pub fn of(&self, host: &Host, path: &str) -> RouteDlp {
        let number = self.number(host, path);
        let found = number.and_then(|number| self.all().nth(number));
        found.cloned().unwrap_or_default()
    }

    /// Which of [`Overrides::all`] that is, counted from 0; none where the defaults hold.
    pub fn number(&self, host: &Host, path: &str) -> Option<usize> {
        let (number, _) = self.hosts.find(host)?;
        let route = self.routes.get(number)?;
        route.covers(path).then_some(number)
    }

    /// What holds on each of the routes.
    pub fn all(&self) -> impl Iterator<Item = &RouteDlp> {
        self.routes.iter().map(|route| &route.dlp)
    }

    /// Whether nothing differs anywhere.
    pub fn is_empty(&self) -> bool {
        self.routes.is_empty()
    }

    /// Reads a `dlp.yaml`; `name` is for messages.
    ///
    /// # Errors
    ///
    /// [`Diagnostics`] for anything but a complete file of the known version with each host once.
    pub fn from_yaml(text: &str, name: &str) -> Result<Self, Diagnostics> {
        let file: OverridesFile = yaml::read(&Source::whole(name, text))?;
        Ok(Self::new(file.into_routes()))
    }

    /// The text of `dlp.yaml`.
    ///
    /// # Errors
    ///
    /// [`yaml::WriteError`]; it has a YAML form, so only for lack of memory.
    pub fn to_yaml(&self) -> Result<String, yaml::WriteError> {
        OverridesFile::of(&self.routes).to_yaml()
    }
}

impl Override {
    fn is_special(&self) -> bool {
        self.dlp != RouteDlp::default()
    }

    fn covers(&self, target: &str) -> bool {
        let path = target.split('?').next().unwrap_or_default();
        let prefixes = &self.path_allowlist;
        prefixes.is_empty()
            || UrlPath::canonical(path, EncodedSlash::Refuse)
                .is_ok_and(|path| prefixes.iter().any(|prefix| prefix.covers(&path)))
    }
}

/// What the manifest says of a route, and what its provider needs.
fn route_dlp(plan: &BottlePlan, route: &Route) -> RouteDlp {
    let declared = plan.routes.iter().find(|spec| spec.host == route.host);
    let mut dlp = declared.map(|spec| spec.dlp.clone()).unwrap_or_default();
    if is_model(plan, &route.host) {
        dlp.allow.extend(model_rules());
    }
    dlp
}

fn is_model(plan: &BottlePlan, host: &HostPattern) -> bool {
    let models = plan.provider.preset().models;
    matches!(host, HostPattern::Exact(host) if models.contains(&host.as_str()))
}

fn model_rules() -> BTreeSet<RuleName> {
    DOCUMENTED_EXAMPLE.parse().into_iter().collect()
}

/// The rules by which the name of a host is searched for data.
pub fn host_data_rules() -> BTreeSet<RuleName> {
    let rules = host_data::RULES.iter();
    rules.filter_map(|rule| rule.parse().ok()).collect()
}

/// Whether a wildcard may mean a host of the other pattern.
fn reaches(wide: &HostPattern, other: &HostPattern) -> bool {
    let (HostPattern::OneLabel(base) | HostPattern::AnyDepth(base)) = wide else {
        return false;
    };
    base == other.base() || HostPattern::AnyDepth(base.clone()).matches(other.base())
}

#[cfg(test)]
mod tests;

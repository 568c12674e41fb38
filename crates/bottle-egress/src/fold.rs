//! From a plan to the effective table.

use std::collections::BTreeMap;

use bottle_core::{AuthSpec, BottlePlan, EnvName, HostPattern, Provider, RouteSpec};

use crate::route::{Ports, Route, SlotAuth};
use crate::slot::TokenSlot;
use crate::table::RouteTable;

/// What Claude Code asks for when nothing is switched off (measured; only the first is indispensable).
const CLAUDE: &[&str] = &[
    "api.anthropic.com",
    "statsig.anthropic.com",
    "sentry.io",
    "claude.ai",
    "platform.claude.com",
    "downloads.claude.ai",
    "raw.githubusercontent.com",
];

/// The effective table, and which variable of the host fills which slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folded {
    /// The table.
    pub table: RouteTable,
    /// One slot per distinct variable.
    pub slots: BTreeMap<TokenSlot, EnvName>,
}

/// The hosts that a provider's program needs, as bare routes.
pub const fn default_allowlist(provider: Provider) -> &'static [&'static str] {
    match provider {
        Provider::Claude => CLAUDE,
        Provider::Command => &[],
    }
}

/// The routes of the manifest, then its allowlist and the provider's hosts as bare routes. On the same hosts the
/// manifest's route holds.
pub fn fold(plan: &BottlePlan) -> Folded {
    let mut slots = Slots::default();
    let declared: Vec<Route> = plan
        .routes
        .iter()
        .map(|spec| route(spec, &mut slots))
        .collect();
    let extra = plan.allowlist.iter().cloned();
    let default = default_allowlist(plan.provider)
        .iter()
        .filter_map(|name| name.parse::<HostPattern>().ok());
    let table = RouteTable::new(
        declared
            .into_iter()
            .chain(extra.chain(default).map(Route::bare)),
    );
    Folded {
        table,
        slots: slots.into_names(),
    }
}

fn route(spec: &RouteSpec, slots: &mut Slots) -> Route {
    // `cidr` is for whoever dials.
    let RouteSpec {
        host,
        ports,
        path_allowlist,
        methods,
        auth,
        cidr: _,
    } = spec;
    Route {
        host: host.clone(),
        ports: Ports::Only(ports.clone()),
        path_allowlist: path_allowlist.clone(),
        methods: methods.clone(),
        auth: auth.as_ref().map(
            |AuthSpec {
                 scheme,
                 token_ref,
                 header,
             }| SlotAuth {
                scheme: *scheme,
                slot: slots.of(token_ref),
                header: header.clone(),
            },
        ),
    }
}

/// Numbers variables in the order in which they are first met.
#[derive(Default)]
struct Slots(BTreeMap<EnvName, TokenSlot>);

impl Slots {
    fn of(&mut self, name: &EnvName) -> TokenSlot {
        // A manifest has at most a few thousand nodes, so the numbers do not run out.
        let next = TokenSlot::new(u16::try_from(self.0.len()).unwrap_or(u16::MAX));
        *self.0.entry(name.clone()).or_insert(next)
    }

    fn into_names(self) -> BTreeMap<TokenSlot, EnvName> {
        self.0
            .into_iter()
            .map(|(name, slot)| (slot, name))
            .collect()
    }
}

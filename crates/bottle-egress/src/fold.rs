//! From a plan to the effective table.

use std::collections::BTreeMap;

use bottle_core::{AuthSpec, BottlePlan, EnvName, HostPattern, RouteSpec};

use crate::route::{Ports, Route, RouteOrigin, SlotAuth};
use crate::slot::TokenSlot;
use crate::table::RouteTable;

/// The effective table, and which variable of the host fills which slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folded {
    /// The table.
    pub table: RouteTable,
    /// One slot per distinct variable.
    pub slots: BTreeMap<TokenSlot, EnvName>,
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
    let preset = plan.provider.preset();
    let default = preset
        .hosts
        .iter()
        .filter_map(|name| name.parse::<HostPattern>().ok());
    let bare = |origin| {
        move |host| Route {
            origin,
            ..Route::bare(host)
        }
    };
    let table = RouteTable::new(
        declared
            .into_iter()
            .chain(extra.map(bare(RouteOrigin::Allowlist)))
            .chain(default.map(bare(RouteOrigin::Preset))),
    );
    Folded {
        table,
        slots: slots.into_names(),
    }
}

fn route(spec: &RouteSpec, slots: &mut Slots) -> Route {
    // `cidr` is for whoever dials; roles are for the agent's environment. What only later versions carry out is
    // refused before a bottle is made of it.
    let RouteSpec {
        host,
        ports,
        path_allowlist,
        methods,
        auth,
        cidr: _,
        role: _,
        dlp: _,
        websocket,
    } = spec;
    Route {
        host: host.clone(),
        ports: Ports::Only(ports.clone()),
        path_allowlist: path_allowlist.clone(),
        methods: methods.clone(),
        websocket: *websocket,
        origin: RouteOrigin::Manifest,
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

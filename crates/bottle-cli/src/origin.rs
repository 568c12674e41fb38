//! Where a value of a plan comes from, as it is shown.

use bottle_core::{HostPattern, Place, PlanKey, Resolved, ValueOrigin};
use serde_json::{Value, json};

use crate::host::HostSide;

/// The origin of the rule for these hosts in the effective table: a route wins over a list.
pub(crate) fn of_route<'a>(resolved: &'a Resolved, host: &HostPattern) -> Option<&'a ValueOrigin> {
    let origins = &resolved.origins;
    origins
        .get(&PlanKey::Route(host.clone()))
        .or_else(|| origins.get(&PlanKey::Allowed(host.clone())))
}

/// For people: `bottles/dev.md:4`, `bottles/base.md:7 (inherited)`, `preset claude`, `default`.
pub(crate) fn text(host: &HostSide, origin: &ValueOrigin) -> String {
    match origin {
        ValueOrigin::Declared(place) => at(host, place),
        ValueOrigin::Inherited(place) => format!("{} (inherited)", at(host, place)),
        ValueOrigin::Preset(provider) => format!("preset {}", provider.as_str()),
        ValueOrigin::Default => "default".to_owned(),
    }
}

/// For programs.
pub(crate) fn json(host: &HostSide, origin: &ValueOrigin) -> Value {
    let kind = match origin {
        ValueOrigin::Declared(_) => "declared",
        ValueOrigin::Inherited(_) => "inherited",
        ValueOrigin::Preset(_) => "preset",
        ValueOrigin::Default => "default",
    };
    let place = origin.place();
    json!({
        "kind": kind,
        "file": place.map(|place| host.short(place.file.name.as_ref())),
        "line": place.map(|place| place.position.line),
        "column": place.map(|place| place.position.column),
    })
}

fn at(host: &HostSide, place: &Place) -> String {
    let file = host.short(place.file.name.as_ref());
    format!("{file}:{}", place.position.line)
}

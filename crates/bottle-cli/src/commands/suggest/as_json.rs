//! Advice for programs.

use bottle_core::Identity;
use bottle_egress::{Ports, Route, Suggestion, TOO_WIDE};
use serde_json::{Value, json};

use super::advice::{Advice, Granted, Suggested, Wide};
use crate::host::HostSide;
use crate::origin;

pub(super) fn render(host: &HostSide, identity: &Identity, advice: &Advice<'_>) -> Value {
    let Advice {
        suggestions,
        more,
        unused,
        wide,
        other,
        left_out,
    } = advice;
    let suggestions = suggestions.iter().map(|each| suggested(host, each));
    let unused = unused.iter().map(|each| granted(host, each));
    let wide = wide.iter().map(|each| {
        let Wide {
            granted: rule,
            requests,
            narrower,
        } = each;
        json!({
            "rule": granted(host, rule),
            "requests": requests,
            "narrower": route(narrower),
        })
    });
    json!({
        "identity": identity.to_string(),
        "suggestions": suggestions.collect::<Vec<_>>(),
        "further_hosts": more,
        "unused": unused.collect::<Vec<_>>(),
        "wide": wide.collect::<Vec<_>>(),
        "refused_otherwise": other,
        "left_out": left_out,
    })
}

fn suggested(host: &HostSide, each: &Suggested<'_>) -> Value {
    let Suggestion {
        route: suggestion,
        now: _,
        change,
        requests,
        codes,
        last,
        too_wide,
    } = &each.suggestion;
    let codes: Vec<&str> = codes.iter().map(|code| code.as_str()).collect();
    json!({
        "route": route(suggestion),
        "now": each.now.as_ref().map(|now| granted(host, now)),
        "replaces": each.replaces().is_some(),
        "requests": requests,
        "codes": codes,
        "last": last,
        "change": change,
        "special": each.is_special(),
        "too_wide": too_wide.map(|why| json!({ "code": TOO_WIDE, "text": why.to_string() })),
    })
}

fn granted(host: &HostSide, rule: &Granted<'_>) -> Value {
    json!({
        "host": rule.host,
        "origin": rule.origin.map(|origin| origin::json(host, origin)),
    })
}

/// The keys of a manifest; what is any is left out there, and here.
fn route(route: &Route) -> Value {
    let Route {
        host,
        ports,
        path_allowlist,
        methods,
        auth: _,
        websocket: _,
        origin: _,
    } = route;
    let ports: Vec<u16> = match ports {
        Ports::Any => Vec::new(),
        Ports::Only(ports) => ports.iter().map(|port| port.get()).collect(),
    };
    json!({ "host": host, "ports": ports, "path_allowlist": path_allowlist, "methods": methods })
}

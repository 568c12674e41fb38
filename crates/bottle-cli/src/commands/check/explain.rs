//! What a bottle does with one request, which rule decides, and where that rule stands.

use std::fmt::Write as _;

use bottle_core::{BottleName, ManifestSet, RequestUrl, Resolved, ValueOrigin};
use bottle_egress::{Allowed, Denial, Folded, Route, fold, judge, nearest_route};
use serde_json::{Value, json};

use crate::exit::Exit;
use crate::host::HostSide;
use crate::origin;
use crate::preflight;

/// A request as it was typed.
pub(super) struct Typed<'a> {
    pub(super) method: &'a str,
    pub(super) url: &'a str,
    pub(super) json: bool,
}

/// Judges the request and says why.
pub(super) fn run(
    host: &HostSide,
    manifests: &ManifestSet,
    bottle: &BottleName,
    typed: &Typed<'_>,
) -> anyhow::Result<Exit> {
    let resolved = manifests.resolve_bottle(bottle).map_err(crate::invalid)?;
    let url: RequestUrl = typed.url.parse().map_err(crate::invalid)?;
    let folded = fold(&resolved.plan);
    let case = Case {
        host,
        resolved: &resolved,
        folded: &folded,
    };
    let (exit, text) = match judge(&folded.table, typed.method, &url) {
        Ok(permit) if typed.json => (Exit::Fine, format!("{:#}\n", case.permit_json(&permit))),
        Ok(permit) => (Exit::Fine, case.permit(&permit, typed.method)),
        Err(denial) => {
            let near = nearest_route(&folded.table, &url);
            let text = if typed.json {
                format!("{:#}\n", case.denial_json(&denial, near))
            } else {
                case.denial(&denial, near)
            };
            (Exit::No, text)
        }
    };
    host.printer.data(&text);
    Ok(exit)
}

struct Case<'a> {
    host: &'a HostSide,
    resolved: &'a Resolved,
    folded: &'a Folded,
}

impl Case<'_> {
    fn permit(&self, permit: &Allowed, method: &str) -> String {
        let destination = &permit.destination;
        let mut text = format!(
            "allowed  {method} {}://{}:{}{}\n",
            destination.scheme, destination.host, destination.port, permit.target
        );
        if let Some(route) = self.folded.table.routes().get(permit.rule) {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "rule     {}", preflight::rule(route));
            let _ = writeln!(text, "from     {}", self.origin(route));
        }
        if let Some(name) = self.token_ref(permit) {
            let _ = writeln!(
                text,
                "auth     the host's {name} is added; whatever the agent sends is removed"
            );
        }
        text
    }

    fn denial(&self, denial: &Denial, near: Option<&Route>) -> String {
        let mut text = format!(
            "refused  {}\nmissing  {}\nnext     {}\n",
            denial.code, denial.missing, denial.next_step
        );
        if let Some(route) = near {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "nearest  {}", preflight::rule(route));
            let _ = writeln!(text, "from     {}", self.origin(route));
        }
        text
    }

    fn permit_json(&self, permit: &Allowed) -> Value {
        let destination = &permit.destination;
        let route = self.folded.table.routes().get(permit.rule);
        json!({
            "allowed": true,
            "host": destination.host.as_str(),
            "port": destination.port.get(),
            "target": permit.target,
            "rule": route.map(|route| self.rule_json(route)),
            "token_ref": self.token_ref(permit),
        })
    }

    fn denial_json(&self, denial: &Denial, near: Option<&Route>) -> Value {
        json!({
            "allowed": false,
            "denial": denial.to_problem(),
            "nearest": near.map(|route| self.rule_json(route)),
        })
    }

    fn rule_json(&self, route: &Route) -> Value {
        json!({
            "host": route.host.to_string(),
            "origin": self.value_origin(route).map(|origin| origin::json(self.host, origin)),
        })
    }

    fn token_ref(&self, permit: &Allowed) -> Option<String> {
        let auth = permit.credential.as_ref()?;
        self.folded.slots.get(&auth.slot).map(ToString::to_string)
    }

    fn value_origin(&self, route: &Route) -> Option<&ValueOrigin> {
        origin::of_route(self.resolved, &route.host)
    }

    fn origin(&self, route: &Route) -> String {
        self.value_origin(route).map_or_else(
            || "nowhere".to_owned(),
            |origin| origin::text(self.host, origin),
        )
    }
}

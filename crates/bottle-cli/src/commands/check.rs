//! `bottle check`: validate what there is, or explain one decision.

use std::fmt::Write as _;

use bottle_core::{BottleName, ManifestSet};
use bottle_egress::{Denial, Folded, Permit, Request, decide, fold};
use serde_json::json;

use crate::args::CheckArgs;
use crate::exit::Exit;
use crate::host::HostSide;
use crate::request_url;

/// Runs the command.
pub(crate) fn run(args: &CheckArgs, host: &HostSide) -> anyhow::Result<Exit> {
    let manifests = host.manifests()?;
    match (&args.bottle, &args.method, &args.url) {
        (Some(bottle), Some(method), Some(url)) => explain(
            host,
            &manifests,
            bottle,
            &Typed {
                method,
                url,
                json: args.json,
            },
        ),
        (Some(bottle), ..) => {
            manifests.bottle_plan(bottle).map_err(crate::invalid)?;
            host.printer.data(&format!("ok  bottle {bottle}\n"));
            Ok(Exit::Fine)
        }
        (None, ..) => Ok(validate(host, &manifests, args.json)),
    }
}

/// A request as it was typed.
struct Typed<'a> {
    method: &'a str,
    url: &'a str,
    json: bool,
}

fn validate(host: &HostSide, manifests: &ManifestSet, json: bool) -> Exit {
    let checked = manifests.check_all();
    let mut exit = Exit::Fine;
    let mut records = Vec::new();
    for (path, result) in &checked {
        let path = path.display().to_string();
        match result {
            Ok(()) if !json => host.printer.data(&format!("ok  {path}\n")),
            Ok(()) => {}
            Err(diagnostics) => {
                exit = Exit::Invalid;
                host.printer.say(&diagnostics.to_string());
            }
        }
        records.push(json!({ "path": path, "ok": result.is_ok(), "errors": result.as_ref().err().map(ToString::to_string) }));
    }
    if json {
        host.printer
            .data(&format!("{:#}\n", serde_json::Value::Array(records)));
    } else if checked.is_empty() {
        host.printer
            .say(&format!("no manifests in {}", host.home.path().display()));
    }
    exit
}

fn explain(
    host: &HostSide,
    manifests: &ManifestSet,
    bottle: &BottleName,
    typed: &Typed<'_>,
) -> anyhow::Result<Exit> {
    let plan = manifests.bottle_plan(bottle).map_err(crate::invalid)?;
    let (destination, target) = request_url::parse(typed.url).map_err(crate::invalid)?;
    let folded = fold(&plan);
    let request = Request {
        destination: &destination,
        method: typed.method,
        target: &target,
    };
    match decide(&folded.table, &request) {
        Ok(permit) => {
            let text = if typed.json {
                permit_json(&permit, &folded)
            } else {
                permit_text(&permit, &folded, typed.method)
            };
            host.printer.data(&text);
            Ok(Exit::Fine)
        }
        Err(denial) => {
            let text = if typed.json {
                format!("{:#}\n", denial.to_problem())
            } else {
                denial_text(&denial)
            };
            host.printer.data(&text);
            Ok(Exit::No)
        }
    }
}

fn permit_text(permit: &Permit, folded: &Folded, method: &str) -> String {
    let destination = permit.destination();
    let mut text = format!(
        "allowed  {method} {}://{}:{}{}\n",
        destination.scheme,
        destination.host,
        destination.port,
        permit.target()
    );
    if let Some(route) = folded.table.routes().get(permit.rule()) {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "rule     route {}: {}", permit.rule(), route.host);
    }
    if let Some(name) = permit
        .credential()
        .and_then(|auth| folded.slots.get(&auth.slot))
    {
        let _ = writeln!(
            text,
            "auth     the host's {name} is added; whatever the agent sends is removed"
        );
    }
    text
}

fn permit_json(permit: &Permit, folded: &Folded) -> String {
    let destination = permit.destination();
    let value = json!({
        "allowed": true,
        "host": destination.host.as_str(),
        "port": destination.port.get(),
        "target": permit.target(),
        "rule": permit.rule(),
        "route": folded.table.routes().get(permit.rule()).map(|route| route.host.to_string()),
        "token_ref": permit.credential().and_then(|auth| folded.slots.get(&auth.slot)).map(ToString::to_string),
    });
    format!("{value:#}\n")
}

fn denial_text(denial: &Denial) -> String {
    format!(
        "refused  {}\nmissing  {}\nnext     {}\n",
        denial.code.as_str(),
        denial.missing,
        denial.next_step
    )
}

//! `bottle audit`: what operators decided, and whether that is what was written.

use std::fmt::Write as _;

use bottle_core::{Identity, visible};
use bottle_state::{AuditError, AuditSummary};
use serde_json::Value;

use crate::args::{AuditArgs, AuditCommand};
use crate::exit::Exit;
use crate::host::HostSide;
use crate::json_text;

/// Runs the command.
pub(crate) fn run(args: &AuditArgs, host: &HostSide) -> anyhow::Result<Exit> {
    let AuditArgs {
        command,
        identity,
        json,
    } = args;
    match command {
        Some(AuditCommand::Verify { identity }) => verify(host, identity.as_ref()),
        None => show(host, identity.as_ref(), *json),
    }
}

fn verify(host: &HostSide, identity: Option<&Identity>) -> anyhow::Result<Exit> {
    let mut exit = Exit::Fine;
    let trails = trails(host, identity)?;
    for identity in &trails {
        match host.home.audit(identity).verify() {
            Ok(AuditSummary { lines, last }) => host.printer.data(&format!(
                "{identity}: {lines} decisions, the last one {last}\n"
            )),
            Err(error) => exit = broken(host, error)?,
        }
    }
    if trails.is_empty() {
        host.printer.say("nobody has decided about a bottle");
    }
    Ok(exit)
}

/// Shows all decisions, oldest first, as far as they are what was written.
fn show(host: &HostSide, identity: Option<&Identity>, json: bool) -> anyhow::Result<Exit> {
    let (mut exit, mut all) = (Exit::Fine, Vec::new());
    for identity in trails(host, identity)? {
        let read = host
            .home
            .audit(&identity)
            .read(|each| all.push(each.clone()));
        if let Err(error) = read {
            exit = broken(host, error)?;
        }
    }
    // Of one bottle the order is that of its trail, whatever the clock did.
    if identity.is_none() {
        all.sort_by_key(|each| text(each, "time").to_owned());
    }
    if json {
        host.printer.data(&json_text::pretty(&all)?);
        return Ok(exit);
    }
    for each in &all {
        host.printer.data(&decision(each));
    }
    if all.is_empty() {
        host.printer.say("no decisions");
    }
    Ok(exit)
}

fn trails(host: &HostSide, identity: Option<&Identity>) -> anyhow::Result<Vec<Identity>> {
    Ok(match identity {
        Some(identity) => vec![identity.clone()],
        None => host.home.audited()?,
    })
}

/// A broken trail is an answer, and anything else a failure.
fn broken(host: &HostSide, error: AuditError) -> anyhow::Result<Exit> {
    if matches!(error, AuditError::Broken { .. }) {
        host.printer.error(&error.into());
        Ok(Exit::No)
    } else {
        Err(error.into())
    }
}

/// One decision: who, when and what in one line, and a line for each detail.
fn decision(line: &Value) -> String {
    let operator = line.get("operator").unwrap_or(&Value::Null);
    let uid = operator
        .get("uid")
        .map_or_else(String::new, |uid| format!(" ({uid})"));
    let head = format!(
        "{}  {}  {}  by {}{uid}",
        text(line, "time"),
        text(line, "identity"),
        text(line, "action"),
        operator
            .get("user")
            .and_then(Value::as_str)
            .unwrap_or("user"),
    );
    let mut shown = visible(&head);
    shown.push('\n');
    for (key, value) in line
        .get("details")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        let value = match value {
            Value::Null => continue,
            Value::String(text) => visible(text),
            other => visible(&other.to_string()),
        };
        // Writing to a String cannot fail.
        let _ = writeln!(shown, "    {}: {value}", visible(key));
    }
    shown
}

fn text<'a>(line: &'a Value, key: &str) -> &'a str {
    line.get(key).and_then(Value::as_str).unwrap_or_default()
}

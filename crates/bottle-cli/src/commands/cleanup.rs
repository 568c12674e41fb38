//! `bottle cleanup`: remove what a crash left behind.

use std::fmt::Write as _;

use bottle_run::backend::Backend as _;
use bottle_run::{Cleaned, CleanupPlan, Leftover, LeftoverState, survey};
use serde_json::{Value, json};

use crate::args::CleanupArgs;
use crate::exit::Exit;
use crate::host::HostSide;
use crate::{engine, preflight};

/// Runs the command.
pub(crate) async fn run(args: &CleanupArgs, host: &HostSide) -> anyhow::Result<Exit> {
    let docker = engine::connect().await?;
    let live = docker.live(&host.home.label()?).await?;
    let found = survey(&host.home, live)?;
    let plan = if args.identities.is_empty() {
        CleanupPlan::new(&found, &host.home)
    } else {
        CleanupPlan::of_named(&found, &args.identities, &host.home).map_err(crate::invalid)?
    };
    if args.json {
        let found: Vec<Value> = plan.bottles.iter().map(as_json).collect();
        host.printer.data(&format!("{:#}\n", Value::Array(found)));
    } else {
        host.printer.data(&text(&plan));
    }
    if plan.is_empty() || args.dry_run {
        return Ok(Exit::Fine);
    }
    if !args.yes && !preflight::confirm(host.printer, "Remove?").map_err(crate::invalid)? {
        return Ok(Exit::No);
    }
    let cleaned = plan.execute(&docker, &host.home).await?;
    Ok(report(host, &cleaned))
}

fn report(host: &HostSide, cleaned: &[Cleaned]) -> Exit {
    let mut exit = Exit::Fine;
    for Cleaned { identity, result } in cleaned {
        match result {
            Ok(removed) => host.printer.say(&format!(
                "{identity}: {} containers and {} networks removed",
                removed.containers.len(),
                removed.networks.len()
            )),
            Err(error) => {
                exit = Exit::Failed;
                host.printer
                    .warn(&format!("{identity}: {}", bottle_core::causes(error)));
            }
        }
    }
    exit
}

const fn state(state: LeftoverState) -> &'static str {
    match state {
        LeftoverState::None => "none",
        LeftoverState::Remove => "goes",
        LeftoverState::Keep => "stays",
    }
}

fn text(plan: &CleanupPlan) -> String {
    if plan.is_empty() {
        return "nothing is left behind\n".to_owned();
    }
    let mut text = String::new();
    for Leftover {
        identity,
        services,
        networks,
        state: fate,
        has_changes,
        ..
    } in &plan.bottles
    {
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "{identity}\n  containers  {}\n  networks    {}\n  state       {}{}",
            list(services),
            list(networks),
            state(*fate),
            if *has_changes {
                ", its clone has changes: see `bottle diff`"
            } else {
                ""
            }
        );
    }
    text
}

fn list(names: &[String]) -> String {
    if names.is_empty() {
        "none".to_owned()
    } else {
        names.join(", ")
    }
}

fn as_json(leftover: &Leftover) -> Value {
    json!({
        "identity": leftover.identity.to_string(),
        "has_changes": leftover.has_changes,
        "services": leftover.services,
        "networks": leftover.networks,
        "state": match leftover.state {
            LeftoverState::None => "none",
            LeftoverState::Remove => "remove",
            LeftoverState::Keep => "keep",
        },
    })
}

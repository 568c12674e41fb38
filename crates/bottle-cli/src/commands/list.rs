//! `bottle list`: the agents and bottles there are, and what runs or was kept.

use std::fmt::Write as _;

use bottle_core::{Checked, Folder, Subject};
use bottle_run::backend::{Backend as _, LiveBottle, ServiceState};
use bottle_run::{Condition, FoundBottle, StatePresence, survey};
use serde_json::{Value, json};

use crate::args::ListArgs;
use crate::diagnostic_json::errors;
use crate::engine;
use crate::exit::Exit;
use crate::host::HostSide;

/// What stands beside a manifest that is wrong.
const BROKEN: &str = "wrong: see `bottle check`";

/// Runs the command.
pub(crate) async fn run(args: &ListArgs, host: &HostSide) -> anyhow::Result<Exit> {
    let manifests = host.manifests()?.check_all();
    let mut runs = survey(&host.home, live(host).await)?;
    // A run that is over, whose networks are on their way out.
    runs.retain(|run| {
        run.state != StatePresence::None
            || run
                .live
                .as_ref()
                .is_some_and(|live| !live.services.is_empty())
    });
    if args.json {
        host.printer
            .data(&format!("{:#}\n", as_json(&manifests, &runs)));
    } else {
        host.printer.data(&text(&manifests, &runs));
    }
    Ok(Exit::Fine)
}

/// What the engine has of this home. Without an engine the rest can still be shown, and it is said.
pub(super) async fn live(host: &HostSide) -> Vec<LiveBottle> {
    let answer = async {
        let docker = engine::connect().await?;
        anyhow::Ok(docker.live(&host.home.label()?).await?)
    };
    answer.await.unwrap_or_else(|error| {
        host.printer
            .warn(&format!("containers are not shown: {error}"));
        Vec::new()
    })
}

fn text(manifests: &[Checked], runs: &[FoundBottle]) -> String {
    let mut text = String::new();
    let mut section = |name: &str, lines: Vec<String>| {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{name}");
        if lines.is_empty() {
            let _ = writeln!(text, "  none");
        }
        for line in lines {
            let _ = writeln!(text, "  {line}");
        }
    };
    let (agents, bottles): (Vec<_>, Vec<_>) = manifests
        .iter()
        .partition(|each| matches!(each.subject, Subject::Agent(_)));
    section("agents", agents.into_iter().map(manifest_line).collect());
    section("bottles", bottles.into_iter().map(manifest_line).collect());
    section("runs", runs.iter().map(run_line).collect());
    text
}

fn manifest_line(checked: &Checked) -> String {
    let whose = match checked.folder {
        Folder::Home => "",
        Folder::Repository => " (from this folder)",
    };
    match (&checked.subject, &checked.result) {
        (Subject::Agent(name), Ok(resolved)) => {
            format!("{name}{whose}  bottle {}", resolved.plan.bottle)
        }
        (Subject::Bottle(name), Ok(_)) => name.to_string(),
        (Subject::Agent(name), Err(_)) => format!("{name}{whose}  {BROKEN}"),
        (Subject::Bottle(name), Err(_)) => format!("{name}  {BROKEN}"),
    }
}

fn run_line(run: &FoundBottle) -> String {
    let mut line = format!("{}  {}", run.identity, condition(run.condition));
    if let Some(metadata) = &run.metadata {
        let _ = write!(
            line,
            "  bottle {}  since {}",
            metadata.bottle, metadata.started_at
        );
    }
    if let Some(live) = &run.live {
        let running = live
            .services
            .iter()
            .filter(|each| each.state == ServiceState::Running);
        let _ = write!(
            line,
            "  {} of {} containers up",
            running.count(),
            live.services.len()
        );
    }
    line
}

pub(crate) const fn condition(condition: Condition) -> &'static str {
    match condition {
        Condition::Running => "running",
        Condition::Orphaned => "orphaned",
        Condition::Kept => "kept",
        Condition::Abandoned => "abandoned",
    }
}

fn as_json(manifests: &[Checked], runs: &[FoundBottle]) -> Value {
    let (mut agents, mut bottles) = (Vec::new(), Vec::new());
    for checked in manifests {
        let file = checked.path.display().to_string();
        let errors = checked.result.as_ref().err().map_or_else(Vec::new, errors);
        match &checked.subject {
            Subject::Agent(name) => {
                let bottle = checked.result.as_ref().ok();
                let bottle = bottle.map(|resolved| resolved.plan.bottle.to_string());
                agents.push(json!({ "name": name.to_string(), "file": file, "bottle": bottle, "errors": errors }));
            }
            Subject::Bottle(name) => {
                bottles.push(json!({ "name": name.to_string(), "file": file, "errors": errors }));
            }
        }
    }
    json!({ "agents": agents, "bottles": bottles, "runs": runs.iter().map(run_json).collect::<Vec<_>>() })
}

fn run_json(run: &FoundBottle) -> Value {
    let services = run.live.as_ref().map(|live| {
        let states = live.services.iter().map(|each| {
            let state = if each.state == ServiceState::Running {
                "running"
            } else {
                "stopped"
            };
            (each.service.clone(), Value::from(state))
        });
        states.collect::<serde_json::Map<_, _>>()
    });
    json!({
        "identity": run.identity.to_string(),
        "condition": condition(run.condition),
        "agent": run.metadata.as_ref().map(|each| each.agent.to_string()),
        "bottle": run.metadata.as_ref().map(|each| each.bottle.to_string()),
        "cwd": run.metadata.as_ref().map(|each| each.cwd.display().to_string()),
        "started_at": run.metadata.as_ref().map(|each| each.started_at.to_string()),
        "services": services,
    })
}

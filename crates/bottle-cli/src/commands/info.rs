//! `bottle info`: the resolved plan of an agent, and where each value comes from.

use bottle_core::{
    BottleName, BottlePlan, EnvValue, GitUser, Identity, PlanKey, Resolved, Supervise,
};
use bottle_egress::fold;
use serde_json::{Value, json};

use crate::args::InfoArgs;
use crate::commands::run_info;
use crate::exit::Exit;
use crate::host::HostSide;
use crate::{origin, preflight};

/// One value of the plan.
struct Row {
    key: PlanKey,
    value: String,
}

/// Runs the command.
pub(crate) async fn run(args: &InfoArgs, host: &HostSide) -> anyhow::Result<Exit> {
    if let Ok(identity) = args.subject.parse::<Identity>()
        && let Some(known) = run_info::find(host, &identity).await?
    {
        host.printer.data(&run_info::show(args.json, &known));
        return Ok(Exit::Fine);
    }
    let agent = args.subject.parse().map_err(crate::invalid)?;
    let resolved = host.manifests()?.resolve(&agent).map_err(crate::invalid)?;
    let text = if args.flat {
        resolved.flat_manifest()?
    } else if args.json {
        format!("{:#}\n", as_json(host, &resolved))
    } else {
        table(host, &resolved)
    };
    host.printer.data(&text);
    Ok(Exit::Fine)
}

fn table(host: &HostSide, resolved: &Resolved) -> String {
    let rows: Vec<[String; 3]> = rows(resolved)
        .into_iter()
        .map(|row| {
            let origin = resolved.origins.get(&row.key);
            let origin =
                origin.map_or_else(|| "default".to_owned(), |origin| origin::text(host, origin));
            [row.key.to_string(), row.value, origin]
        })
        .collect();
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let (first, second) = (width(0), width(1));
    let plan = &resolved.plan;
    let mut text = format!("agent {} in bottle {}", plan.agent, plan.bottle);
    if !resolved.parents.is_empty() {
        let parents: Vec<&str> = resolved.parents.iter().map(BottleName::as_str).collect();
        text = format!("{text}, which extends {}", parents.join(", "));
    }
    text.push('\n');
    for [key, value, origin] in &rows {
        let line = format!("{key:first$}  {value:second$}  {origin}");
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

fn as_json(host: &HostSide, resolved: &Resolved) -> Value {
    let plan = &resolved.plan;
    let values: Vec<Value> = rows(resolved)
        .into_iter()
        .map(|row| {
            let origin = resolved.origins.get(&row.key);
            json!({
                "key": row.key.to_string(),
                "value": row.value,
                "origin": origin.map(|origin| origin::json(host, origin)),
            })
        })
        .collect();
    let tests: Vec<String> = resolved
        .expect()
        .iter()
        .map(|test| test.value.to_string())
        .collect();
    json!({
        "agent": plan.agent.to_string(),
        "bottle": plan.bottle.to_string(),
        "parents": resolved.parents.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "values": values,
        "expect": tests,
    })
}

/// Every value of the plan, in the manifest's order. No value of a secret is part of a plan.
fn rows(resolved: &Resolved) -> Vec<Row> {
    let plan = &resolved.plan;
    let mut rows = Vec::new();
    let mut row = |key: PlanKey, value: String| rows.push(Row { key, value });
    row(PlanKey::Bottle, plan.bottle.to_string());
    row(PlanKey::Provider, plan.provider.as_str().to_owned());
    row(PlanKey::Image, preflight::image(plan));
    if let Some(prompt) = &plan.prompt {
        let length = prompt.chars().count();
        row(PlanKey::Prompt, format!("{length} characters"));
    }
    for (name, value) in &plan.env {
        row(PlanKey::Env(name.clone()), env(value));
    }
    for (name, value) in plan.provider.preset().variables(plan) {
        if let Ok(name) = name.parse() {
            row(PlanKey::Env(name), value.to_owned());
        }
    }
    for skill in &plan.skills {
        row(PlanKey::Skill(skill.clone()), skill.to_string());
    }
    rows_of_git(plan, &mut row);
    for route in fold(plan).table.routes() {
        let declared = PlanKey::Route(route.host.clone());
        let key = if resolved.origins.contains_key(&declared) {
            declared
        } else {
            PlanKey::Allowed(route.host.clone())
        };
        row(key, preflight::scanned_rule(plan, route));
    }
    let supervise = if plan.supervise == Supervise::On {
        "on"
    } else {
        "off"
    };
    row(PlanKey::Supervise, supervise.to_owned());
    row(PlanKey::Workspace, plan.workspace.as_str().to_owned());
    let limits = &plan.limits;
    let unlimited = || "the machine's".to_owned();
    row(
        PlanKey::Cpus,
        limits.cpus.map_or_else(unlimited, |cpus| cpus.to_string()),
    );
    row(
        PlanKey::Memory,
        limits
            .memory
            .map_or_else(unlimited, |memory| memory.to_string()),
    );
    row(PlanKey::Pids, limits.pids.to_string());
    let runtime = plan.runtime.as_ref().map(ToString::to_string);
    row(
        PlanKey::Runtime,
        runtime.unwrap_or_else(|| "runsc where the engine has it".to_owned()),
    );
    let scanner = plan.pipelock.image.as_ref().map(ToString::to_string);
    row(
        PlanKey::PipelockImage,
        scanner.unwrap_or_else(|| "built in".to_owned()),
    );
    for host in &plan.pipelock.passthrough {
        row(PlanKey::Passthrough(host.clone()), host.to_string());
    }
    rows
}

/// The remotes, and whose name stands in commits.
fn rows_of_git(plan: &BottlePlan, row: &mut impl FnMut(PlanKey, String)) {
    for remote in &plan.git {
        let pinned = if remote.known_host_key.is_some() {
            "host key pinned"
        } else {
            "no host key: nothing is fetched or pushed"
        };
        row(
            PlanKey::Git(remote.name.clone()),
            format!("{} ({pinned})", preflight::git_rule(remote)),
        );
    }
    let GitUser { name, email } = &plan.git_user;
    for (key, value) in [(PlanKey::GitUserName, name), (PlanKey::GitUserEmail, email)] {
        if let Some(value) = value {
            row(key, bottle_core::visible(value.as_str()));
        }
    }
}

fn env(value: &EnvValue) -> String {
    match value {
        EnvValue::Literal(text) => bottle_core::visible(text),
        EnvValue::Prompt { .. } => "asked for at the start".to_owned(),
        EnvValue::Host(name) => format!("the host's {name}"),
    }
}

//! `bottle proposals list`.

use std::collections::BTreeSet;

use bottle_core::Identity;
use bottle_run::backend::{Backend as _, ServiceState};
use bottle_state::Queued;
use serde_json::{Value, json};

use super::card::answered;
use super::words::summary;
use crate::args::ProposalsListArgs;
use crate::exit::Exit;
use crate::host::HostSide;
use crate::{engine, json_text};

/// A proposal, and how it stands with it.
struct Row {
    identity: Identity,
    queued: Queued,
    state: &'static str,
}

/// Runs the command.
pub(super) async fn run(args: &ProposalsListArgs, host: &HostSide) -> anyhow::Result<Exit> {
    let running = running(host).await?;
    let all = match &args.identity {
        Some(identity) => vec![identity.clone()],
        None => host.home.queues()?,
    };
    let mut rows = Vec::new();
    for identity in all {
        let queue = host.home.queue(&identity);
        let listing = if args.all {
            queue.all()?
        } else {
            queue.pending()?
        };
        if listing.is_cut {
            host.printer.warn(&format!(
                "{identity}: there is more in its queue than is looked at"
            ));
        }
        let is_running = running.as_ref().map(|all| all.contains(&identity));
        rows.extend(listing.proposals.into_iter().map(|queued| Row {
            state: state(&queued, is_running),
            identity: identity.clone(),
            queued,
        }));
    }
    if args.json {
        let rows: Vec<Value> = rows.iter().map(as_json).collect();
        host.printer.data(&json_text::pretty(&rows)?);
        return Ok(Exit::Fine);
    }
    for row in &rows {
        host.printer.data(&line(row));
    }
    if rows.is_empty() {
        host.printer.say("no proposals");
    }
    Ok(Exit::Fine)
}

/// The bottles whose agent can still ask; `None` without an engine.
async fn running(host: &HostSide) -> anyhow::Result<Option<BTreeSet<Identity>>> {
    let Ok(docker) = engine::connect().await else {
        return Ok(None);
    };
    let live = docker.live(&host.home.label()?).await?;
    let running = live.into_iter().filter(|bottle| {
        let mut services = bottle.services.iter();
        services.any(|each| each.service == "egress" && each.state == ServiceState::Running)
    });
    Ok(Some(running.map(|bottle| bottle.identity).collect()))
}

fn state(queued: &Queued, is_running: Option<bool>) -> &'static str {
    match (queued.proposal.is_err(), queued.is_pending(), is_running) {
        (true, ..) => "broken",
        (false, true, Some(false)) => "stale",
        (false, true, _) => "pending",
        (false, false, _) => answered(queued.answer.as_ref()),
    }
}

fn line(row: &Row) -> String {
    let Row {
        identity,
        queued,
        state,
    } = row;
    let id = &queued.id;
    match &queued.proposal {
        Ok(proposal) => format!(
            "{identity}/{id}  {}  {state:8}  {:16}  {}\n",
            proposal.created,
            proposal.ask.tool(),
            summary(&proposal.ask)
        ),
        Err(problem) => format!("{identity}/{id}  {state}: {problem}\n"),
    }
}

fn as_json(row: &Row) -> Value {
    let Row {
        identity,
        queued,
        state,
    } = row;
    let (proposal, problem) = match &queued.proposal {
        Ok(proposal) => (Some(proposal), None),
        Err(problem) => (None, Some(problem.to_string())),
    };
    json!({
        "identity": identity,
        "id": queued.id,
        "state": state,
        "summary": proposal.map(|proposal| summary(&proposal.ask)),
        "proposal": proposal,
        "problem": problem,
        "answer": queued.answer,
    })
}

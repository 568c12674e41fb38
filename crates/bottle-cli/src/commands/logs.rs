//! `bottle logs`: what a bottle's containers wrote.

use std::collections::HashSet;
use std::pin::pin;

use bottle_core::Identity;
use bottle_docker::Docker;
use bottle_run::artefact;
use bottle_run::backend::{Backend as _, LOGS_LIMIT, LogsRequest};
use futures_util::TryStreamExt as _;
use serde_json::json;

use crate::args::LogsArgs;
use crate::exit::Exit;
use crate::host::HostSide;
use crate::{engine, signals};

/// Nothing was written, or nothing is left of it.
#[derive(Debug, thiserror::Error)]
#[error("there are no logs of {0}: `bottle list` shows what there is")]
struct NoLogs(Identity);

/// Runs the command.
pub(crate) async fn run(args: &LogsArgs, host: &HostSide) -> anyhow::Result<Exit> {
    let home = host.home.label()?;
    let request = LogsRequest {
        identity: args.identity.clone(),
        home: home.clone(),
    };
    let Some(docker) = live(&request).await? else {
        show_all(args, host, &saved(host, &args.identity)?);
        return Ok(Exit::Fine);
    };
    let logs = docker.logs(&request).await?;
    show_all(args, host, &logs);
    if !args.follow {
        return Ok(Exit::Fine);
    }
    // All of it comes again, in another order: nothing falls between what was and what comes.
    let mut shown: HashSet<&[u8]> = logs.split_inclusive(|byte| *byte == b'\n').collect();
    let mut coming = pin!(docker.follow(&request).await?);
    let mut stop = pin!(signals::stop()?);
    loop {
        tokio::select! {
            () = &mut stop => return Ok(Exit::Interrupted),
            line = coming.try_next() => match line? {
                Some(line) if shown.remove(line.as_slice()) => {}
                Some(line) => show(args, host, &line),
                None => return Ok(Exit::Fine),
            },
        }
    }
}

/// The engine, when it has containers of the bottle.
async fn live(request: &LogsRequest) -> anyhow::Result<Option<Docker>> {
    // What was saved can be shown without one.
    let Ok(docker) = engine::connect().await else {
        return Ok(None);
    };
    let bottles = docker.live(&request.home).await?;
    let found = bottles
        .iter()
        .find(|each| each.identity == request.identity);
    Ok(found
        .is_some_and(|bottle| !bottle.services.is_empty())
        .then_some(docker))
}

/// All that a bottle's containers wrote until now.
pub(crate) async fn all(identity: &Identity, host: &HostSide) -> anyhow::Result<Vec<u8>> {
    let request = LogsRequest {
        identity: identity.clone(),
        home: host.home.label()?,
    };
    match live(&request).await? {
        Some(docker) => Ok(docker.logs(&request).await?),
        None => saved(host, identity),
    }
}

/// What the teardown saved.
fn saved(host: &HostSide, identity: &Identity) -> anyhow::Result<Vec<u8>> {
    let state = host.home.state(identity);
    let none = || crate::invalid(NoLogs(identity.clone()));
    if !state.path().exists() {
        return Err(none());
    }
    let limit = u64::try_from(LOGS_LIMIT).unwrap_or(u64::MAX);
    let kept = state.folder().read(&artefact::LOG, limit)?;
    kept.ok_or_else(none)
}

fn show_all(args: &LogsArgs, host: &HostSide, logs: &[u8]) {
    let lines: Vec<&[u8]> = logs
        .split_inclusive(|byte| *byte == b'\n')
        .filter(|line| is_wanted(args, line))
        .collect();
    let skipped = args.tail.map_or(0, |tail| lines.len().saturating_sub(tail));
    for line in lines.into_iter().skip(skipped) {
        show(args, host, line);
    }
}

fn is_wanted(args: &LogsArgs, line: &[u8]) -> bool {
    let text = String::from_utf8_lossy(line);
    let service = text.split_once(" | ").map(|(service, _)| service);
    args.service.is_none() || service == args.service.as_deref()
}

/// One line, with whatever a program inside wrote made visible.
fn show(args: &LogsArgs, host: &HostSide, line: &[u8]) {
    if !is_wanted(args, line) {
        return;
    }
    let text = String::from_utf8_lossy(line);
    let text = text.trim_end_matches(['\r', '\n']);
    let line = if args.json {
        let (service, rest) = text.split_once(" | ").unwrap_or(("", text));
        let (time, text) = rest.split_once(' ').unwrap_or((rest, ""));
        json!({ "service": service, "time": time, "text": text }).to_string()
    } else {
        bottle_core::visible(text)
    };
    host.printer.data(&format!("{line}\n"));
}

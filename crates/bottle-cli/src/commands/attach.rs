//! `bottle attach`: one more session in a bottle that runs.

use bottle_core::{EnvName, Identity, Provider, Secret};
use bottle_run::backend::{Backend as _, ExecIo, ExecRequest, LiveBottle, ServiceState, Target};
use bottle_run::{HostValues, forwarded};

use crate::args::AttachArgs;
use crate::exit::Exit;
use crate::host::HostSide;
use crate::{engine, environment, session, signals};

/// The service that sessions run in.
const AGENT: &str = "agent";

/// There is nothing to attach to.
#[derive(Debug, thiserror::Error)]
#[error("{0} does not run: `bottle list` shows what does, `bottle resume` starts a kept one")]
struct NotRunning(Identity);

/// Runs the command.
pub(crate) async fn run(args: &AttachArgs, host: &HostSide) -> anyhow::Result<Exit> {
    let identity = &args.identity;
    let docker = engine::connect().await?;
    let live = docker.live(&host.home.label()?).await?;
    let running = live.iter().find(|bottle| bottle.identity == *identity);
    if !running.is_some_and(has_agent) {
        return Err(crate::invalid(NotRunning(identity.clone())));
    }
    let io = session::joined(&args.command).map_err(crate::invalid)?;
    let command = if args.command.is_empty() {
        session::words(Provider::Command.preset().command)
    } else {
        args.command.clone()
    };
    let mut env = values(host, identity);
    if io == ExecIo::Terminal {
        env.extend(environment::terminal());
    }
    let request = ExecRequest {
        target: Target::new(identity, AGENT),
        argv: command,
        env,
        io,
        timeout: None,
    };
    // Dropped, it gives the terminal back as it was.
    tokio::select! {
        outcome = docker.exec(&request) => Ok(Exit::Inner(outcome?.code)),
        () = signals::stop()? => Ok(Exit::Interrupted),
    }
}

fn has_agent(bottle: &LiveBottle) -> bool {
    let mut services = bottle.services.iter();
    services.any(|each| each.service == AGENT && each.state == ServiceState::Running)
}

/// The values that the agent's own session got from the host, as far as they are there again. What was typed then is
/// kept nowhere, and is not asked for again: that is said.
fn values(host: &HostSide, identity: &Identity) -> Vec<(EnvName, Secret)> {
    let metadata = host.home.state(identity).metadata().ok().flatten();
    let Some(metadata) = metadata else {
        return Vec::new();
    };
    let home = metadata.agent_home.as_deref().and_then(home_variable);
    let plan = host
        .manifests_at(&metadata.cwd)
        .and_then(|manifests| Ok(manifests.plan(&metadata.agent)?));
    let mut env: Vec<_> = home.into_iter().collect();
    match plan {
        Ok(plan) => {
            let (found, missing) = forwarded(&plan, &HostValues::gather(&plan, environment::value));
            env.extend(found);
            for name in missing {
                host.printer
                    .warn(&format!("{name} has no value in this session"));
            }
        }
        Err(error) => host.printer.warn(&format!(
            "the values that its manifest takes from the host are missing: {error}"
        )),
    }
    env
}

fn home_variable(path: &str) -> Option<(EnvName, Secret)> {
    Some(("HOME".parse().ok()?, Secret::new(path.to_owned()).ok()?))
}

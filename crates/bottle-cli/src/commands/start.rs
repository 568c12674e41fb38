//! `bottle start`: an agent in a bottle of its own, attached to this terminal.

use std::io::{self, IsTerminal as _};

use bottle_run::backend::ExecIo;

use crate::args::StartArgs;
use crate::exit::Exit;
use crate::host::HostSide;
use crate::{preflight, session};

/// A session needs a terminal on both sides.
#[derive(Debug, thiserror::Error)]
#[error("there is no terminal to attach; `bottle run` runs a command without one")]
struct NoTerminal;

/// Runs the command.
pub(crate) async fn run(args: &StartArgs, host: &HostSide) -> anyhow::Result<Exit> {
    let (docker, checked) = session::check(host, &args.agent).await?;
    let command = if args.command.is_empty() {
        let preset = checked.plan().provider.preset();
        preset
            .command
            .iter()
            .map(|word| (*word).to_owned())
            .collect()
    } else {
        args.command.clone()
    };
    let shown = preflight::render(checked.plan(), checked.folded());
    if args.dry_run {
        host.printer.data(&shown);
        return Ok(Exit::Fine);
    }
    host.printer.say(shown.trim_end());
    if !args.yes && !preflight::confirm(host.printer, "Start?").map_err(crate::invalid)? {
        return Ok(Exit::No);
    }
    if !(io::stdin().is_terminal() && io::stdout().is_terminal()) {
        return Err(crate::invalid(NoTerminal));
    }
    let prepared = session::prepare(host.printer, checked)?;
    session::run(host.printer, &docker, prepared, (command, ExecIo::Terminal)).await
}

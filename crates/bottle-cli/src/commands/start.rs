//! `bottle start`: an agent in a bottle of its own, attached to this terminal.

use bottle_run::backend::ExecIo;

use crate::args::StartArgs;
use crate::exit::Exit;
use crate::host::HostSide;
use crate::session::{self, Job, Subject};

/// A session needs a terminal on both sides.
#[derive(Debug, thiserror::Error)]
#[error("there is no terminal to attach; `bottle run` runs a command without one")]
struct NoTerminal;

/// Runs the command.
pub(crate) async fn run(args: &StartArgs, host: &HostSide) -> anyhow::Result<Exit> {
    let (docker, checked) = session::check(host, Subject::New(&args.agent)).await?;
    let command = if args.command.is_empty() {
        session::words(checked.plan().provider.preset().command)
    } else {
        args.command.clone()
    };
    if !args.how.dry_run && !session::has_terminal() {
        return Err(crate::invalid(NoTerminal));
    }
    if let Some(exit) = session::agree(host, &checked, args.how)? {
        return Ok(exit);
    }
    let prepared = session::prepare(host.printer, checked)?;
    let job = Job {
        argv: command,
        io: ExecIo::Terminal,
        timings: args.how.timings.then_some(host.begun),
    };
    session::run(host.printer, &docker, prepared, job).await
}

//! `bottle run`: one command in a bottle of its own, without a terminal.

use bottle_run::backend::ExecIo;

use crate::args::RunArgs;
use crate::exit::Exit;
use crate::host::HostSide;
use crate::preflight;
use crate::session::{self, Job, Subject};

/// Runs the command.
pub(crate) async fn run(args: &RunArgs, host: &HostSide) -> anyhow::Result<Exit> {
    let (docker, checked) = session::check(host, Subject::New(&args.agent)).await?;
    if args.dry_run {
        let shown = preflight::render(checked.plan(), checked.folded());
        host.printer.data(&shown);
        return Ok(Exit::Fine);
    }
    let prepared = session::prepare(host.printer, checked)?;
    let command = args.command.clone();
    let job = Job {
        argv: command,
        io: ExecIo::Inherit,
        timings: args.timings.then_some(host.begun),
    };
    session::run(host.printer, &docker, prepared, job).await
}

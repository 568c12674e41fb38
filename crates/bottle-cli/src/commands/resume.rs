//! `bottle resume`: a kept bottle again, under its name.

use bottle_run::PrepareError;
use bottle_run::backend::ExecIo;

use crate::args::ResumeArgs;
use crate::exit::Exit;
use crate::host::HostSide;
use crate::session::{self, Job, Subject};

/// Without a terminal there is nobody to talk to the agent.
#[derive(Debug, thiserror::Error)]
#[error("there is no terminal to attach; name a command after `--` to run without one")]
struct NoTerminal;

/// Runs the command.
pub(crate) async fn run(args: &ResumeArgs, host: &HostSide) -> anyhow::Result<Exit> {
    let identity = &args.identity;
    let nothing = || PrepareError::NothingKept {
        identity: identity.clone(),
    };
    let state = host.home.state(identity);
    let metadata = if state.path().exists() {
        state.metadata()?
    } else {
        None
    };
    let metadata = metadata.ok_or_else(|| crate::invalid(nothing()))?;
    let (docker, checked) = session::check(host, Subject::Kept(&metadata)).await?;
    let io = match (session::has_terminal(), args.command.is_empty()) {
        (true, _) => ExecIo::Terminal,
        (false, false) => ExecIo::Inherit,
        (false, true) if args.how.dry_run => ExecIo::Inherit,
        (false, true) => return Err(crate::invalid(NoTerminal)),
    };
    if let Some(exit) = session::agree(host, &checked, args.how)? {
        return Ok(exit);
    }
    let command = if args.command.is_empty() {
        session::words(checked.plan().provider.preset().resume)
    } else {
        args.command.clone()
    };
    let prepared = session::prepare(host.printer, checked)?;
    let job = Job {
        argv: command,
        io,
        timings: args.how.timings.then_some(host.begun),
    };
    session::run(host.printer, &docker, prepared, job).await
}

//! `bottle resume`: a kept bottle again, under its name.

use bottle_run::PrepareError;
use bottle_run::backend::ExecIo;

use crate::args::ResumeArgs;
use crate::exit::Exit;
use crate::host::HostSide;
use crate::session::{self, Job, Subject};

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
    let io = match session::joined(&args.command) {
        // Nothing is going to be joined.
        Err(_) if args.how.dry_run => ExecIo::Inherit,
        joined => joined.map_err(crate::invalid)?,
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

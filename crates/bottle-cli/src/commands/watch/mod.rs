//! `bottle watch`: tells of each proposal as it comes, and of each answer.

mod command;
mod news;

use std::pin::pin;
use std::time::Duration;

use anyhow::Context as _;
use bottle_state::QueueWatch;
use tokio::task::spawn_blocking;

use self::news::{News, Tidings};
use crate::args::WatchArgs;
use crate::exit::Exit;
use crate::host::HostSide;
use crate::signals;

/// How long to wait at once.
const WAIT: Duration = Duration::from_mins(1);

/// Runs the command. It ends when it is told to.
pub(crate) async fn run(args: &WatchArgs, host: &HostSide) -> anyhow::Result<Exit> {
    let mut stop = pin!(signals::stop().context("cannot listen to signals")?);
    let mut watch = host.home.watch_queues();
    let mut news = News::default();
    let first = news.look(&host.home)?;
    if args.existing {
        for each in first.iter().filter(|each| each.is_proposal()) {
            tokio::select! {
                () = &mut stop => return Ok(Exit::Interrupted),
                told = tell(args, host, each) => told?,
            }
        }
    }
    loop {
        tokio::select! {
            () = &mut stop => return Ok(Exit::Interrupted),
            waited = spawn_blocking(|| wait(watch)) => {
                let changed;
                (watch, changed) = waited.context("cannot wait")?;
                if !changed {
                    continue;
                }
            }
        }
        for each in news.look(&host.home)? {
            tokio::select! {
                () = &mut stop => return Ok(Exit::Interrupted),
                told = tell(args, host, &each) => told?,
            }
        }
    }
}

/// Waits, and answers whether something may have changed.
fn wait(mut watch: QueueWatch) -> (QueueWatch, bool) {
    let changed = watch.wait(WAIT);
    (watch, changed)
}

/// Prints one thing, and runs the command for it where it is a proposal.
async fn tell(args: &WatchArgs, host: &HostSide, tidings: &Tidings) -> anyhow::Result<()> {
    host.printer.data(&tidings.text(args.json)?);
    if let (Some(line), Some(proposal)) = (&args.exec, tidings.proposal())
        && let Err(error) = command::run(line, proposal).await
    {
        host.printer.warn(&bottle_core::causes(&error));
    }
    Ok(())
}

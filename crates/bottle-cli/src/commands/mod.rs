//! One module per command.

pub(crate) mod apply;
pub(crate) mod attach;
pub(crate) mod audit;
pub(crate) mod check;
pub(crate) mod cleanup;
pub(crate) mod demo;
pub(crate) mod diff;
pub(crate) mod doctor;
pub(crate) mod explain_error;
mod findings;
pub(crate) mod git;
pub(crate) mod image;
pub(crate) mod info;
pub(crate) mod init;
pub(crate) mod list;
pub(crate) mod logs;
pub(crate) mod proposals;
pub(crate) mod rebuild;
pub(crate) mod render;
pub(crate) mod resume;
pub(crate) mod routes;
pub(crate) mod run;
mod run_info;
pub(crate) mod scan;
pub(crate) mod schema;
pub(crate) mod start;
pub(crate) mod stop;
pub(crate) mod suggest;
pub(crate) mod watch;

use anyhow::Context as _;
use tokio::runtime::Runtime;

use crate::exit::Exit;

/// Runs a command that talks to an engine.
pub(crate) fn on_engine(work: impl Future<Output = anyhow::Result<Exit>>) -> anyhow::Result<Exit> {
    let runtime = Runtime::new().context("cannot start the runtime")?;
    let result = runtime.block_on(work);
    // A thread may still wait for standard input.
    runtime.shutdown_background();
    result
}

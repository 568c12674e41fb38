//! Removing a bottle's networks after its prompt is back: that takes an engine a third of the whole teardown, and
//! nobody is on them any more.

use std::os::unix::process::CommandExt as _;
use std::process::{Command, Stdio};

use bottle_run::backend::Removed;

use crate::engine;
use crate::exit::Exit;

/// What this program calls it.
const SWEEP: &str = "sweep";

/// Lets a process of its own remove what a teardown left for later. Should it not get to it, `bottle cleanup` finds
/// the networks by their labels.
pub(crate) fn later(removed: &Removed) {
    if removed.networks_left.is_empty() {
        return;
    }
    let Ok(program) = std::env::current_exe() else {
        return;
    };
    // In a group of its own: a Ctrl-C at the prompt is not meant for it.
    let _ = Command::new(program)
        .arg(SWEEP)
        .args(&removed.networks_left)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn();
}

/// What that process does.
pub(crate) async fn run(ids: &[String]) -> anyhow::Result<Exit> {
    engine::connect().await?.remove_networks(ids).await?;
    Ok(Exit::Fine)
}

//! The operator's own command for a proposal.
//!
//! What an agent wrote is never part of the command line: it stands in the environment, made visible, and whole on standard
//! input.

use std::io;
use std::process::Stdio;
use std::time::Duration;

use bottle_core::visible;
use bottle_state::Proposal;
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::AsyncWriteExt as _;
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::commands::proposals::summary;
use crate::json_text;

/// How long the command may take: it tells somebody, it does not wait for an answer.
const TIMEOUT: Duration = Duration::from_mins(1);

/// The command did not do what it was to.
#[derive(Debug, thiserror::Error)]
pub(super) enum CommandError {
    #[error("the command cannot be run")]
    Run(#[source] io::Error),
    #[error("the proposal cannot be written down")]
    Json(#[source] serde_json::Error),
    #[error("the command took longer than {} s and was ended", TIMEOUT.as_secs())]
    TooLong,
    #[error("the command ended with {0}")]
    Failed(std::process::ExitStatus),
}

/// Runs the command and waits for its end. When this is dropped the command is ended.
pub(super) async fn run(line: &str, proposal: &Proposal) -> Result<(), CommandError> {
    let document = json_text::line(proposal).map_err(CommandError::Json)?;
    let child = Command::new("sh")
        .args(["-c", line])
        .env("BOTTLE_PROPOSAL_ID", proposal.id.as_str())
        .env("BOTTLE_IDENTITY", proposal.identity.to_string())
        .env("BOTTLE_TOOL", proposal.ask.tool())
        .env("BOTTLE_SUMMARY", visible(&summary(&proposal.ask)))
        .stdin(Stdio::piped())
        .process_group(0)
        .spawn()
        .map_err(CommandError::Run)?;
    let mut group = Group(child);
    let work = async {
        if let Some(mut stdin) = group.0.stdin.take() {
            // A command that does not read it is none the worse.
            let _ = stdin.write_all(document.as_bytes()).await;
        }
        group.0.wait().await
    };
    match timeout(TIMEOUT, work).await {
        Err(_) => Err(CommandError::TooLong),
        Ok(Err(error)) => Err(CommandError::Run(error)),
        Ok(Ok(status)) if status.success() => Ok(()),
        Ok(Ok(status)) => Err(CommandError::Failed(status)),
    }
}

/// A command and whatever it started; ended when dropped before its end.
struct Group(Child);

impl Drop for Group {
    fn drop(&mut self) {
        let id = self.0.id().and_then(|id| i32::try_from(id).ok());
        if let Some(group) = id.and_then(Pid::from_raw) {
            // It may have ended by itself.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

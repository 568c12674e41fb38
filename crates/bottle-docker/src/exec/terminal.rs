//! A command with a terminal of its own, joined to this process's.

use std::convert::Infallible;
use std::io;

use bollard::exec::ResizeExecOptions;
use bottle_run::backend::{BackendError, ExecOutcome};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, split};
use tokio::signal::unix::{SignalKind, signal};

use super::tty::{Raw, Tty};
use super::{Session, code};
use crate::backend::Docker;
use crate::error::other;

/// The most that is passed on at once.
const CHUNK: usize = 16 * 1024;

/// Joins both terminals until the command ends.
pub(super) async fn join(session: Session<'_>, tty: Tty) -> Result<ExecOutcome, BackendError> {
    let Session { docker, id, stream } = session;
    let (reader, writer) = split(stream);
    let (raw, typed, screen) = tty.split();
    let shown = tokio::select! {
        biased;
        shown = pass_on(reader, screen) => shown,
        never = type_in(typed, writer) => match never {},
        never = follow_size(docker, &id, &raw) => match never {},
    };
    drop(raw);
    shown.map_err(other("show what a command wrote"))?;
    Ok(ExecOutcome {
        code: code(docker, &id).await?,
        stdout: Vec::new(),
        stderr: Vec::new(),
    })
}

async fn pass_on(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
) -> io::Result<()> {
    let mut buffer = vec![0; CHUNK];
    loop {
        let got = from.read(&mut buffer).await?;
        if got == 0 {
            return Ok(());
        }
        to.write_all(buffer.get(..got).unwrap_or_default()).await?;
        to.flush().await?;
    }
}

/// Passes on what is typed. Ends with the session: a terminal that is gone is told by a signal.
async fn type_in(from: impl AsyncRead + Unpin, to: impl AsyncWrite + Unpin) -> Infallible {
    let _ = pass_on(from, to).await;
    std::future::pending().await
}

/// Tells the command how large its terminal is, now and whenever that changes.
async fn follow_size(docker: &Docker, id: &str, terminal: &Raw) -> Infallible {
    let mut changes = signal(SignalKind::window_change()).ok();
    loop {
        if let Ok((height, width)) = terminal.size() {
            // A wrong size is no reason to end a session.
            let _ = docker
                .client()
                .resize_exec(id, ResizeExecOptions { height, width })
                .await;
        }
        match &mut changes {
            Some(changes) => drop(changes.recv().await),
            None => std::future::pending().await,
        }
    }
}

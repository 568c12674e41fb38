//! Commands without a terminal.

use std::io;

use bottle_run::backend::{BackendError, CAPTURE_LIMIT, ExecOutcome};
use tokio::io::{AsyncWrite, AsyncWriteExt, split, stderr, stdin, stdout};

use super::frames::{Frames, Output};
use super::{Session, code};
use crate::error::other;

/// What a shell says of a program whose reader has gone: 128 and SIGPIPE.
const BROKEN_PIPE: u8 = 141;

/// Bytes in, bytes out.
pub(super) async fn capture(
    session: Session<'_>,
    input: &[u8],
) -> Result<ExecOutcome, BackendError> {
    let Session { docker, id, stream } = session;
    let (reader, mut writer) = split(stream);
    let feed = async {
        // A command may end without reading all of it.
        let _ = writer.write_all(input).await;
        let _ = writer.shutdown().await;
    };
    let collect = async {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let mut frames = Frames::new(reader);
        while let Some((output, piece)) =
            frames.next().await.map_err(other("read from a command"))?
        {
            let kept = match output {
                Output::Standard => &mut out,
                Output::Error => &mut err,
            };
            if kept.len() + piece.len() > CAPTURE_LIMIT {
                return Err(BackendError::TooMuchOutput {
                    limit: CAPTURE_LIMIT,
                });
            }
            kept.extend_from_slice(piece);
        }
        Ok((out, err))
    };
    let (stdout, stderr) = while_feeding(collect, feed).await?;
    Ok(ExecOutcome {
        code: code(docker, &id).await?,
        stdout,
        stderr,
    })
}

/// This process's own streams.
pub(super) async fn inherit(session: Session<'_>) -> Result<ExecOutcome, BackendError> {
    let Session { docker, id, stream } = session;
    let (reader, mut writer) = split(stream);
    let feed = async {
        let _ = tokio::io::copy(&mut stdin(), &mut writer).await;
        let _ = writer.shutdown().await;
    };
    let pass = async {
        let (mut out, mut err) = (stdout(), stderr());
        let mut frames = Frames::new(reader);
        while let Some((output, piece)) = frames.next().await? {
            match output {
                Output::Standard => write(&mut out, piece).await?,
                Output::Error => write(&mut err, piece).await?,
            }
        }
        Ok::<(), io::Error>(())
    };
    let code = match while_feeding(pass, feed).await {
        Ok(()) => code(docker, &id).await?,
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => BROKEN_PIPE,
        Err(error) => return Err(other("pass on what a command wrote")(error)),
    };
    Ok(ExecOutcome {
        code,
        stdout: Vec::new(),
        stderr: Vec::new(),
    })
}

async fn write(to: &mut (impl AsyncWrite + Unpin), piece: &[u8]) -> io::Result<()> {
    to.write_all(piece).await?;
    to.flush().await
}

/// Waits for the output alone: input that is still to come keeps no command alive.
async fn while_feeding<T>(output: impl Future<Output = T>, feed: impl Future<Output = ()>) -> T {
    let forever = async {
        feed.await;
        std::future::pending::<T>().await
    };
    tokio::select! {
        biased;
        result = output => result,
        result = forever => result,
    }
}

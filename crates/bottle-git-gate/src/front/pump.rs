//! Bytes between a client and git, within limits.

use std::future::pending;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};

use super::commands::Commands;
use crate::limits::{COPY_BUFFER, ENDING, LAST_WORDS, MAX_OUTPUT_BYTES};
use crate::run::{Group, beginning};

/// What a connection may use.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Bytes from the client.
    pub(super) most: u64,
    /// Time without a byte.
    pub(super) idle: Duration,
    /// Time as a whole.
    pub(super) whole: Duration,
    /// What comes first, and whether there is a limit of its own to it.
    pub(super) first: First,
}

/// What a client sends first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum First {
    /// The commands of a push.
    Commands,
    /// Nothing special.
    Anything,
}

/// How a connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// Git was content.
    Done,
    /// Git was not.
    Failed,
    /// The client went away.
    Gone,
    /// The client sent too much.
    TooMuch,
    /// Nothing happened for too long.
    Idle,
    /// It took too long as a whole.
    Late,
    /// The gate was asked to stop.
    Stopped,
}

/// How a connection ended, and what went through it.
#[derive(Debug)]
pub(super) struct Pumped {
    pub(super) end: End,
    pub(super) bytes_in: u64,
    pub(super) bytes_out: u64,
}

/// Counts bytes, and remembers when the last one came.
#[derive(Debug)]
struct Traffic {
    start: Instant,
    last_ms: AtomicU64,
    bytes_in: AtomicU64,
    bytes_out: AtomicU64,
}

impl Traffic {
    fn note(&self, counter: &AtomicU64, bytes: usize) -> u64 {
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        let now = u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.last_ms.store(now, Ordering::Relaxed);
        counter.fetch_add(bytes, Ordering::Relaxed) + bytes
    }

    /// Returns when nothing has come for that long.
    async fn silence(&self, idle: Duration) {
        loop {
            let last = self.start + Duration::from_millis(self.last_ms.load(Ordering::Relaxed));
            let left = idle.saturating_sub(last.elapsed());
            if left.is_zero() {
                return;
            }
            sleep(left).await;
        }
    }
}

/// Moves bytes both ways until git has ended, and ends git and all that it started when anything else ends first.
pub(super) async fn pump(
    stream: &mut TcpStream,
    mut group: Group,
    limits: Limits,
    mut stop: watch::Receiver<bool>,
) -> Pumped {
    let traffic = Traffic {
        start: Instant::now(),
        last_ms: AtomicU64::new(0),
        bytes_in: AtomicU64::new(0),
        bytes_out: AtomicU64::new(0),
    };
    let (input, output) = (group.child.stdin.take(), group.child.stdout.take());
    let errors = tokio::spawn(beginning(group.child.stderr.take(), MAX_OUTPUT_BYTES));
    let (from_client, to_client) = stream.split();
    let mut end = tokio::select! {
        end = down(output, to_client, &traffic) => end,
        end = up(from_client, input, limits, &traffic) => end,
        () = traffic.silence(limits.idle) => End::Idle,
        () = sleep(limits.whole) => End::Late,
        _ = stop.wait_for(|stop| *stop) => End::Stopped,
    };
    if end == End::Done {
        end = match timeout(ENDING, group.child.wait()).await {
            Ok(Ok(status)) if status.success() => End::Done,
            Ok(_) => End::Failed,
            Err(_) => End::Late,
        };
    }
    if !matches!(end, End::Done | End::Failed) {
        group.end().await;
    }
    // What is left of the group keeps its standard error open.
    drop(group);
    let errors = timeout(LAST_WORDS, errors).await;
    if let Ok(Ok(Ok(errors))) = errors
        && !errors.is_empty()
    {
        let errors = bottle_core::visible(&String::from_utf8_lossy(&errors));
        tracing::debug!(%errors, ?end, "git ended");
    }
    goodbye(stream).await;
    Pumped {
        end,
        bytes_in: traffic.bytes_in.load(Ordering::Relaxed),
        bytes_out: traffic.bytes_out.load(Ordering::Relaxed),
    }
}

/// From git to the client, until git has no more to say.
async fn down(
    output: Option<impl AsyncRead + Unpin>,
    mut client: impl AsyncWrite + Unpin,
    traffic: &Traffic,
) -> End {
    let Some(mut output) = output else {
        return End::Failed;
    };
    let mut buffer = vec![0; COPY_BUFFER];
    loop {
        let read = match output.read(&mut buffer).await {
            Ok(0) => return End::Done,
            Ok(read) => read,
            Err(_) => return End::Failed,
        };
        let bytes = buffer.get(..read).unwrap_or_default();
        if client.write_all(bytes).await.is_err() {
            return End::Gone;
        }
        traffic.note(&traffic.bytes_out, read);
    }
}

/// From the client to git. When the client has said all, git learns it, and may go on answering.
async fn up(
    mut client: impl AsyncRead + Unpin,
    input: Option<impl AsyncWrite + Unpin>,
    limits: Limits,
    traffic: &Traffic,
) -> End {
    let mut input = input;
    let mut commands = (limits.first == First::Commands).then(Commands::default);
    let mut buffer = vec![0; COPY_BUFFER];
    loop {
        let read = match client.read(&mut buffer).await {
            Ok(0) => break,
            Ok(read) => read,
            Err(_) => return End::Gone,
        };
        let bytes = buffer.get(..read).unwrap_or_default();
        let looked = commands
            .as_mut()
            .map_or(Ok(()), |commands| commands.look(bytes));
        if looked.is_err() || traffic.note(&traffic.bytes_in, read) > limits.most {
            return End::TooMuch;
        }
        let written = match &mut input {
            Some(input) => input.write_all(bytes).await,
            None => Ok(()),
        };
        if written.is_err() {
            // Git reads no more, but may have something to say about it.
            input = None;
        }
    }
    drop(input);
    pending().await
}

/// Ends the connection so that the client gets all that was said.
async fn goodbye(stream: &mut TcpStream) {
    let ending = async {
        stream.shutdown().await?;
        tokio::io::copy(stream, &mut tokio::io::sink()).await?;
        io::Result::Ok(())
    };
    // A client that has gone needs none.
    let _ = timeout(LAST_WORDS, ending).await;
}

//! Running a program to its end, within limits of time and size.

use std::io;
use std::os::unix::process::CommandExt as _;
use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use thiserror::Error;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt as _};
use tokio::process::Child;
use tokio::time::timeout;

use crate::limits::GRACE;

/// How a program ended, and what it said.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) status: ExitStatus,
    pub(crate) output: Vec<u8>,
    pub(crate) errors: Vec<u8>,
}

/// A program did not run to its end.
#[derive(Debug, Error)]
#[non_exhaustive]
pub(crate) enum RunError {
    /// It does not start, or its output cannot be read.
    #[error("cannot run git")]
    Io(#[from] io::Error),
    /// It was ended.
    #[error("git took longer than {} s", .0.as_secs())]
    Late(Duration),
    /// It was ended.
    #[error("git printed more than {0} bytes")]
    Long(usize),
    /// It failed where nothing from outside could make it fail.
    #[error("git failed: {0}")]
    Failed(String),
}

impl Ran {
    /// The output of a program that must not fail.
    pub(crate) fn good(self) -> Result<Vec<u8>, RunError> {
        if self.status.success() {
            return Ok(self.output);
        }
        Err(RunError::Failed(self.words()))
    }

    /// What it said on its standard error.
    pub(crate) fn words(&self) -> String {
        String::from_utf8_lossy(&self.errors).into_owned()
    }
}

/// Runs a program in a process group of its own, and ends the whole group when it takes too long or prints too much.
/// Of what it says on its standard error only the beginning is kept.
pub(crate) async fn run(
    command: Command,
    patience: Duration,
    most: usize,
) -> Result<Ran, RunError> {
    run_in(Company::Own, command, &[], (patience, most)).await
}

/// The same in the process group of the caller, who is a child of someone who ends all of it together.
pub(crate) async fn run_beside(
    command: Command,
    patience: Duration,
    most: usize,
) -> Result<Ran, RunError> {
    run_in(Company::Callers, command, &[], (patience, most)).await
}

/// The process group that a program is started in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Company {
    /// One of its own, which is ended as a whole.
    Own,
    /// That of the caller, who is a child of someone who ends all of it together.
    Callers,
}

/// Runs a program that reads this much on its standard input, within a time and a number of bytes that it may print.
pub(crate) async fn run_in(
    company: Company,
    mut command: Command,
    input: &[u8],
    (patience, most): (Duration, usize),
) -> Result<Ran, RunError> {
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    if !input.is_empty() {
        command.stdin(Stdio::piped());
    }
    let mut group = match company {
        Company::Own => Group::spawn(command)?,
        Company::Callers => Group::beside(command)?,
    };
    let finished = timeout(patience, collect(&mut group.child, input, most)).await;
    let result = match finished {
        Ok(Ok(ran)) => return Ok(ran),
        Ok(Err(error)) => error,
        Err(_) => RunError::Late(patience),
    };
    group.end().await;
    Err(result)
}

async fn collect(child: &mut Child, input: &[u8], most: usize) -> Result<Ran, RunError> {
    let (output, errors) = (child.stdout.take(), child.stderr.take());
    let feeding = feed(child.stdin.take(), input);
    let all = async {
        tokio::try_join!(
            async { whole(output, most).await },
            async { Ok(beginning(errors, most).await?) },
            async { Ok(feeding.await?) }
        )
    };
    let (output, errors, ()) = all.await?;
    let status = child.wait().await?;
    Ok(Ran {
        status,
        output,
        errors,
    })
}

/// Writes all of it and closes the stream. Who does not read to the end says why by how it ends.
async fn feed(stream: Option<impl AsyncWrite + Unpin>, input: &[u8]) -> io::Result<()> {
    let Some(mut stream) = stream else {
        return Ok(());
    };
    match stream.write_all(input).await {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
        _ => Ok(()),
    }
}

/// All of a stream, an error when that is more than `most`.
async fn whole(stream: Option<impl AsyncRead + Unpin>, most: usize) -> Result<Vec<u8>, RunError> {
    let mut bytes = Vec::new();
    let Some(stream) = stream else {
        return Ok(bytes);
    };
    let limit = u64::try_from(most).unwrap_or(u64::MAX);
    let mut limited = stream.take(limit.saturating_add(1));
    limited.read_to_end(&mut bytes).await?;
    if bytes.len() > most {
        return Err(RunError::Long(most));
    }
    Ok(bytes)
}

/// The beginning of a stream; the rest is read and forgotten.
pub(crate) async fn beginning(
    stream: Option<impl AsyncRead + Unpin>,
    most: usize,
) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let Some(mut stream) = stream else {
        return Ok(bytes);
    };
    let limit = u64::try_from(most).unwrap_or(u64::MAX);
    (&mut stream).take(limit).read_to_end(&mut bytes).await?;
    tokio::io::copy(&mut stream, &mut tokio::io::sink()).await?;
    Ok(bytes)
}

/// A program and what it starts. Dropped, it ends at once.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) child: Child,
    reach: Reach,
}

/// What is ended with a program.
#[derive(Debug, Clone, Copy)]
enum Reach {
    /// All that it started.
    Group(Pid),
    /// Itself; the rest notices.
    One(Pid),
    /// Nothing is left of it.
    Nothing,
}

impl Group {
    /// Starts a command as the first of a group.
    pub(crate) fn spawn(mut command: Command) -> io::Result<Self> {
        command.process_group(0);
        let child = start(command)?;
        let reach = pid(&child).map_or(Reach::Nothing, Reach::Group);
        Ok(Self { child, reach })
    }

    /// Starts a command in the group of the caller.
    fn beside(command: Command) -> io::Result<Self> {
        let child = start(command)?;
        let reach = pid(&child).map_or(Reach::Nothing, Reach::One);
        Ok(Self { child, reach })
    }

    /// Asks all of it to end, which leaves git the time to clean up, and then makes it.
    pub(crate) async fn end(&mut self) {
        self.signal(Signal::TERM);
        let _ = timeout(GRACE, self.child.wait()).await;
        self.signal(Signal::KILL);
        // Killed, it ends.
        let _ = self.child.wait().await;
        self.reach = Reach::Nothing;
    }

    fn signal(&self, signal: Signal) {
        // An error means that nothing is left to be ended.
        let _ = match self.reach {
            Reach::Group(id) => kill_process_group(id, signal),
            Reach::One(id) if self.child.id().is_some() => kill_process(id, signal),
            Reach::One(_) | Reach::Nothing => Ok(()),
        };
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // What has ended by itself may have left something behind; the number of a group is not given anew before all
        // of the group are gone.
        self.signal(Signal::KILL);
    }
}

fn start(command: Command) -> io::Result<Child> {
    tokio::process::Command::from(command)
        .kill_on_drop(true)
        .spawn()
}

fn pid(child: &Child) -> Option<Pid> {
    let id = child.id().and_then(|id| i32::try_from(id).ok())?;
    Pid::from_raw(id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    fn shell(text: &str) -> Command {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", text]).stdin(Stdio::null());
        command
    }

    const SOON: Duration = Duration::from_secs(20);

    #[tokio::test]
    async fn says_how_it_ended() {
        let ran = run(shell("echo a; echo b >&2; exit 3"), SOON, 10)
            .await
            .unwrap();
        assert_eq!(ran.status.code(), Some(3));
        assert_eq!(
            (ran.output.as_slice(), ran.words()),
            (&b"a\n"[..], "b\n".to_owned())
        );
        assert!(matches!(ran.good(), Err(RunError::Failed(_))));
    }

    #[tokio::test]
    async fn reads_what_it_is_given() {
        let much = vec![b'x'; 200_000];
        let all = run_in(Company::Own, shell("cat"), &much, (SOON, 200_000)).await;
        assert_eq!(all.unwrap().output, much);
        let none = run_in(Company::Callers, shell("exit 4"), &much, (SOON, 10)).await;
        assert_eq!(none.unwrap().status.code(), Some(4));
    }

    #[tokio::test]
    async fn ends_what_is_late_or_long_with_all_its_children() {
        let start = Instant::now();
        let late = run(shell("sleep 60 & sleep 60"), Duration::from_millis(100), 10).await;
        assert!(matches!(late, Err(RunError::Late(_))));
        let long = run(shell("yes & yes"), SOON, 10).await;
        assert!(matches!(long, Err(RunError::Long(10))));
        assert!(start.elapsed() < SOON);
    }
}

//! A program that is waited for, but not for ever, and heard, but not without end.

use std::io::{self, Read, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal};

/// How often a program that closed its output is asked whether it ended.
const EXIT_POLL: Duration = Duration::from_millis(2);
/// Bytes of standard error that are kept: a message for people.
const MAX_STDERR: u64 = 64 * 1024;

/// How far a program is trusted to end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    /// From start to end.
    pub(super) wait: Duration,
    /// Bytes of its standard output.
    pub(super) output: u64,
}

/// What a program left behind.
#[derive(Debug)]
pub(super) struct Finished {
    pub(super) status: ExitStatus,
    pub(super) stdout: Vec<u8>,
    pub(super) stderr: String,
}

/// Why a program did not finish.
#[derive(Debug)]
pub(super) enum Unfinished {
    /// It could not be started.
    NotStarted(io::Error),
    /// Reading what it wrote failed.
    Io(io::Error),
    /// It took too long, and was killed with all that it had started.
    Timeout,
    /// It wrote too much, likewise.
    TooMuch,
}

/// Runs a program with `input` as its standard input, or none.
pub(super) fn run(
    command: &mut Command,
    input: Option<Vec<u8>>,
    bounds: Bounds,
) -> Result<Finished, Unfinished> {
    let stdin = input.as_ref().map_or_else(Stdio::null, |_| Stdio::piped());
    let child = command
        .stdin(stdin)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        // A group of its own, so that what it starts is killed with it.
        .process_group(0)
        .spawn()
        .map_err(Unfinished::NotStarted)?;
    let mut child = Group(child);
    let result = attend(&mut child.0, input, bounds);
    // Dropped here at the latest: the group is gone before anybody hears of a failure.
    drop(child);
    result
}

/// Which of the two streams came to its end.
enum Stream {
    Stdout(io::Result<Vec<u8>>),
    Stderr(io::Result<Vec<u8>>),
}

fn attend(
    child: &mut Child,
    input: Option<Vec<u8>>,
    bounds: Bounds,
) -> Result<Finished, Unfinished> {
    let deadline = Instant::now() + bounds.wait;
    if let (Some(mut pipe), Some(bytes)) = (child.stdin.take(), input) {
        // A program that does not read to the end says why by its status.
        thread::spawn(move || drop(pipe.write_all(&bytes)));
    }
    let (sender, ends) = mpsc::channel();
    if let Some(pipe) = child.stdout.take() {
        let sender = sender.clone();
        thread::spawn(move || {
            sender.send(Stream::Stdout(capped(
                pipe,
                bounds.output.saturating_add(1),
            )))
        });
    }
    if let Some(mut pipe) = child.stderr.take() {
        thread::spawn(move || {
            let kept = capped(&mut pipe, MAX_STDERR);
            // Read on, so that a talkative program is not held up.
            let _ = io::copy(&mut pipe, &mut io::sink());
            sender.send(Stream::Stderr(kept))
        });
    }
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    loop {
        match ends.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(Stream::Stdout(bytes)) => stdout = bytes.map_err(Unfinished::Io)?,
            Ok(Stream::Stderr(bytes)) => stderr = bytes.map_err(Unfinished::Io)?,
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => return Err(Unfinished::Timeout),
        }
        if u64::try_from(stdout.len()).is_ok_and(|length| length > bounds.output) {
            return Err(Unfinished::TooMuch);
        }
    }
    Ok(Finished {
        status: exit(child, deadline)?,
        stdout,
        stderr: String::from_utf8_lossy(&stderr).trim().to_owned(),
    })
}

fn capped(pipe: impl Read, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    pipe.take(limit).read_to_end(&mut bytes).map(|_| bytes)
}

fn exit(child: &mut Child, deadline: Instant) -> Result<ExitStatus, Unfinished> {
    loop {
        if let Some(status) = child.try_wait().map_err(Unfinished::Io)? {
            return Ok(status);
        }
        if Instant::now() >= deadline {
            return Err(Unfinished::Timeout);
        }
        thread::sleep(EXIT_POLL);
    }
}

/// A program that does not outlive its handle.
struct Group(Child);

impl Drop for Group {
    fn drop(&mut self) {
        // Ended and waited for: its number may belong to another program by now.
        if matches!(self.0.try_wait(), Ok(Some(_))) {
            return;
        }
        if let Some(group) = i32::try_from(self.0.id()).ok().and_then(Pid::from_raw) {
            let _ = rustix::process::kill_process_group(group, Signal::KILL);
        }
        let _ = self.0.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str, bounds: Bounds) -> Result<Finished, Unfinished> {
        run(Command::new("sh").args(["-c", script]), None, bounds)
    }

    const BOUNDS: Bounds = Bounds {
        wait: Duration::from_secs(20),
        output: 1000,
    };

    #[test]
    fn it_is_heard() {
        let finished = shell("echo out; echo err >&2; exit 3", BOUNDS).unwrap();
        assert_eq!(finished.stdout, b"out\n");
        assert_eq!(finished.stderr, "err");
        assert_eq!(finished.status.code(), Some(3));
    }

    #[test]
    fn input_arrives_and_nothing_is_an_end() {
        let cat = |input| run(&mut Command::new("cat"), input, BOUNDS).unwrap().stdout;
        assert_eq!(cat(Some(b"text".to_vec())), b"text");
        assert_eq!(cat(None), b"");
    }

    #[test]
    fn it_is_not_waited_for_without_end() {
        let bounds = Bounds {
            wait: Duration::from_millis(200),
            ..BOUNDS
        };
        let started = Instant::now();
        // The child of the shell keeps the output open: it has to go, too.
        assert!(matches!(
            shell("sleep 30 & sleep 30", bounds),
            Err(Unfinished::Timeout)
        ));
        assert!(started.elapsed() < Duration::from_secs(10));
    }

    #[test]
    fn output_has_an_end() {
        assert!(matches!(shell("yes", BOUNDS), Err(Unfinished::TooMuch)));
        assert_eq!(
            shell("head -c 1000 /dev/zero", BOUNDS)
                .unwrap()
                .stdout
                .len(),
            1000
        );
    }

    #[test]
    fn what_is_not_there_is_not_started() {
        let run = run(&mut Command::new("/nonexistent"), None, BOUNDS);
        assert!(matches!(run, Err(Unfinished::NotStarted(_))));
    }
}

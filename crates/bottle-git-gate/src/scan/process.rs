//! A git that ends by the deadline, whatever it does.

use std::io::{self, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::error::ScanError;
use crate::base::Base;

/// Between two looks at whether git has ended, when its output has.
const PAUSE: Duration = Duration::from_millis(1);

/// A child that is killed at the deadline, and when this is dropped.
pub(super) struct Running {
    name: &'static str,
    child: Arc<Mutex<Child>>,
    deadline: Instant,
    /// Dropped, it ends the thread that waits for the deadline.
    _watch: Sender<()>,
}

/// The ends of the pipes to a child.
pub(super) struct Pipes {
    pub(super) input: ChildStdin,
    pub(super) output: ChildStdout,
}

impl Running {
    /// Starts git with pipes at both ends. The name is the subcommand, for messages.
    pub(super) fn piped(
        name: &'static str,
        mut command: Command,
        deadline: Instant,
    ) -> Result<(Self, Pipes), ScanError> {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(ScanError::Run)?;
        let (input, output) = (child.stdin.take(), child.stdout.take());
        let running = Self::watched(name, child, deadline)?;
        let (Some(input), Some(output)) = (input, output) else {
            return Err(ScanError::Run(io::ErrorKind::BrokenPipe.into()));
        };
        Ok((running, Pipes { input, output }))
    }

    /// Starts git with nothing or somebody else's output at its input.
    pub(super) fn reading(
        name: &'static str,
        mut command: Command,
        input: Stdio,
        deadline: Instant,
    ) -> Result<(Self, ChildStdout), ScanError> {
        let mut child = command
            .stdin(input)
            .stdout(Stdio::piped())
            .spawn()
            .map_err(ScanError::Run)?;
        let output = child.stdout.take();
        let running = Self::watched(name, child, deadline)?;
        let output = output.ok_or_else(|| ScanError::Run(io::ErrorKind::BrokenPipe.into()))?;
        Ok((running, output))
    }

    /// Starts git with `--stdin`, and gives it what it is to leave out with all that this leads to.
    pub(super) fn without(
        name: &'static str,
        mut command: Command,
        base: &Base,
        deadline: Instant,
    ) -> Result<(Self, ChildStdout), ScanError> {
        command.args(["--stdin", "--"]);
        let (running, Pipes { mut input, output }) = Self::piped(name, command, deadline)?;
        // It reads all of it before it prints anything.
        let given = input.write_all(&base.lines("^"));
        given.map_err(|_| running.failure())?;
        Ok((running, output))
    }

    fn watched(name: &'static str, child: Child, deadline: Instant) -> Result<Self, ScanError> {
        let child = Arc::new(Mutex::new(child));
        let (watch, ended) = mpsc::channel();
        let watched = Arc::clone(&child);
        let spawned = thread::Builder::new().spawn(move || {
            let left = deadline.saturating_duration_since(Instant::now());
            if ended.recv_timeout(left) == Err(RecvTimeoutError::Timeout) {
                // It may have ended by itself.
                let _ = lock(&watched).kill();
            }
        });
        let running = Self {
            name,
            child,
            deadline,
            _watch: watch,
        };
        spawned.map(|_| running).map_err(ScanError::Run)
    }

    /// Waits for its end, which must be a good one. Its output has been read to the end.
    pub(super) fn finish(self) -> Result<(), ScanError> {
        loop {
            let ended = lock(&self.child).try_wait().map_err(ScanError::Run)?;
            if let Some(status) = ended {
                return self.judge(status.success());
            }
            if Instant::now() >= self.deadline {
                return Err(ScanError::Time);
            }
            thread::sleep(PAUSE);
        }
    }

    fn judge(&self, is_success: bool) -> Result<(), ScanError> {
        if is_success {
            Ok(())
        } else {
            Err(self.failure())
        }
    }

    /// When it must have ended.
    pub(super) const fn deadline(&self) -> Instant {
        self.deadline
    }

    /// What the end of its output before its time means.
    pub(super) fn failure(&self) -> ScanError {
        if Instant::now() >= self.deadline {
            ScanError::Time
        } else {
            ScanError::Git(self.name)
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let mut child = lock(&self.child);
        // It has ended, or nobody wants its output any more.
        let _ = child.kill();
        let _ = child.wait();
    }
}

fn lock(child: &Mutex<Child>) -> MutexGuard<'_, Child> {
    child.lock().unwrap_or_else(PoisonError::into_inner)
}

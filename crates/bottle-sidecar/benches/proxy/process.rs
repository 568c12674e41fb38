//! A proxy as a child process that never outlives the bench.

use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use anyhow::{Context as _, Result, bail};
use rustix::process::{Pid, Signal, kill_process};

use crate::limits::{LAST_LINES, LAST_WORD, START_CHECK, START_TIMEOUT, STOP_TIMEOUT};

/// A running proxy.
pub(crate) struct Process {
    child: Child,
    errors: PathBuf,
}

impl Process {
    /// Starts `command`; what it prints goes to files in `folder`.
    pub(crate) fn spawn(mut command: Command, folder: &Path) -> Result<Self> {
        let errors = folder.join("stderr");
        let child = command
            .stdin(Stdio::null())
            .stdout(File::create(folder.join("stdout"))?)
            .stderr(File::create(&errors)?)
            .spawn()
            .with_context(|| format!("cannot start {}", command.get_program().display()))?;
        Ok(Self { child, errors })
    }

    /// Its number.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Where it says that it listens: behind `mark` on its standard error.
    pub(crate) fn announced(&mut self, mark: &str) -> Result<SocketAddr> {
        self.wait_for(|process| {
            let text = fs::read_to_string(&process.errors).ok()?;
            let (_, rest) = text.split_once(mark)?;
            let (address, _) = rest.split_once('\n')?;
            address.trim().parse().ok()
        })
    }

    /// Waits until somebody accepts connections at `address`.
    pub(crate) fn listens(&mut self, address: SocketAddr) -> Result<()> {
        self.wait_for(|_| TcpStream::connect_timeout(&address, START_TIMEOUT).ok())?;
        Ok(())
    }

    fn wait_for<T>(&mut self, look: impl Fn(&Self) -> Option<T>) -> Result<T> {
        let begun = Instant::now();
        loop {
            if let Some(seen) = look(self) {
                return Ok(seen);
            }
            let has_ended = self.child.try_wait()?.is_some();
            if has_ended || begun.elapsed() > START_TIMEOUT {
                bail!("does not listen; {}", self.state());
            }
            std::thread::sleep(START_CHECK);
        }
    }

    /// Whether it still runs, how it ended if not, and the last of what it said on standard error.
    pub(crate) fn state(&mut self) -> String {
        let status = match self.child.try_wait() {
            Ok(None) => "the proxy still runs".to_owned(),
            Ok(Some(status)) => format!("the proxy ended ({status})"),
            Err(error) => error.to_string(),
        };
        let said = fs::read_to_string(&self.errors).unwrap_or_default();
        let said: Vec<_> = said.lines().rev().take(LAST_LINES).collect();
        said.iter()
            .rev()
            .fold(status, |text, line| text + "\n" + line)
    }

    /// Asks it to stop and waits for that; kills it when it does not.
    pub(crate) fn stop(mut self) -> Result<()> {
        kill_process(Pid::from_child(&self.child), Signal::TERM)?;
        let begun = Instant::now();
        while self.child.try_wait()?.is_none() && begun.elapsed() < STOP_TIMEOUT {
            std::thread::sleep(START_CHECK);
        }
        Ok(())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            // Asked first: helpers of a proxy end with it then.
            let _ = kill_process(Pid::from_child(&self.child), Signal::TERM);
            std::thread::sleep(LAST_WORD);
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// An address on loopback at which nobody listens, for a proxy that must be told one.
pub(crate) fn free_address() -> Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    Ok(listener.local_addr()?)
}

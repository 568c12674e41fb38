//! This process's terminal.

use std::io;
use std::os::fd::OwnedFd;

use bottle_run::backend::BackendError;
use rustix::fs::{Mode, OFlags};
use rustix::termios::{OptionalActions, Termios, isatty, tcgetattr, tcgetwinsize, tcsetattr};
use tokio::net::unix::pipe::{Receiver, Sender};

use crate::error::other;

/// The terminal in raw mode: every byte goes through, Ctrl-C too. Given back as it was when dropped.
///
/// It is opened anew, so that making it non-blocking does not change what the shell has open.
pub(super) struct Tty {
    raw: Raw,
    /// What is typed.
    pub(super) typed: Receiver,
    /// What is shown.
    pub(super) screen: Sender,
}

/// Gives the terminal back.
pub(super) struct Raw {
    terminal: OwnedFd,
    before: Termios,
}

impl Tty {
    /// Takes the terminal over.
    pub(super) fn open() -> Result<Self, BackendError> {
        if !isatty(io::stdin()) {
            return Err(BackendError::NoTerminal);
        }
        Self::take().map_err(other("take the terminal over"))
    }

    fn take() -> io::Result<Self> {
        // The runtime's pipes are any file that can be waited for, when they are not checked.
        let typed = Receiver::from_owned_fd_unchecked(terminal(OFlags::RDONLY)?)?;
        let screen = Sender::from_owned_fd_unchecked(terminal(OFlags::WRONLY)?)?;
        Ok(Self {
            raw: Raw::set(terminal(OFlags::RDWR)?)?,
            typed,
            screen,
        })
    }

    /// Rows and columns.
    pub(super) fn size(&self) -> io::Result<(u16, u16)> {
        self.raw.size()
    }

    /// Its three parts, to be used side by side.
    pub(super) fn split(self) -> (Raw, Receiver, Sender) {
        let Self { raw, typed, screen } = self;
        (raw, typed, screen)
    }
}

fn terminal(access: OFlags) -> io::Result<OwnedFd> {
    let flags = access | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    Ok(rustix::fs::open("/dev/tty", flags, Mode::empty())?)
}

impl Raw {
    fn set(terminal: OwnedFd) -> io::Result<Self> {
        let before = tcgetattr(&terminal)?;
        let mut raw = before.clone();
        raw.make_raw();
        tcsetattr(&terminal, OptionalActions::Now, &raw)?;
        Ok(Self { terminal, before })
    }

    /// Rows and columns.
    pub(super) fn size(&self) -> io::Result<(u16, u16)> {
        let size = tcgetwinsize(&self.terminal)?;
        Ok((size.ws_row, size.ws_col))
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        // Nobody could be told.
        let _ = tcsetattr(&self.terminal, OptionalActions::Now, &self.before);
    }
}

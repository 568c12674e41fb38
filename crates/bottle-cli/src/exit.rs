//! Exit codes, which are part of what we promise (`docs/exit-codes.md`).

use std::process::ExitCode;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// It did what it was asked to.
    Fine,
    /// The answer is no: a check failed, a request is refused, a row of the demo is wrong, the operator declined.
    No,
    /// A manifest or the call itself is invalid.
    Invalid,
    /// The bottle could not be started or torn down.
    Failed,
    /// Ctrl-C, SIGTERM or a closed terminal.
    Interrupted,
    /// The command inside the bottle ended with this code.
    Inner(u8),
}

impl Exit {
    /// The number that the shell sees.
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Fine => 0,
            Self::No => 1,
            Self::Invalid => 2,
            Self::Failed => 125,
            Self::Interrupted => 130,
            Self::Inner(code) => code,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

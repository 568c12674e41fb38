//! A command to run in a container.

use std::time::Duration;

use bottle_core::{EnvName, Secret};

use super::Target;

/// The most that a captured command may write to either stream, in bytes: protects our memory from the inside.
pub const CAPTURE_LIMIT: usize = 8 * 1024 * 1024;

/// Where the streams of a command lead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExecIo {
    /// Bytes in, bytes out: the answer holds both streams, each at most [`CAPTURE_LIMIT`].
    Capture {
        /// All of its standard input, which then ends.
        stdin: Vec<u8>,
    },
    /// Without a terminal: this process's standard input is passed on until its end,
    /// both outputs are written through as they come.
    Inherit,
    /// With a terminal of its own, joined to this process's: raw mode, window size and its changes.
    Terminal,
}

/// A command to run in a container.
#[derive(Debug, Clone)]
pub struct ExecRequest {
    /// The container.
    pub target: Target,
    /// The program and its arguments; no shell is involved.
    pub argv: Vec<String>,
    /// What its environment has beyond the container's. Reaches this process alone, not the container's configuration.
    pub env: Vec<(EnvName, Secret)>,
    /// Where its streams lead.
    pub io: ExecIo,
    /// How long it may take; `None` for a session, which ends when it ends.
    pub timeout: Option<Duration>,
}

/// How a command ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExecOutcome {
    /// Its exit code; what does not fit (an engine says `-1` when it does not know) is 255.
    pub code: u8,
    /// Its standard output when captured, else empty.
    pub stdout: Vec<u8>,
    /// Its standard error when captured, else empty.
    pub stderr: Vec<u8>,
}

//! What the gate is started with.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;

use crate::hook_program::HookProgram;
use crate::limits::GateLimits;

/// What the gate is started with.
#[derive(Debug, Clone)]
pub struct GateSettings {
    /// Where to listen.
    pub listen: SocketAddr,
    /// The folder with `git-gate.yaml` and perhaps `releases.yaml`.
    pub config_dir: PathBuf,
    /// The folder into which keys are put; gone with the container.
    pub run_dir: PathBuf,
    /// The folder in which mirrors are kept.
    pub data_dir: PathBuf,
    /// What plays the hooks.
    pub program: HookProgram,
    /// Where git and ssh are, as `PATH` has it.
    pub path: OsString,
    /// The bottle that is served, for messages and the log.
    pub identity: Option<String>,
    /// What a connection may take, and all mirrors together.
    pub limits: GateLimits,
}

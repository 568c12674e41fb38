//! Bringing a project up.

use std::path::PathBuf;
use std::time::Duration;

use bottle_core::Identity;

/// Where a project lies on the host, for the labels that `docker compose` looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpOptions {
    /// Whose project it is.
    pub identity: Identity,
    /// The folder of the compose file, absolute.
    pub working_dir: PathBuf,
    /// The compose file, absolute.
    pub config_file: PathBuf,
}

/// Services to wait for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadyRequest {
    /// Whose services.
    pub identity: Identity,
    /// Their names in the compose file.
    pub services: Vec<String>,
    /// How long to wait for all of them together.
    pub timeout: Duration,
}

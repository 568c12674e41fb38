//! Why the demo could not be given.

use std::io;

use bottle_core::{LoadError, PlanError, SecretError};
use bottle_demo::DemoRootError;
use bottle_run::backend::BackendError;
use bottle_run::{PrepareError, RunError};
use bottle_state::StateError;
use ipnet::Ipv4Net;

/// Why the demo could not be given.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DemoError {
    /// The operator wanted to end.
    #[error("interrupted")]
    Interrupted,
    /// The bottle could not be started.
    #[error(transparent)]
    Run(RunError),
    /// The bottle could not be prepared.
    #[error(transparent)]
    Prepare(#[from] PrepareError),
    /// The engine could not.
    #[error(transparent)]
    Backend(#[from] BackendError),
    /// The state could not be read or written.
    #[error(transparent)]
    State(#[from] StateError),
    /// The demo's own manifests are wrong.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The demo's own manifests are wrong.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The pretend internet has no authority.
    #[error(transparent)]
    Root(#[from] DemoRootError),
    /// The pretend forge has no key.
    #[error("could not make a key for the pretend forge")]
    Key(#[from] bottle_demo::SshKeyError),
    /// The remotes of the demo's bottle cannot be served.
    #[error(transparent)]
    GitKeys(#[from] bottle_run::GitKeysError),
    /// A token cannot be handed over.
    #[error("the demo's token cannot be used")]
    Secret(#[from] SecretError),
    /// There is no randomness.
    #[error("the system gives no randomness")]
    Entropy(#[from] getrandom::Error),
    /// The temporary folder, a socket or a signal.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// A program of the demo did not do its part.
    #[error("`{program}` ended with code {code}: {stderr}")]
    Program {
        /// Which.
        program: String,
        /// Its exit code.
        code: u8,
        /// What it said.
        stderr: String,
    },
    /// A program of the demo answered something else.
    #[error("an answer of the demo's own program cannot be read")]
    Answer(#[from] serde_json::Error),
    /// A name of the demo's own is none.
    #[error("a name of the demo is not valid: {0}")]
    Name(String),
    /// All addresses for documentation are in use on this machine.
    #[error("no part of {0} is free for the pretend internet")]
    NoSubnet(Ipv4Net),
}

impl From<RunError> for DemoError {
    fn from(error: RunError) -> Self {
        match error {
            RunError::Interrupted => Self::Interrupted,
            error => Self::Run(error),
        }
    }
}

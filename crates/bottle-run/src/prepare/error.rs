//! Why a bottle could not be prepared.

use std::path::PathBuf;

use bottle_core::{Identity, ImageRef};
use bottle_state::StateError;

use crate::artefact::ArtefactError;
use crate::authorities::AuthoritiesError;
use crate::backend::BackendError;
use crate::carried::{NoRuntime, NotYet};
use crate::entrance::Mounting;
use crate::entropy::EntropyError;
use crate::exposed::Exposed;
use crate::git::GitKeysError;
use crate::images::ImageError;
use crate::values::ValuesError;
use crate::workspace::{MountError, WorkspaceError};

/// Why a bottle could not be prepared. Nothing is left behind.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PrepareError {
    /// The engine is not there, or did not answer.
    #[error(transparent)]
    Backend(#[from] BackendError),
    /// The agent's image is not there. Nothing is pulled behind the operator's back.
    #[error("the engine has no image `{image}`: {how}")]
    NoImage {
        /// The image.
        image: ImageRef,
        /// The command that brings it.
        how: String,
    },
    /// The agent's image cannot be built.
    #[error(transparent)]
    Image(#[from] ImageError),
    /// The scanner's image is not there.
    #[error(
        "the engine has no image `{image}`, which `pipelock.image` names; `docker pull {image}` brings it"
    )]
    NoScanner {
        /// The image.
        image: ImageRef,
    },
    /// The image that git-gate runs in is not there.
    #[error("the engine has no image `{image}`, which git-gate runs in: {how}")]
    NoGitGate {
        /// The image.
        image: ImageRef,
        /// The command that makes it.
        how: String,
    },
    /// Remotes cannot be served.
    #[error(transparent)]
    GitKeys(#[from] GitKeysError),
    /// There is nothing to resume.
    #[error("nothing is kept of {identity}: `bottle list` shows what is")]
    NothingKept {
        /// The bottle.
        identity: Identity,
    },
    /// The bottle that is to be resumed was not taken down.
    #[error(
        "{identity} was not taken down: `bottle stop {identity}` does that and keeps its folder"
    )]
    StillThere {
        /// The bottle.
        identity: Identity,
    },
    /// The manifest asks for what cannot be carried out yet.
    #[error(transparent)]
    NotYet(#[from] NotYet),
    /// The engine does not have the runtime.
    #[error(transparent)]
    NoRuntime(#[from] NoRuntime),
    /// The operator's folder is not where it was.
    #[error("{} is gone, or a link leads elsewhere: nothing is shown to the agent in its place", .cwd.display())]
    Elsewhere {
        /// The folder.
        cwd: PathBuf,
    },
    /// The operator's folder is mounted in another bottle.
    #[error(transparent)]
    Mounting(#[from] Mounting),
    /// The operator's folder cannot be taken for one bottle.
    #[error("cannot lock {}", .cwd.display())]
    Claim {
        /// The folder.
        cwd: PathBuf,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
    /// The operator's folder cannot be mounted.
    #[error(transparent)]
    Mount(#[from] MountError),
    /// The operator's repository cannot be cloned.
    #[error(transparent)]
    Workspace(#[from] WorkspaceError),
    /// The operator's folder may not get in.
    #[error(transparent)]
    Exposed(#[from] Exposed),
    /// Values are missing.
    #[error(transparent)]
    Values(#[from] ValuesError),
    /// The state folder could not be written.
    #[error(transparent)]
    State(#[from] StateError),
    /// No randomness.
    #[error(transparent)]
    Entropy(#[from] EntropyError),
    /// No authorities.
    #[error(transparent)]
    Authorities(#[from] AuthoritiesError),
    /// A policy file could not be rendered.
    #[error(transparent)]
    Artefact(#[from] ArtefactError),
    /// A credential cannot be written down for the sidecars.
    #[error("a credential cannot be handed over")]
    Handover(#[from] bottle_core::SecretError),
}

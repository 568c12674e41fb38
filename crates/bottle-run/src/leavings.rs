//! What the agent leaves in its container that a resumed bottle begins with: its conversation, and its copy of the folder.

use std::io::{Seek as _, SeekFrom};

use bottle_compose::WORKSPACE;
use bottle_core::{Identity, Workspace};
use bottle_state::{Access, Folder, Metadata, RelativePath, StateError};

use crate::backend::{Backend, BackendError, DownloadRequest, Target};
use crate::launch::AGENT;
use crate::pack::COPY_LIMIT;
use crate::transcript::{self, TranscriptError};

/// The copy of the operator's folder as the agent left it.
pub(crate) const COPY: RelativePath = RelativePath::constant("workspace.tar");

/// Why something that the agent leaves could not be saved.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LeavingsError {
    /// The engine could not.
    #[error(transparent)]
    Backend(#[from] BackendError),
    /// It could not be written.
    #[error(transparent)]
    State(#[from] StateError),
    /// The conversation could not be taken out of its archive.
    #[error(transparent)]
    Transcript(#[from] TranscriptError),
    /// The engine's client panicked.
    #[error("the engine's client panicked")]
    Panicked,
    /// There is no room for it while it is looked at.
    #[error("there is no room for a temporary file")]
    Room(#[source] std::io::Error),
}

/// What there is to be saved of one bottle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Leavings {
    target: Target,
    transcript: Option<String>,
    has_copy: bool,
}

impl Leavings {
    /// Of a bottle that this is remembered of; `None` when it leaves nothing.
    pub(crate) fn of(identity: &Identity, metadata: &Metadata) -> Option<Self> {
        // Before that, what is there is less than what an earlier run left.
        if !metadata.provisioned {
            return None;
        }
        let leavings = Self {
            target: Target::new(identity, AGENT),
            transcript: metadata.transcript.clone(),
            has_copy: metadata.workspace == Workspace::Copy,
        };
        (leavings.has_copy || leavings.transcript.is_some()).then_some(leavings)
    }

    /// Saves each; what cannot be saved does not keep the other from being.
    pub(crate) async fn save<B: Backend>(&self, backend: &B, state: &Folder) -> Vec<LeavingsError> {
        let mut errors = Vec::new();
        if let Some(path) = &self.transcript {
            errors.extend(self.save_transcript(backend, state, path).await.err());
        }
        if self.has_copy {
            errors.extend(self.save_copy(backend, state).await.err());
        }
        errors
    }

    async fn save_transcript<B: Backend>(
        &self,
        backend: &B,
        state: &Folder,
        path: &str,
    ) -> Result<(), LeavingsError> {
        let mut archive = tempfile::tempfile().map_err(LeavingsError::Room)?;
        let into = archive.try_clone().map_err(LeavingsError::Room)?;
        let request = self.request(path, transcript::LIMIT);
        if backend.download(&request, into).await? {
            archive
                .seek(SeekFrom::Start(0))
                .map_err(LeavingsError::Room)?;
            transcript::save(archive, state)?;
        }
        Ok(())
    }

    async fn save_copy<B: Backend>(
        &self,
        backend: &B,
        state: &Folder,
    ) -> Result<(), LeavingsError> {
        let staged = state.begin(&COPY, Access::Private)?;
        let request = self.request(WORKSPACE, COPY_LIMIT);
        if backend.download(&request, staged.file()?).await? {
            staged.commit()?;
        }
        Ok(())
    }

    fn request(&self, path: &str, limit: u64) -> DownloadRequest {
        DownloadRequest {
            target: self.target.clone(),
            path: path.to_owned(),
            limit,
        }
    }
}

//! What the agent finds in its container: its home, the operator's folder, its earlier conversation.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::os::fd::OwnedFd;
use std::thread;

use bottle_compose::WORKSPACE;
use bottle_core::Workspace;
use bottle_state::StateError;

use crate::Prepared;
use crate::agent_home::{AgentHome, Origin, PASSWD, PASSWD_LIMIT};
use crate::backend::{Archive, Backend, DownloadRequest, Target, UploadRequest};
use crate::journal::{Journal, Step};
use crate::launch::AGENT;
use crate::leavings::COPY;
use crate::pack::{PackError, pack};
use crate::prepare::AGENT_USER;
use crate::run::RunError;
use crate::stop::Stop;
use crate::transcript;

/// Fills the agent's container, once it runs.
pub(crate) struct Provision<'l, 's, 'a, B> {
    pub(crate) prepared: &'l Prepared,
    pub(crate) backend: &'l B,
    pub(crate) stop: &'s mut Stop<'a>,
    pub(crate) journal: &'s mut Journal<'a>,
}

impl<B: Backend> Provision<'_, '_, '_, B> {
    /// All of it. Answers the home that the session has to be told, if any.
    pub(crate) async fn all(&mut self) -> Result<Option<String>, RunError> {
        let home = self.home().await?;
        self.workspace().await?;
        if let Some(home) = &home {
            self.transcript(home).await?;
        }
        self.done(home.as_ref())?;
        Ok(home
            .filter(|home| home.origin == Origin::Made)
            .map(|home| home.path))
    }

    /// The home of whom the agent runs as, where it matters: made when the image has none.
    async fn home(&mut self) -> Result<Option<AgentHome>, RunError> {
        let user = self.prepared.agent_user;
        let keeps_none = self.prepared.plan.provider.preset().transcript.is_none();
        if keeps_none && user == AGENT_USER {
            return Ok(None);
        }
        let home = AgentHome::find(&self.passwd().await?, user);
        if home.origin == Origin::Made {
            self.make_home(&home.path).await?;
        }
        Ok(Some(home))
    }

    async fn make_home(&mut self, path: &str) -> Result<(), RunError> {
        let (name, user) = (path.trim_start_matches('/'), self.prepared.agent_user);
        let archive = transcript::empty_folder(name, user).map_err(RunError::Archive)?;
        self.upload("/", Archive::Bytes(archive)).await
    }

    /// Notes that all is there, and where, for whoever saves it or comes in later.
    fn done(&self, home: Option<&AgentHome>) -> Result<(), StateError> {
        let Prepared { plan, state, .. } = self.prepared;
        if home.is_none() && plan.workspace != Workspace::Copy {
            return Ok(());
        }
        let folder = plan.provider.preset().transcript;
        state.dir().change_metadata(|metadata| {
            metadata.agent_home = home.map(|home| home.path.clone());
            metadata.transcript = home
                .zip(folder)
                .map(|(home, folder)| format!("{}/{folder}", home.path));
            metadata.provisioned = true;
        })
    }

    /// The image's list of users; empty when it has none.
    async fn passwd(&mut self) -> Result<String, RunError> {
        let mut archive = tempfile::tempfile().map_err(RunError::Archive)?;
        let into = archive.try_clone().map_err(RunError::Archive)?;
        let request = DownloadRequest {
            target: self.target(),
            path: PASSWD.to_owned(),
            limit: PASSWD_LIMIT,
        };
        if !self
            .stop
            .race(self.backend.download(&request, into))
            .await??
        {
            return Ok(String::new());
        }
        archive
            .seek(SeekFrom::Start(0))
            .map_err(RunError::Archive)?;
        first_file(archive).map_err(RunError::Archive)
    }

    /// Copies the operator's folder in, or what an earlier run left of its copy.
    async fn workspace(&mut self) -> Result<(), RunError> {
        if self.prepared.plan.workspace != Workspace::Copy {
            return Ok(());
        }
        self.journal.begin(Step::Workspace);
        let kept = if self.prepared.is_resumed() {
            self.prepared.state.dir().folder().open_file(&COPY)?
        } else {
            None
        };
        match kept {
            Some(kept) => self.upload("/", Archive::File(kept)).await,
            None => self.copy().await,
        }
    }

    /// Packs the folder on a thread of its own while the engine unpacks it.
    async fn copy(&mut self) -> Result<(), RunError> {
        let (reader, writer) = io::pipe().map_err(RunError::Archive)?;
        let folder = self.prepared.metadata.cwd.clone();
        let (name, user) = (WORKSPACE.trim_start_matches('/'), self.prepared.agent_user);
        let packing = thread::spawn(move || pack(&folder, name, user, writer));
        let archive = Archive::File(File::from(OwnedFd::from(reader)));
        let unpacked = self.upload("/", archive).await;
        let packed = packing
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        match (packed, unpacked) {
            // The reader has gone: it says why.
            (Err(PackError::Write(_)), Err(error)) => Err(error),
            (Err(error), _) => Err(error.into()),
            (Ok(()), unpacked) => unpacked,
        }
    }

    /// Brings the conversation back that an earlier run left.
    async fn transcript(&mut self, home: &AgentHome) -> Result<(), RunError> {
        let Some(folder) = self.prepared.plan.provider.preset().transcript else {
            return Ok(());
        };
        let state = self.prepared.state.dir().folder();
        let archive = transcript::load(state, folder, self.prepared.agent_user)?;
        let Some(archive) = archive else {
            return Ok(());
        };
        self.journal.begin(Step::Transcript);
        match self
            .upload(&home.path, Archive::Bytes(archive.clone()))
            .await
        {
            // An image may name a home that it does not have.
            Err(RunError::Backend(_)) => {
                self.make_home(&home.path).await?;
                self.upload(&home.path, Archive::Bytes(archive)).await
            }
            uploaded => uploaded,
        }
    }

    async fn upload(&mut self, folder: &str, archive: Archive) -> Result<(), RunError> {
        let request = UploadRequest {
            target: self.target(),
            folder: folder.to_owned(),
            archive,
        };
        self.stop.race(self.backend.upload(request)).await??;
        Ok(())
    }

    fn target(&self) -> Target {
        Target::new(&self.prepared.identity, AGENT)
    }
}

/// The text of the first file of an archive, as far as it is text.
fn first_file(archive: File) -> io::Result<String> {
    let mut archive = tar::Archive::new(archive);
    let mut bytes = Vec::new();
    if let Some(entry) = archive.entries()?.next() {
        entry?.take(PASSWD_LIMIT).read_to_end(&mut bytes)?;
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

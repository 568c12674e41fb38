//! What a hook needs to know about its push.

use std::path::PathBuf;

use bottle_core::{PushPolicy, RemoteName, SshUrl};
use serde::{Deserialize, Serialize};

use crate::folders::Folders;
use crate::git::{Git, Surroundings};
use crate::handed::Handed;
use crate::refusal::{Code, Refusal};
use crate::upstream::Upstream;

/// What the service tells the hooks of one push. No key is in it, and no value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Task {
    pub(crate) remote: RemoteName,
    pub(crate) upstream: SshUrl,
    pub(crate) push: PushPolicy,
    /// The full name of the upstream's default branch.
    pub(crate) head: Option<String>,
    pub(crate) config_dir: PathBuf,
    pub(crate) run_dir: PathBuf,
    pub(crate) data_dir: PathBuf,
    /// `PATH` of git.
    pub(crate) path: String,
    /// When the upstream was asked what it has, in seconds since 1970.
    pub(crate) asked: u64,
    /// The socket of the login that the push shares.
    pub(crate) login: Option<PathBuf>,
    /// Where the hooks report.
    pub(crate) report: PathBuf,
    /// Where they note what the scan left out.
    pub(crate) base: PathBuf,
    /// The bottle that pushes.
    pub(crate) identity: Option<String>,
}

impl Task {
    /// Reads what the service wrote.
    pub(super) fn read(text: Option<&str>) -> Result<Self, Refusal> {
        let text =
            text.ok_or_else(|| Refusal::new(Code::FailClosed, "hooks are run by the gate alone"))?;
        serde_json::from_str(text).map_err(|error| Refusal::broken(&error))
    }

    /// Where everything is.
    pub(super) fn folders(&self) -> Folders {
        Folders::new(&self.run_dir, &self.data_dir)
    }

    /// Git in the mirror.
    pub(super) fn git(&self) -> Git {
        let folders = self.folders();
        let surroundings = Surroundings {
            path: self.path.clone().into(),
            home: folders.home(),
        };
        Git::new(&surroundings, &folders.mirror(&self.remote))
    }

    /// The upstream, of which the service has written key and host.
    pub(super) fn upstream(&self) -> Upstream {
        Upstream::new(&self.folders(), &self.remote, &self.upstream).through(self.login.clone())
    }

    /// What the host handed over.
    pub(super) fn handed(&self) -> Result<Handed, Refusal> {
        Handed::read(&self.run_dir).map_err(|error| Refusal::broken(&error))
    }
}

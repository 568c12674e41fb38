//! What a bottle's checkout and the repository beside it are asked for.

use std::fs;
use std::path::{Path, PathBuf};

use super::git::{COPY_WAIT, Git};
use super::scratch::Scratch;
use super::snapshot::Snapshot;
use super::{Changes, WorkspaceError};

/// The checkout, in the state folder. The agent's to write.
const WORKSPACE: &str = "workspace";
/// The repository beside it, in the state folder. Never mounted.
const BASE_GIT: &str = "base.git";
/// The commit that the checkout began at, in the repository beside it.
pub(super) const BASE_REF: &str = "refs/heads/base";
/// What the files looked like when they were checked out, in the repository beside it.
const REMEMBERED: &str = "checked-out.index";

/// The checkout of a bottle and the bare repository beside it.
///
/// The agent may have written anything into the checkout, its `.git` above all. So git never reads that: every answer
/// comes from the repository beside it, which the agent never saw, and from files that were read without following a
/// link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Worktree {
    state: PathBuf,
    workspace: PathBuf,
    base_git: PathBuf,
}

impl Worktree {
    /// The checkout in a state folder.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub fn open(state: &Path) -> Result<Self, WorkspaceError> {
        let worktree = Self::at(state);
        let is_folder = |path: &Path| fs::symlink_metadata(path).is_ok_and(|facts| facts.is_dir());
        if is_folder(&worktree.workspace) && worktree.remembered().is_file() {
            Ok(worktree)
        } else {
            Err(WorkspaceError::NoCheckout {
                state: state.to_owned(),
            })
        }
    }

    /// Whether a state folder has a checkout, or what is left of one.
    pub fn is_in(state: &Path) -> bool {
        state.join(BASE_GIT).symlink_metadata().is_ok()
    }

    pub(super) fn at(state: &Path) -> Self {
        Self {
            state: state.to_owned(),
            workspace: state.join(WORKSPACE),
            base_git: state.join(BASE_GIT),
        }
    }

    /// The folder to be mounted.
    pub fn workspace(&self) -> &Path {
        &self.workspace
    }

    pub(super) fn base_git(&self) -> &Path {
        &self.base_git
    }

    /// The commit that the checkout began at, in full.
    ///
    /// # Errors
    ///
    /// When git cannot read it.
    pub fn base(&self) -> Result<String, WorkspaceError> {
        self.git()
            .args(["rev-parse", "--verify", "--quiet", BASE_REF])
            .line("read the base commit")
    }

    /// What the checkout has beyond the base commit: committed, uncommitted and new files alike. Files that its
    /// `.gitignore` names are not looked at, nor is what lies in submodules and other repositories inside.
    ///
    /// The files are read now; the answer does not change when the agent goes on.
    ///
    /// # Errors
    ///
    /// When a changed file or the number of them is over the limit, or git or the operating system refuses.
    pub fn changes(&self) -> Result<Changes, WorkspaceError> {
        Changes::new(self, Snapshot::take(self)?)
    }

    /// Git in the repository beside the checkout.
    pub(super) fn git(&self) -> Git {
        Git::sealed(&self.base_git)
    }

    /// Git with files beside it. How they are converted (line ends, encodings) is what the base commit says: attributes of
    /// the agent's have no say in how its work is seen, and cannot make git stumble over it.
    pub(super) fn git_with(&self, files: &Path, index: &Path) -> Git {
        self.git()
            .with_files(files, index)
            .env("GIT_ATTR_SOURCE", BASE_REF)
    }

    pub(super) fn scratch(&self) -> Result<Scratch, WorkspaceError> {
        Scratch::new(&self.state)
    }

    fn remembered(&self) -> PathBuf {
        self.base_git.join(REMEMBERED)
    }

    /// Notes what the files look like, so that those that were not touched need not be read again.
    pub(super) fn remember_files(&self) -> Result<(), WorkspaceError> {
        let git = || self.git_with(&self.workspace, &self.remembered());
        git()
            .args(["read-tree", BASE_REF])
            .run("read the base commit")?;
        // Its code says whether a file differs, which is the case for some that the checkout itself converts.
        git()
            .args(["update-index", "-q", "--really-refresh"])
            .wait(COPY_WAIT)
            .ask("note the files")?;
        Ok(())
    }

    /// A copy of what was noted: each look at the files has its own.
    pub(super) fn copy_index(&self, to: &Path) -> Result<(), WorkspaceError> {
        fs::copy(self.remembered(), to)
            .map(drop)
            .map_err(WorkspaceError::io("copy to", to))
    }
}

//! A checkout of its own for a bottle.

use std::fs;
use std::path::{Path, PathBuf};

use bottle_core::Identity;
use bottle_state::Owner;

use super::beneath::Beneath;
use super::git::{COPY_WAIT, Git};
use super::worktree::{BASE_REF, Worktree};
use super::{Source, WorkspaceError};

/// What was checked out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkout {
    /// The folder to be mounted.
    pub workspace: PathBuf,
    /// The branch that is checked out there.
    pub branch: String,
    /// The commit it begins at, in full.
    pub base: String,
}

impl Source {
    /// Makes a checkout of its own for a bottle in its state folder: the history of the current commit and its tags, on a
    /// new branch `bottle/<identity>`, without remotes; and beside it the bare repository that [`Worktree`] works from.
    /// With an owner it is given to him, which only root may do.
    ///
    /// What git copies goes through its transport, so nothing in the checkout is a file or a link of the operator's own
    /// repository. Submodules stay empty, filters (LFS) are not run.
    ///
    /// # Errors
    ///
    /// When git or the operating system refuses; what was made is removed again.
    pub fn check_out(
        &self,
        state: &Path,
        identity: &Identity,
        owner: Option<Owner>,
    ) -> Result<Checkout, WorkspaceError> {
        let worktree = Worktree::at(state);
        make_folder(worktree.workspace())?;
        let made =
            make_folder(worktree.base_git()).and_then(|()| self.fill(&worktree, identity, owner));
        if made.is_err() {
            // The first error is the one that counts; what stays goes with the state folder.
            for folder in [worktree.workspace(), worktree.base_git()] {
                let _ = fs::remove_dir_all(folder);
            }
        }
        made
    }

    fn fill(
        &self,
        worktree: &Worktree,
        identity: &Identity,
        owner: Option<Owner>,
    ) -> Result<Checkout, WorkspaceError> {
        let branch = branch(identity);
        let format = Git::of_operator(&self.root)
            .args(["rev-parse", "--show-object-format"])
            .line("read the format of the repository")?;
        self.fill_workspace(worktree, &branch, &format)?;
        let base = fill_base(worktree, &branch, &format)?;
        if let Some(Owner { uid, gid }) = owner {
            Beneath::open(worktree.workspace())
                .and_then(|folder| folder.give(uid, gid))
                .map_err(WorkspaceError::io("hand over", worktree.workspace()))?;
        }
        // After the handover: it changes what the index remembers of the files.
        worktree.remember_files()?;
        Ok(Checkout {
            workspace: worktree.workspace().to_owned(),
            branch,
            base,
        })
    }

    fn fill_workspace(
        &self,
        worktree: &Worktree,
        branch: &str,
        format: &str,
    ) -> Result<(), WorkspaceError> {
        let git_dir = worktree.workspace().join(".git");
        // Git is started there, so it has to be there.
        make_folder(&git_dir)?;
        let git = || Git::sealed(&git_dir).with_files(worktree.workspace(), &git_dir.join("index"));
        git()
            .args([
                "init",
                "--quiet",
                "--template=",
                &format!("--object-format={format}"),
            ])
            .args([&format!("--initial-branch={branch}")])
            .run("make a repository")?;
        // With the operator's configuration, because that is where git reads whose repositories he trusts.
        Git::of_operator(worktree.workspace())
            .args(FETCH)
            .args(["--update-head-ok", "--"])
            .args([&self.root])
            .args([&format!("HEAD:refs/heads/{branch}")])
            .wait(COPY_WAIT)
            .run("copy the history of the current branch")?;
        git()
            .args(["reset", "--quiet", "--hard"])
            .wait(COPY_WAIT)
            .run("check out the files")?;
        Ok(())
    }
}

/// Fetching, without what it may start afterwards. Not `clone`: that would bring hooks of a template, a remote, and the
/// operator's default settings for both.
const FETCH: &[&str] = &[
    "fetch",
    "--quiet",
    "--update-shallow",
    "--no-recurse-submodules",
    "--no-auto-maintenance",
    "--no-write-fetch-head",
];

/// The bare repository with the base commit alone. The checkout is ours still: nobody has written to it.
fn fill_base(worktree: &Worktree, branch: &str, format: &str) -> Result<String, WorkspaceError> {
    worktree
        .git()
        .args([
            "init",
            "--quiet",
            "--bare",
            "--template=",
            "--initial-branch=base",
        ])
        .args([&format!("--object-format={format}")])
        .run("make a repository")?;
    worktree
        .git()
        .args(FETCH)
        .args(["--depth=1", "--no-tags", "--update-head-ok", "--"])
        .args([worktree.workspace()])
        .args([&format!("refs/heads/{branch}:{BASE_REF}")])
        .wait(COPY_WAIT)
        .run("keep the base commit")?;
    worktree.base()
}

/// The branch of a bottle.
pub(super) fn branch(identity: &Identity) -> String {
    format!("bottle/{identity}")
}

/// A folder for the operator alone, that must not exist yet.
fn make_folder(path: &Path) -> Result<(), WorkspaceError> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new()
        .mode(0o700)
        .create(path)
        .map_err(WorkspaceError::io("create the folder", path))
}

//! The operator's own repository.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use super::git::{Git, one_line};
use super::{TreePath, WorkspaceError};

/// What `ls-tree` calls the commit of a submodule.
const SUBMODULE: &[u8] = b"160000 ";

/// The repository that the operator's folder is in, and what a checkout of it will hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The top of its files, without links in the path.
    pub root: PathBuf,
    /// The operator's folder below the top; empty when it is the top.
    pub relative: PathBuf,
    /// The branch that is checked out; none when a commit itself is.
    pub branch: Option<String>,
    /// The commit that is checked out, in full.
    pub commit: String,
    /// How many files have changes that are not committed, new files included: these are in no checkout.
    pub uncommitted: usize,
    /// How many submodules the commit has: in a checkout they are empty folders.
    pub submodules: usize,
}

impl Source {
    /// Looks at the repository that a folder is in. Nothing is changed, and no program of the repository is run but
    /// filters that the operator configured.
    ///
    /// # Errors
    ///
    /// When there is none, it is bare, nothing was committed yet, or git refuses.
    pub fn of(folder: &Path) -> Result<Self, WorkspaceError> {
        let root = top(folder)?;
        let prefix = Git::of_operator(folder)
            .args(["rev-parse", "--show-prefix"])
            .run("find the top of the repository")?;
        let commit = Git::of_operator(&root)
            .args(["rev-parse", "--verify", "--quiet", "HEAD^{commit}"])
            .ask("read the commit that is checked out")?;
        if !commit.status.success() {
            return Err(WorkspaceError::Unborn { path: root });
        }
        let branch = Git::of_operator(&root)
            .args(["symbolic-ref", "--quiet", "--short", "HEAD"])
            .ask("read the current branch")?;
        Ok(Self {
            relative: path(prefix.stdout),
            branch: branch.status.success().then(|| text(branch.stdout)),
            commit: text(commit.stdout),
            uncommitted: uncommitted(&root)?.len(),
            submodules: submodules(&root)?,
            root,
        })
    }
}

fn top(folder: &Path) -> Result<PathBuf, WorkspaceError> {
    let what = "find the repository";
    let answer = Git::of_operator(folder)
        .args(["rev-parse", "--is-inside-work-tree"])
        .ask(what)?;
    if !answer.status.success() {
        // The words of the C locale; what else git may say (whose repository it is) is its own to explain.
        return Err(if answer.stderr.contains("not a git repository") {
            WorkspaceError::NoRepository {
                path: folder.to_owned(),
            }
        } else {
            WorkspaceError::Git {
                what,
                said: answer.stderr,
            }
        });
    }
    if one_line(answer.stdout) != b"true" {
        return Err(WorkspaceError::NoWorkTree {
            path: folder.to_owned(),
        });
    }
    let top = Git::of_operator(folder)
        .args(["rev-parse", "--show-toplevel"])
        .run(what)?;
    Ok(path(top.stdout))
}

/// The files with changes of the operator that he has not committed, new ones included.
pub(super) fn uncommitted(root: &Path) -> Result<BTreeSet<TreePath>, WorkspaceError> {
    let answer = Git::of_operator(root)
        .args([
            "status",
            "--porcelain=v1",
            "-z",
            "--no-renames",
            "--untracked-files=all",
            // Git would run in them, with their configuration.
            "--ignore-submodules=all",
        ])
        .run("look for uncommitted changes")?;
    // Each entry: two letters, a space, the path.
    Ok(answer
        .stdout
        .split(|byte| *byte == 0)
        .filter_map(|entry| entry.get(3..))
        .map(|path| path.strip_suffix(b"/").unwrap_or(path))
        .filter_map(TreePath::new)
        .collect())
}

fn submodules(root: &Path) -> Result<usize, WorkspaceError> {
    let answer = Git::of_operator(root)
        .args(["ls-tree", "-r", "-z", "--full-tree", "HEAD"])
        .run("list the files of the commit")?;
    let entries = answer.stdout.split(|byte| *byte == 0);
    Ok(entries.filter(|entry| entry.starts_with(SUBMODULE)).count())
}

fn path(answer: Vec<u8>) -> PathBuf {
    PathBuf::from(OsString::from_vec(one_line(answer)))
}

fn text(answer: Vec<u8>) -> String {
    String::from_utf8_lossy(&one_line(answer)).into_owned()
}

//! Why something could not be done with a workspace.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bottle_core::visible;

use super::TreePath;

/// Why something could not be done with a workspace.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WorkspaceError {
    /// The folder is in no repository.
    #[error("{} is not in a git repository: `workspace: worktree` needs one (`git init`, and a first commit)", .path.display())]
    NoRepository {
        /// The folder.
        path: PathBuf,
    },
    /// The repository has no files of its own, or the folder is inside its `.git`.
    #[error("{} is in a git repository, but not among its files (it is bare, or this is its `.git`)", .path.display())]
    NoWorkTree {
        /// The folder.
        path: PathBuf,
    },
    /// Nothing was committed yet.
    #[error("the repository {} has no commit yet: there is nothing to check out", .path.display())]
    Unborn {
        /// The repository.
        path: PathBuf,
    },
    /// The state folder has no checkout.
    #[error("{} has no checkout of a repository", .state.display())]
    NoCheckout {
        /// The state folder.
        state: PathBuf,
    },
    /// Git could not be started.
    #[error("could not run `git`: is it installed?")]
    NoGit(#[source] io::Error),
    /// Git refused.
    #[error("could not {what}: git said: {}", visible(.said))]
    Git {
        /// What was being done, a verb.
        what: &'static str,
        /// What it wrote, as it came. It may hold control characters.
        said: String,
    },
    /// Git answered what this program does not understand.
    #[error("could not {what}: git's answer was not understood")]
    Answer {
        /// What was being done, a verb.
        what: &'static str,
    },
    /// A bounded wait ran out.
    #[error("could not {what} within {} s", .after.as_secs())]
    Timeout {
        /// What was being done, a verb.
        what: &'static str,
        /// The bound.
        after: Duration,
    },
    /// More came than fits.
    #[error("could not {what}: there are more than {limit} bytes of it")]
    TooMuch {
        /// What was being done, a verb.
        what: &'static str,
        /// The bound.
        limit: u64,
    },
    /// A changed file is too large.
    #[error(
        "{path} has {size} bytes, more than the {limit} that are looked at: remove it, or have it ignored by git"
    )]
    TooLarge {
        /// The file.
        path: TreePath,
        /// How many bytes it has.
        size: u64,
        /// How many are looked at.
        limit: u64,
    },
    /// Git has to read a file, and cannot.
    #[error(
        "{path} is not a plain file of at most {limit} bytes, and git has to read it: remove it"
    )]
    Trap {
        /// The file.
        path: TreePath,
        /// How many bytes it may have.
        limit: u64,
    },
    /// Too many files were changed.
    #[error(
        "{found} files were changed, more than the {limit} that are looked at: have generated ones ignored by git"
    )]
    TooManyFiles {
        /// How many there are.
        found: usize,
        /// How many are looked at.
        limit: usize,
    },
    /// The changes do not fit to what the operator has. Nothing was touched.
    #[error("nothing was applied: {}", list(.0))]
    Conflict(Vec<Conflict>),
    /// The operating system refused.
    #[error("could not {what} {}", .path.display())]
    Io {
        /// What was being done, a verb.
        what: &'static str,
        /// To what.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
}

/// A file that changes cannot be applied to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// The file.
    pub path: TreePath,
    /// Why not.
    pub why: ConflictKind,
}

/// Why changes cannot be applied to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConflictKind {
    /// The operator changed it and has not committed that.
    Uncommitted,
    /// The agent made it, and the operator has something of that name.
    Exists,
    /// The operator's commits since then changed the same lines, or removed it.
    Diverged,
    /// A folder on the way to it is a link or a file.
    Blocked,
}

impl fmt::Display for ConflictKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Uncommitted => "has uncommitted changes of yours",
            Self::Exists => "exists already, with other content",
            Self::Diverged => "has been changed by commits since then",
            Self::Blocked => "lies below a link or a file",
        })
    }
}

/// The most files that a message names.
const MOST_NAMED: usize = 20;

fn list(conflicts: &[Conflict]) -> String {
    let mut named: Vec<String> = conflicts
        .iter()
        .take(MOST_NAMED)
        .map(|Conflict { path, why }| format!("{path} {why}"))
        .collect();
    let rest = conflicts.len().saturating_sub(MOST_NAMED);
    if rest > 0 {
        named.push(format!("and {rest} more"));
    }
    named.join("; ")
}

impl WorkspaceError {
    /// For `map_err`: the operating system refused to do `what` to `path`.
    pub(super) fn io<E: Into<io::Error>>(
        what: &'static str,
        path: &Path,
    ) -> impl FnOnce(E) -> Self + use<E> {
        let path = path.to_owned();
        move |source| Self::Io {
            what,
            path,
            source: source.into(),
        }
    }
}

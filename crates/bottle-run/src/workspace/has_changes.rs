//! Whether anything would be lost with a checkout.

use std::io::{self, Read};

use bottle_core::Identity;
use bottle_state::StateDir;

use super::beneath::{Beneath, Found};
use super::checkout::branch;
use super::{TreePath, WorkspaceError, Worktree};

/// Bytes of a reference's file: a name or an object's name.
const MAX_REFERENCE: u64 = 4096;

/// Whether a state folder has a checkout with something in it that the operator's repository does not have, whatever its
/// manifest says by now. When that cannot be told, it is treated as if.
pub(crate) fn clone_has_changes(state: &StateDir) -> bool {
    Worktree::is_in(state.path())
        && Worktree::open(state.path())
            .and_then(|worktree| worktree.has_changes(state.identity()))
            .unwrap_or(true)
}

impl Worktree {
    /// Whether the checkout holds anything that the base commit does not: files that differ, or commits. Used to decide
    /// whether it is kept; whatever is not as it was made counts as a change, so that nothing is thrown away for being odd.
    ///
    /// Fast when nothing was touched: no file is read then.
    ///
    /// # Errors
    ///
    /// As [`Worktree::changes`]. Who gets one should keep the checkout.
    pub fn has_changes(&self, identity: &Identity) -> Result<bool, WorkspaceError> {
        Ok(self.has_commits(identity)? || !self.changes()?.is_empty())
    }

    /// Reads the few files of the checkout's `.git` that say which commits there are. Git itself must not be run there.
    fn has_commits(&self, identity: &Identity) -> Result<bool, WorkspaceError> {
        let base = self.base()?;
        let branch = branch(identity);
        let workspace = Beneath::open(self.workspace())
            .map_err(WorkspaceError::io("open the folder", self.workspace()))?;
        let says = |path: &str, expected: &str| {
            read(&workspace, path).is_ok_and(|text| text.as_deref() == Some(expected.as_bytes()))
        };
        let untouched = says(".git/HEAD", &format!("ref: refs/heads/{branch}\n"))
            && says(&format!(".git/refs/heads/{branch}"), &format!("{base}\n"))
            && read(&workspace, ".git/refs/stash").is_ok_and(|stash| stash.is_none())
            && self.has_one_branch(&branch);
        Ok(!untouched)
    }

    /// Whether the folder of branches holds nothing but ours.
    fn has_one_branch(&self, branch: &str) -> bool {
        let mut folder = self.workspace().join(".git/refs/heads");
        branch.split('/').all(|name| {
            let alone = std::fs::read_dir(&folder).is_ok_and(|entries| {
                let mut names = entries.map(|entry| entry.map(|entry| entry.file_name()));
                names
                    .next()
                    .is_some_and(|first| first.is_ok_and(|first| first == name))
                    && names.next().is_none()
            });
            folder.push(name);
            alone
        })
    }
}

/// The content of a small file; `None` when there is none.
fn read(folder: &Beneath, path: &str) -> io::Result<Option<Vec<u8>>> {
    let path = TreePath::new(path.as_bytes()).ok_or(io::ErrorKind::InvalidInput)?;
    match folder.look(&path)? {
        Found::File { file, .. } => {
            let mut bytes = Vec::new();
            file.take(MAX_REFERENCE).read_to_end(&mut bytes)?;
            Ok(Some(bytes))
        }
        Found::Missing => Ok(None),
        _ => Err(io::ErrorKind::InvalidData.into()),
    }
}

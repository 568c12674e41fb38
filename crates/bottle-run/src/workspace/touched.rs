//! Which files of a checkout may have changed. Names alone: nothing is read.

use std::collections::BTreeSet;
use std::path::Path;

use super::{LeftOut, LeftOutBecause, TreePath, WorkspaceError, Worktree};

/// The mode of a submodule's entry.
const SUBMODULE: &[u8] = b"160000";

/// Paths that may differ from the base commit.
#[derive(Debug, Default)]
pub(super) struct Touched {
    pub(super) paths: BTreeSet<TreePath>,
    pub(super) left_out: Vec<LeftOut>,
    /// What git could not look into, in its own words.
    pub(super) unread: Vec<String>,
}

impl Touched {
    /// Asks git, which compares what it noted of the files (size, times, inode; the time of a change of the inode cannot
    /// be set back from a container) and goes through the folders.
    pub(super) fn find(worktree: &Worktree, index: &Path) -> Result<Self, WorkspaceError> {
        let git = || worktree.git_with(worktree.workspace(), index);
        let mut touched = Self::default();
        let known = git()
            .args([
                "diff-files",
                "--raw",
                "-z",
                "--no-renames",
                "--ignore-submodules=all",
            ])
            .run("compare the files")?;
        touched.take_known(&known.stdout)?;
        touched.take_unreadable(&known.stderr);
        let new = git()
            .args(["ls-files", "-z", "--others", "--exclude-standard"])
            .run("look for new files")?;
        for entry in new.stdout.split(|byte| *byte == 0) {
            touched.take_new(entry);
        }
        touched.take_unreadable(&new.stderr);
        Ok(touched)
    }

    /// Records of `diff-files`: `:mode mode oid oid letter`, then the path.
    fn take_known(&mut self, answer: &[u8]) -> Result<(), WorkspaceError> {
        let mut fields = answer.split(|byte| *byte == 0);
        while let Some(record) = fields.next().filter(|record| !record.is_empty()) {
            let path = fields.next().and_then(TreePath::new);
            let path = path.ok_or(WorkspaceError::Answer {
                what: "compare the files",
            })?;
            if record
                .get(1..)
                .is_some_and(|record| record.starts_with(SUBMODULE))
            {
                continue;
            }
            self.paths.insert(path);
        }
        Ok(())
    }

    /// Entries of `ls-files`; a folder with a slash at its end is a repository of its own.
    fn take_new(&mut self, entry: &[u8]) {
        let (entry, why) = match entry.strip_suffix(b"/") {
            Some(folder) => (folder, Some(LeftOutBecause::Repository)),
            None => (entry, None),
        };
        let Some(path) = TreePath::new(entry) else {
            return;
        };
        match why {
            Some(why) => self.left_out.push(LeftOut { path, why }),
            None if path.is_in_git_folder() => self.left_out.push(LeftOut {
                path,
                why: LeftOutBecause::GitFolder,
            }),
            None => {
                self.paths.insert(path);
            }
        }
    }

    /// Git goes on when it may not look into a folder, and says so. That must not look as if nothing were there.
    fn take_unreadable(&mut self, said: &str) {
        let lines = said.lines().filter(|line| !line.is_empty());
        self.unread.extend(lines.map(str::to_owned));
    }
}

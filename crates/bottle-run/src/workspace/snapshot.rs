//! The files of a checkout as they are now, as a tree of the repository beside it.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::beneath::{Beneath, Found};
use super::git::COPY_WAIT;
use super::touched::Touched;
use super::traps::refuse_traps;
use super::tree_path::is_git_modules;
use super::{LeftOut, LeftOutBecause, TreePath, WorkspaceError, Worktree};

/// Changed files that are looked at: far more than anybody reads, and few enough to be staged in seconds.
const MAX_FILES: usize = 100_000;
/// Bytes of one changed file. Larger ones are artefacts that were not meant to be committed.
const MAX_FILE: u64 = 64 * 1024 * 1024;
/// Bytes of all changed files together: they are copied to the disk of the host once.
const MAX_ALL: u64 = 512 * 1024 * 1024;

/// A tree that holds what the agent left.
#[derive(Debug)]
pub(super) struct Snapshot {
    /// The tree's name in the repository beside the checkout.
    pub(super) tree: String,
    pub(super) left_out: Vec<LeftOut>,
    pub(super) unread: Vec<String>,
}

impl Snapshot {
    /// Copies what may have changed to a place that the agent does not reach, and lets git look at it there.
    ///
    /// Git reads files by their names and follows a link that appears in the wrong moment; a copy that was made without
    /// following one cannot change any more.
    pub(super) fn take(worktree: &Worktree) -> Result<Self, WorkspaceError> {
        refuse_traps(worktree)?;
        let scratch = worktree.scratch()?;
        let index = scratch.path("index");
        worktree.copy_index(&index)?;
        let Touched {
            paths,
            left_out,
            unread,
        } = Touched::find(worktree, &index)?;
        if paths.len() > MAX_FILES {
            return Err(WorkspaceError::TooManyFiles {
                found: paths.len(),
                limit: MAX_FILES,
            });
        }
        let mut stage = Stage::new(worktree, scratch.path("files"), left_out)?;
        for path in paths {
            stage.take(path)?;
        }
        let tree = stage.write_tree(worktree, &index)?;
        Ok(Self {
            tree,
            left_out: stage.left_out,
            unread,
        })
    }
}

/// A private copy of the files that may have changed.
struct Stage {
    from: Beneath,
    to: Beneath,
    path: PathBuf,
    staged: Vec<TreePath>,
    gone: Vec<TreePath>,
    left_out: Vec<LeftOut>,
    bytes: u64,
}

impl Stage {
    fn new(
        worktree: &Worktree,
        path: PathBuf,
        left_out: Vec<LeftOut>,
    ) -> Result<Self, WorkspaceError> {
        fs::create_dir(&path).map_err(WorkspaceError::io("create the folder", &path))?;
        let open =
            |path: &Path| Beneath::open(path).map_err(WorkspaceError::io("open the folder", path));
        Ok(Self {
            from: open(worktree.workspace())?,
            to: open(&path)?,
            path,
            staged: Vec::new(),
            gone: Vec::new(),
            left_out,
            bytes: 0,
        })
    }

    fn take(&mut self, path: TreePath) -> Result<(), WorkspaceError> {
        match self.from.look(&path) {
            Ok(Found::Missing | Found::Blocked | Found::Folder) => self.gone.push(path),
            Ok(Found::File {
                file,
                size,
                executable,
            }) => self.take_file(path, file, (size, executable))?,
            Ok(Found::Link(target)) => self.take_link(path, &target)?,
            Ok(Found::Special) => self.leave_out(path, LeftOutBecause::Special),
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                self.leave_out(path, LeftOutBecause::Unreadable);
            }
            Err(error) => return Err(self.io("read", &path)(error)),
        }
        Ok(())
    }

    fn take_file(
        &mut self,
        path: TreePath,
        file: File,
        (size, executable): (u64, bool),
    ) -> Result<(), WorkspaceError> {
        // What is left of the whole bounds each file, too.
        let limit = MAX_FILE.min(MAX_ALL.saturating_sub(self.bytes));
        let too_large = |size| WorkspaceError::TooLarge {
            path: path.clone(),
            size,
            limit,
        };
        if size > limit {
            return Err(too_large(size));
        }
        let mode = if executable { 0o700 } else { 0o600 };
        let copied = self
            .to
            .create(&path, mode)
            .and_then(|mut copy| io::copy(&mut file.take(limit.saturating_add(1)), &mut copy))
            .map_err(self.io("copy", &path))?;
        // It may grow while it is read.
        if copied > limit {
            return Err(too_large(copied));
        }
        self.bytes = self.bytes.saturating_add(copied);
        self.staged.push(path);
        Ok(())
    }

    fn take_link(&mut self, path: TreePath, target: &[u8]) -> Result<(), WorkspaceError> {
        if path.names().any(is_git_modules) {
            self.leave_out(path, LeftOutBecause::GitFolder);
            return Ok(());
        }
        self.to
            .link(&path, target)
            .map_err(self.io("copy", &path))?;
        self.staged.push(path);
        Ok(())
    }

    fn leave_out(&mut self, path: TreePath, why: LeftOutBecause) {
        self.left_out.push(LeftOut { path, why });
    }

    /// Removed files first, so that a folder can take the place of a file and the other way round.
    fn write_tree(&self, worktree: &Worktree, index: &Path) -> Result<String, WorkspaceError> {
        let what = "keep the changed files";
        let git = || worktree.git_with(&self.path, index).wait(COPY_WAIT);
        for (paths, how) in [
            (&self.gone, &["--force-remove"][..]),
            (&self.staged, &["--add", "--replace"][..]),
        ] {
            if !paths.is_empty() {
                git()
                    .args(["update-index"])
                    .args(how)
                    .args(["-z", "--stdin"])
                    .input(terminated(paths))
                    .run(what)?;
            }
        }
        git().args(["write-tree"]).line(what)
    }

    fn io(
        &self,
        what: &'static str,
        path: &TreePath,
    ) -> impl FnOnce(io::Error) -> WorkspaceError + use<> {
        WorkspaceError::io(what, &self.path.join(path.to_string()))
    }
}

/// Paths as git reads them.
pub(super) fn terminated(paths: &[TreePath]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for path in paths {
        bytes.extend_from_slice(path.as_bytes());
        bytes.push(0);
    }
    bytes
}

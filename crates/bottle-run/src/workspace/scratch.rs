//! A folder that nobody else gets to, for as long as it is needed.

use std::fs::{self, DirBuilder};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use super::WorkspaceError;

/// A folder that goes when it is dropped.
#[derive(Debug)]
pub(super) struct Scratch(PathBuf);

impl Scratch {
    /// A new folder (0700) in one of ours.
    pub(super) fn new(parent: &Path) -> Result<Self, WorkspaceError> {
        let random = getrandom::u64().map_err(|error| {
            WorkspaceError::io("find a name in", parent)(std::io::Error::from(error))
        })?;
        let path = parent.join(format!("scratch-{random:016x}"));
        DirBuilder::new()
            .mode(0o700)
            .create(&path)
            .map_err(WorkspaceError::io("create the folder", &path))?;
        Ok(Self(path))
    }

    /// A path in it.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What stays goes with the state folder.
        let _ = fs::remove_dir_all(&self.0);
    }
}

//! A file that appears once, and is never replaced.

use std::fs::File;
use std::os::fd::OwnedFd;

use rustix::fs::{AtFlags, RenameFlags};
use rustix::io::Errno;

use super::{Folder, create, set_access, temporary_name};
use crate::{Access, RelativePath, StateError, cut};

impl Folder {
    /// Writes a file whole, unless there is something of that name: of two who do so at once one wins.
    ///
    /// # Errors
    ///
    /// [`StateError::Exists`], or what the operating system says; nothing is left behind then.
    pub fn write_new(
        &self,
        path: &RelativePath,
        bytes: &[u8],
        access: Access,
    ) -> Result<(), StateError> {
        let full = self.path().join(path.as_str());
        let parent = self.open_parent(path)?;
        let temporary =
            temporary_name(path.name()).map_err(StateError::io("find a name beside", &full))?;
        let filled = fill(&parent, &temporary, (bytes, access));
        let result = filled
            .map_err(StateError::io("write", &full))
            .and_then(|()| match appear(&parent, &temporary, path.name()) {
                Err(Errno::EXIST) => Err(StateError::Exists { path: full.clone() }),
                appeared => appeared.map_err(StateError::io("write", &full)),
            });
        if result.is_err() {
            // The error that counts is the first one; the name may not even exist.
            let _ = rustix::fs::unlinkat(&parent, &temporary, AtFlags::empty());
        }
        result
    }
}

fn fill(
    parent: &OwnedFd,
    temporary: &str,
    (bytes, access): (&[u8], Access),
) -> std::io::Result<()> {
    let mut file: File = create(parent, temporary)?;
    cut::write_all(&mut file, bytes)?;
    set_access(&file, access.file_mode(), access)?;
    file.sync_all()
}

/// Gives the file its name, where nothing has it.
fn appear(parent: &OwnedFd, temporary: &str, name: &str) -> rustix::io::Result<()> {
    let flags = RenameFlags::NOREPLACE;
    match rustix::fs::renameat_with(parent, temporary, parent, name, flags) {
        // Not every file system can.
        Err(Errno::INVAL | Errno::NOSYS) => {
            rustix::fs::linkat(parent, temporary, parent, name, AtFlags::empty())?;
            rustix::fs::unlinkat(parent, temporary, AtFlags::empty())?;
        }
        renamed => renamed?,
    }
    rustix::fs::fsync(parent)
}

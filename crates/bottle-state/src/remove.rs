//! Removal of a folder in which a hostile program may have written.

use std::ffi::{CStr, CString};
use std::os::fd::{AsFd, OwnedFd};

use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags};
use rustix::io::{Errno, Result};

use crate::cut;

const FOLDER: OFlags = OFlags::RDONLY
    .union(OFlags::DIRECTORY)
    .union(OFlags::NOFOLLOW)
    .union(OFlags::CLOEXEC);

/// Empties an open folder.
///
/// Symbolic links are removed, never followed. Neither the depth of the tree nor the length of its paths costs
/// stack or open files: each folder found is moved up to the top before it is looked into.
pub(crate) fn empty(top: &OwnedFd) -> Result<()> {
    let mut moved: u64 = 0;
    loop {
        let entries = entries(top)?;
        if entries.is_empty() {
            return Ok(());
        }
        for name in entries {
            cut::here();
            if is_folder(top, &name)? {
                flatten(top, &name, &mut moved)?;
                rustix::fs::unlinkat(top, &name, AtFlags::REMOVEDIR)?;
            } else {
                rustix::fs::unlinkat(top, &name, AtFlags::empty())?;
            }
        }
    }
}

/// Empties the folder `name` in `top`: files go, folders move up into `top`.
fn flatten(top: &OwnedFd, name: &CStr, moved: &mut u64) -> Result<()> {
    let folder = open_folder(top, name)?;
    for inner in entries(&folder)? {
        cut::here();
        if is_folder(&folder, &inner)? {
            // A folder that changes its parent must be writable itself.
            open_folder(&folder, &inner)?;
            move_up(&folder, &inner, top, moved)?;
        } else {
            rustix::fs::unlinkat(&folder, &inner, AtFlags::empty())?;
        }
    }
    Ok(())
}

/// Moves a folder into `top`, under the first number that is free.
fn move_up(folder: &OwnedFd, inner: &CStr, top: &OwnedFd, moved: &mut u64) -> Result<()> {
    loop {
        let name = format!(".removed-{moved}");
        *moved = moved.saturating_add(1);
        match rustix::fs::renameat(folder, inner, top, name.as_str()) {
            Err(Errno::NOTEMPTY | Errno::EXIST | Errno::NOTDIR) => {}
            done => return done,
        }
    }
}

/// Opens a folder, after making sure that its owner may.
fn open_folder(parent: &OwnedFd, name: &CStr) -> Result<OwnedFd> {
    // Only the owner may do this; for all others the opening says what is wrong.
    let _ = rustix::fs::chmodat(parent, name, Mode::RWXU, AtFlags::empty());
    rustix::fs::openat(parent, name, FOLDER, Mode::empty())
}

fn is_folder(parent: &OwnedFd, name: &CStr) -> Result<bool> {
    let facts = rustix::fs::statat(parent, name, AtFlags::SYMLINK_NOFOLLOW)?;
    Ok(FileType::from_raw_mode(facts.st_mode) == FileType::Directory)
}

/// The names in a folder, without itself and its parent.
fn entries(folder: &OwnedFd) -> Result<Vec<CString>> {
    let mut names = Vec::new();
    for entry in Dir::read_from(folder.as_fd())? {
        let entry = entry?;
        let name = entry.file_name();
        if name != c"." && name != c".." {
            names.push(name.to_owned());
        }
    }
    Ok(names)
}

//! The lock that tells whether a process looks after a bottle.

use std::fs::{File, TryLockError};
use std::io;
use std::os::fd::OwnedFd;

use rustix::fs::{AtFlags, Mode, OFlags};
use rustix::io::Errno;

/// The file that is locked, in the state folder.
pub(crate) const LOCK_FILE: &str = ".lock";

/// The right to change a bottle's state, held until dropped. The kernel takes it back when the process dies,
/// however it dies.
#[derive(Debug)]
pub struct Lock(#[expect(dead_code, reason = "holding the open file is what holds the lock")] File);

/// Why there is no lock.
pub(crate) enum NoLock {
    /// Another process has it.
    Held,
    /// The file was removed while we took it.
    Gone,
    /// The operating system refused.
    Io(io::Error),
}

/// Takes the lock in an open folder, making its file where missing.
pub(crate) fn take(folder: &OwnedFd) -> Result<Lock, NoLock> {
    let flags = OFlags::RDWR | OFlags::CREATE | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let file = rustix::fs::openat(folder, LOCK_FILE, flags, Mode::RUSR | Mode::WUSR)
        .map(File::from)
        .map_err(|error| {
            if error == Errno::NOENT {
                NoLock::Gone
            } else {
                NoLock::Io(error.into())
            }
        })?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(NoLock::Held),
        Err(TryLockError::Error(error)) => return Err(NoLock::Io(error)),
    }
    // Its last owner may have removed the file between our opening and our locking it.
    if is_still_there(folder, &file).map_err(|error| NoLock::Io(error.into()))? {
        Ok(Lock(file))
    } else {
        Err(NoLock::Gone)
    }
}

/// Whether somebody has the lock. Asks with a shared lock, which is given back at once.
pub(crate) fn is_held(folder: &OwnedFd) -> io::Result<bool> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let file = match rustix::fs::openat(folder, LOCK_FILE, flags, Mode::empty()) {
        Ok(file) => File::from(file),
        Err(Errno::NOENT) => return Ok(false),
        Err(error) => return Err(error.into()),
    };
    match file.try_lock_shared() {
        Ok(()) => Ok(false),
        Err(TryLockError::WouldBlock) => Ok(true),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

fn is_still_there(folder: &OwnedFd, file: &File) -> rustix::io::Result<bool> {
    let ours = rustix::fs::fstat(file)?;
    match rustix::fs::statat(folder, LOCK_FILE, AtFlags::SYMLINK_NOFOLLOW) {
        Ok(theirs) => Ok((ours.st_dev, ours.st_ino) == (theirs.st_dev, theirs.st_ino)),
        Err(Errno::NOENT) => Ok(false),
        Err(error) => Err(error),
    }
}

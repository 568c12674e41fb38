//! The lock that tells whether a process looks after a bottle.

use std::fs::{File, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::thread::sleep;
use std::time::Duration;

use rustix::fs::{AtFlags, Mode, OFlags};
use rustix::io::Errno;

/// The file that is locked, in the state folder.
pub(crate) const LOCK_FILE: &str = ".lock";
/// How often a lock that is taken is tried again: whoever only looks holds it for a moment.
const TRIES: u32 = 10;
/// How long to wait in between.
const PAUSE: Duration = Duration::from_millis(10);
/// More digits than a number of a process has.
const LONGEST_PID: u64 = 16;

/// The right to change a bottle's state, held until dropped. The kernel takes it back when the process dies,
/// however it dies.
#[derive(Debug)]
pub struct Lock(#[expect(dead_code, reason = "holding the open file is what holds the lock")] File);

/// Who has the lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holder {
    /// The process of this number looks after the bottle, and ends it when it is told to.
    Owner(u32),
    /// A process that is about to end the bottle, or has not written down yet who it is.
    Other,
}

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
pub(crate) fn take(folder: &OwnedFd, holder: Holder) -> Result<Lock, NoLock> {
    take_within(folder, holder, TRIES)
}

/// Takes the lock in an open folder, and tries so often.
pub(crate) fn take_within(folder: &OwnedFd, holder: Holder, tries: u32) -> Result<Lock, NoLock> {
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
    patiently(&file, tries)?;
    // Its last owner may have removed the file between our opening and our locking it.
    if is_still_there(folder, &file).map_err(|error| NoLock::Io(error.into()))? {
        sign(&file, holder).map_err(NoLock::Io)?;
        Ok(Lock(file))
    } else {
        Err(NoLock::Gone)
    }
}

fn patiently(file: &File, tries: u32) -> Result<(), NoLock> {
    for _ in 1..tries {
        match file.try_lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::WouldBlock) => sleep(PAUSE),
            Err(TryLockError::Error(error)) => return Err(NoLock::Io(error)),
        }
    }
    file.try_lock().map_err(|error| match error {
        TryLockError::WouldBlock => NoLock::Held,
        TryLockError::Error(error) => NoLock::Io(error),
    })
}

/// Writes down who has it, if that is somebody who can be told to end.
fn sign(mut file: &File, holder: Holder) -> io::Result<()> {
    file.set_len(0)?;
    match holder {
        Holder::Owner(process) => write!(file, "{process}"),
        Holder::Other => Ok(()),
    }
}

/// Who has the lock, when somebody has it.
pub(crate) fn holder(folder: &OwnedFd) -> io::Result<Option<Holder>> {
    if !is_held(folder)? {
        return Ok(None);
    }
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let file = rustix::fs::openat(folder, LOCK_FILE, flags, Mode::empty()).map(File::from)?;
    let mut text = String::new();
    file.take(LONGEST_PID).read_to_string(&mut text)?;
    Ok(Some(text.parse().map_or(Holder::Other, Holder::Owner)))
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

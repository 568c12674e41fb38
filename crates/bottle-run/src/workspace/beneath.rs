//! A folder in which no link is followed: a hostile program may have written there, and may be writing now.

use std::ffi::{CStr, OsStr};
use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::fs::{AtFlags, CWD, Dir, FileType, Gid, Mode, OFlags, Uid};
use rustix::io::Errno;

use super::TreePath;

/// How a folder is opened: it must be one, and not a link to one.
const FOLDER: OFlags = OFlags::RDONLY
    .union(OFlags::DIRECTORY)
    .union(OFlags::NOFOLLOW)
    .union(OFlags::CLOEXEC);
/// How a file is opened for reading. NONBLOCK: a named pipe that took its place must not hold us up.
const READ: OFlags = OFlags::RDONLY
    .union(OFlags::NOFOLLOW)
    .union(OFlags::NONBLOCK)
    .union(OFlags::CLOEXEC);
/// How a file is opened that must not exist yet.
const CREATE: OFlags = OFlags::WRONLY
    .union(OFlags::CREATE)
    .union(OFlags::EXCL)
    .union(OFlags::NOFOLLOW)
    .union(OFlags::CLOEXEC);

/// What lies at a path.
#[derive(Debug)]
pub(super) enum Found {
    /// Nothing.
    Missing,
    /// Nothing can: what should be a folder on the way is a link or a file.
    Blocked,
    /// A file, open.
    File {
        file: File,
        size: u64,
        executable: bool,
    },
    /// A link, and where to.
    Link(Vec<u8>),
    /// A folder.
    Folder,
    /// A pipe, a socket or a device.
    Special,
}

/// An open folder.
#[derive(Debug)]
pub(super) struct Beneath(OwnedFd);

impl Beneath {
    /// Opens a folder by a path of ours; its last name must not be a link.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        Ok(Self(rustix::fs::openat(CWD, path, FOLDER, Mode::empty())?))
    }

    /// What lies at a path.
    pub(super) fn look(&self, path: &TreePath) -> io::Result<Found> {
        match self.find(path) {
            Ok(found) => Ok(found),
            Err(Errno::NOENT) => Ok(Found::Missing),
            // A link as a folder is NOTDIR to Linux and LOOP to others; so is a link that took a file's place.
            Err(Errno::NOTDIR | Errno::LOOP) => Ok(Found::Blocked),
            Err(error) => Err(error.into()),
        }
    }

    fn find(&self, path: &TreePath) -> rustix::io::Result<Found> {
        let (folders, name) = path.split();
        let mut folder = self.0.try_clone().map_err(|_| Errno::MFILE)?;
        for each in folders {
            folder = rustix::fs::openat(&folder, each, FOLDER, Mode::empty())?;
        }
        let facts = rustix::fs::statat(&folder, name, AtFlags::SYMLINK_NOFOLLOW)?;
        match FileType::from_raw_mode(facts.st_mode) {
            FileType::Directory => Ok(Found::Folder),
            FileType::Symlink => {
                let target = rustix::fs::readlinkat(&folder, name, Vec::new())?;
                Ok(Found::Link(target.into_bytes()))
            }
            FileType::RegularFile => open_file(&folder, name),
            _ => Ok(Found::Special),
        }
    }

    /// Makes a file and the folders on the way to it.
    pub(super) fn create(&self, path: &TreePath, mode: u32) -> io::Result<File> {
        let (folder, name) = self.make_way(path)?;
        let file = rustix::fs::openat(&folder, name, CREATE, Mode::from_raw_mode(mode))?;
        // Whatever the umask says: git takes the bit from here.
        rustix::fs::fchmod(&file, Mode::from_raw_mode(mode))?;
        Ok(file.into())
    }

    /// Makes a link and the folders on the way to it.
    pub(super) fn link(&self, path: &TreePath, target: &[u8]) -> io::Result<()> {
        let (folder, name) = self.make_way(path)?;
        Ok(rustix::fs::symlinkat(target, &folder, name)?)
    }

    fn make_way<'p>(&self, path: &'p TreePath) -> io::Result<(OwnedFd, &'p OsStr)> {
        let (folders, name) = path.split();
        let mut folder = self.0.try_clone()?;
        for each in folders {
            match rustix::fs::mkdirat(&folder, each, Mode::RWXU) {
                Ok(()) | Err(Errno::EXIST) => {}
                Err(error) => return Err(error.into()),
            }
            folder = rustix::fs::openat(&folder, each, FOLDER, Mode::empty())?;
        }
        Ok((folder, name))
    }

    /// Goes through the folder and all that is in it, and tells of each thing where it lies. A folder is gone into when the
    /// answer is [`Step::Into`].
    ///
    /// Folders are opened anew by their names: neither the width nor the depth of a tree costs open files.
    pub(super) fn walk(
        &self,
        mut visit: impl FnMut(&Place<'_>) -> io::Result<Step>,
    ) -> io::Result<()> {
        let mut waiting: Vec<Vec<u8>> = vec![Vec::new()];
        while let Some(path) = waiting.pop() {
            // Gone, exchanged or closed to us meanwhile: it has nothing to tell.
            let Ok(folder) = self.open_folder(&path) else {
                continue;
            };
            for entry in Dir::read_from(&folder)? {
                let entry = entry?;
                let name = entry.file_name();
                if name == c"." || name == c".." {
                    continue;
                }
                let mut full = path.clone();
                if !full.is_empty() {
                    full.push(b'/');
                }
                full.extend_from_slice(name.to_bytes());
                let place = Place {
                    folder: &folder,
                    name,
                    path: &full,
                };
                if visit(&place)? == Step::Into && full.len() < LONGEST_PATH {
                    waiting.push(full);
                }
            }
        }
        Ok(())
    }

    fn open_folder(&self, path: &[u8]) -> rustix::io::Result<OwnedFd> {
        let mut folder = rustix::fs::openat(&self.0, c".", FOLDER, Mode::empty())?;
        for name in path
            .split(|byte| *byte == b'/')
            .filter(|name| !name.is_empty())
        {
            folder = rustix::fs::openat(&folder, name, FOLDER, Mode::empty())?;
        }
        Ok(folder)
    }

    /// Gives the folder and all that is in it to a user. Links are given, not followed.
    pub(super) fn give(&self, uid: u32, gid: u32) -> io::Result<()> {
        let (uid, gid) = (Some(Uid::from_raw(uid)), Some(Gid::from_raw(gid)));
        self.walk(|place| {
            rustix::fs::chownat(
                place.folder,
                place.name,
                uid,
                gid,
                AtFlags::SYMLINK_NOFOLLOW,
            )?;
            Ok(if place.facts()?.is_folder() {
                Step::Into
            } else {
                Step::Over
            })
        })?;
        Ok(rustix::fs::fchown(&self.0, uid, gid)?)
    }
}

/// The longest path that Linux takes (`PATH_MAX`). What lies deeper has no name that git could use.
const LONGEST_PATH: usize = 4096;

/// Whether a folder is gone into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Into,
    Over,
}

/// Something that was met on a walk.
pub(super) struct Place<'w> {
    folder: &'w OwnedFd,
    pub(super) name: &'w CStr,
    /// Below the folder of the walk.
    pub(super) path: &'w [u8],
}

impl Place<'_> {
    /// What it is.
    pub(super) fn facts(&self) -> io::Result<Facts> {
        let facts = rustix::fs::statat(self.folder, self.name, AtFlags::SYMLINK_NOFOLLOW)?;
        Ok(Facts {
            kind: FileType::from_raw_mode(facts.st_mode),
            size: u64::try_from(facts.st_size).unwrap_or(u64::MAX),
        })
    }
}

/// What something is.
pub(super) struct Facts {
    kind: FileType,
    pub(super) size: u64,
}

impl Facts {
    pub(super) fn is_folder(&self) -> bool {
        self.kind == FileType::Directory
    }

    /// A link, too: git does not follow one to read such a file.
    pub(super) fn is_file_or_link(&self) -> bool {
        matches!(self.kind, FileType::RegularFile | FileType::Symlink)
    }
}

fn open_file(folder: &OwnedFd, name: &OsStr) -> rustix::io::Result<Found> {
    let file = rustix::fs::openat(folder, name, READ, Mode::empty())?;
    let facts = rustix::fs::fstat(&file)?;
    // It may have been exchanged since it was looked at.
    if FileType::from_raw_mode(facts.st_mode) != FileType::RegularFile {
        return Ok(Found::Special);
    }
    Ok(Found::File {
        file: file.into(),
        size: u64::try_from(facts.st_size).unwrap_or(u64::MAX),
        executable: Mode::from_raw_mode(facts.st_mode).contains(Mode::XUSR),
    })
}

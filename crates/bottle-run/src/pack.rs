//! Packing a folder of the operator's for the agent.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use bottle_compose::UserIds;
use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags, Stat};
use tar::{Builder, EntryType, Header};

/// The most that a copy may hold, in bytes of its files: protects the engine's disk from a folder that was not meant.
pub(crate) const COPY_LIMIT: u64 = 16 * 1024 * 1024 * 1024;

/// Why a folder could not be packed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PackError {
    /// Something in it cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// What.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// It holds more than a copy may.
    #[error("{} holds more than {limit} bytes, which is the most that is copied", folder.display())]
    TooLarge {
        /// The folder.
        folder: PathBuf,
        /// The most, in bytes.
        limit: u64,
    },
    /// Whoever reads the archive has gone, or cannot take it.
    #[error("the archive could not be handed on")]
    Write(#[source] io::Error),
}

/// How a folder is opened: it must be one, and not a link to one.
const FOLDER: OFlags = OFlags::RDONLY
    .union(OFlags::DIRECTORY)
    .union(OFlags::NOFOLLOW)
    .union(OFlags::CLOEXEC);
/// How a file is opened: not through a link that took its place, and not waiting for a pipe that did.
const FILE: OFlags = OFlags::RDONLY
    .union(OFlags::NOFOLLOW)
    .union(OFlags::NONBLOCK)
    .union(OFlags::CLOEXEC);

/// Writes a folder as an archive whose names begin with `name`, all of it belonging to `owner`.
///
/// Links stay links; none is followed, also not on the way, whoever exchanges folders meanwhile. Sockets, pipes and devices
/// are left out. A file that changes meanwhile is cut or filled with zeros at the length that it had.
pub(crate) fn pack(
    folder: &Path,
    name: &str,
    owner: UserIds,
    into: impl Write,
) -> Result<(), PackError> {
    let top = rustix::fs::openat(CWD, folder, FOLDER, Mode::empty());
    let top = top.map_err(|error| unreadable(folder)(error.into()))?;
    let mut packing = Packing {
        folder,
        name: Path::new(name),
        top,
        owner,
        archive: Builder::new(into),
        left: COPY_LIMIT,
    };
    packing.all()?;
    let mut into = packing.archive.into_inner().map_err(PackError::Write)?;
    into.flush().map_err(PackError::Write)
}

struct Packing<'a, W: Write> {
    folder: &'a Path,
    name: &'a Path,
    top: OwnedFd,
    owner: UserIds,
    archive: Builder<W>,
    left: u64,
}

impl<W: Write> Packing<'_, W> {
    fn all(&mut self) -> Result<(), PackError> {
        let facts = rustix::fs::fstat(&self.top);
        let facts = facts.map_err(|error| unreadable(self.folder)(error.into()))?;
        self.head(&facts, Path::new(""))?;
        let mut waiting = vec![PathBuf::new()];
        while let Some(path) = waiting.pop() {
            let outside = self.folder.join(&path);
            let folder = self.open(&path).map_err(unreadable(&outside))?;
            for child in children(&folder).map_err(unreadable(&outside))? {
                let path = path.join(&child);
                if self.entry(&folder, &child, &path)? {
                    waiting.push(path);
                }
            }
        }
        Ok(())
    }

    /// Opens a folder below the top, one name after the other: the depth of a tree costs no open files.
    fn open(&self, path: &Path) -> io::Result<OwnedFd> {
        let mut folder = self.top.try_clone()?;
        for name in path {
            folder = rustix::fs::openat(&folder, name, FOLDER, Mode::empty())?;
        }
        Ok(folder)
    }

    /// Writes what lies at a name in a folder. Whether it is a folder, whose content is to follow.
    fn entry(&mut self, folder: &OwnedFd, name: &OsStr, path: &Path) -> Result<bool, PackError> {
        let outside = self.folder.join(path);
        let facts = rustix::fs::statat(folder, name, AtFlags::SYMLINK_NOFOLLOW);
        let facts = facts.map_err(|error| unreadable(&outside)(error.into()))?;
        match FileType::from_raw_mode(facts.st_mode) {
            FileType::Directory => {
                self.head(&facts, path)?;
                return Ok(true);
            }
            FileType::Symlink => {
                let target = rustix::fs::readlinkat(folder, name, Vec::new());
                let target = target.map_err(|error| unreadable(&outside)(error.into()))?;
                let target = Path::new(OsStr::from_bytes(target.to_bytes())).to_owned();
                let mut header = self.header(&facts, EntryType::Symlink);
                let name = self.name.join(path);
                self.archive
                    .append_link(&mut header, &name, &target)
                    .map_err(PackError::Write)?;
            }
            FileType::RegularFile => {
                let file = rustix::fs::openat(folder, name, FILE, Mode::empty());
                let file = file.map_err(|error| unreadable(&outside)(error.into()))?;
                self.file(file.into(), path)?;
            }
            _ => {}
        }
        Ok(false)
    }

    fn head(&mut self, facts: &Stat, path: &Path) -> Result<(), PackError> {
        let mut header = self.header(facts, EntryType::Directory);
        // Joined with nothing, a path would end with a slash.
        let name = if path.as_os_str().is_empty() {
            self.name.to_owned()
        } else {
            self.name.join(path)
        };
        self.archive
            .append_data(&mut header, name, io::empty())
            .map_err(PackError::Write)
    }

    /// A file that is open, as it is now.
    fn file(&mut self, file: File, path: &Path) -> Result<(), PackError> {
        let facts = rustix::fs::fstat(&file);
        let facts = facts.map_err(|error| unreadable(&self.folder.join(path))(error.into()))?;
        if FileType::from_raw_mode(facts.st_mode) != FileType::RegularFile {
            return Ok(());
        }
        let size = u64::try_from(facts.st_size).unwrap_or_default();
        self.left = self
            .left
            .checked_sub(size)
            .ok_or_else(|| PackError::TooLarge {
                folder: self.folder.to_owned(),
                limit: COPY_LIMIT,
            })?;
        let mut header = self.header(&facts, EntryType::Regular);
        header.set_size(size);
        let whole = Exactly {
            inner: file,
            left: size,
        };
        self.archive
            .append_data(&mut header, self.name.join(path), whole)
            .map_err(PackError::Write)
    }

    fn header(&self, facts: &Stat, kind: EntryType) -> Header {
        let mut header = Header::new_gnu();
        header.set_entry_type(kind);
        // Set-user-id and its like do not travel.
        header.set_mode(facts.st_mode & 0o777);
        header.set_mtime(u64::try_from(facts.st_mtime).unwrap_or_default());
        header.set_uid(self.owner.uid.into());
        header.set_gid(self.owner.gid.into());
        header.set_size(0);
        header
    }
}

fn unreadable(path: &Path) -> impl FnOnce(io::Error) -> PackError {
    let path = path.to_owned();
    move |source| PackError::Read { path, source }
}

/// The names in a folder, in order.
fn children(folder: &OwnedFd) -> io::Result<Vec<OsString>> {
    let mut names = Vec::new();
    for entry in Dir::read_from(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_bytes();
        if name != b"." && name != b".." {
            names.push(OsStr::from_bytes(name).to_owned());
        }
    }
    names.sort();
    Ok(names)
}

/// As many bytes as were announced, whatever the file has by now.
struct Exactly {
    inner: File,
    left: u64,
}

impl Read for Exactly {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left).unwrap_or(usize::MAX);
        let most = buffer.len().min(most);
        let room = buffer.get_mut(..most).unwrap_or_default();
        let mut got = self.inner.read(room)?;
        if got == 0 {
            room.fill(0);
            got = room.len();
        }
        self.left -= u64::try_from(got).unwrap_or_default();
        Ok(got)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    use std::os::unix::net::UnixListener;

    use super::*;

    const OWNER: UserIds = UserIds { uid: 7, gid: 8 };

    fn packed(folder: &Path) -> Result<Vec<u8>, PackError> {
        let mut bytes = Vec::new();
        pack(folder, "workspace", OWNER, &mut bytes).map(|()| bytes)
    }

    #[test]
    fn files_folders_and_links_travel_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("deep")).unwrap();
        fs::write(at("deep/run"), "#!/bin/sh\n").unwrap();
        fs::set_permissions(at("deep/run"), fs::Permissions::from_mode(0o4755)).unwrap();
        symlink("/etc/passwd", at("link")).unwrap();
        let _socket = UnixListener::bind(at("socket")).unwrap();
        let long = "n".repeat(180);
        fs::write(at(&long), "long").unwrap();

        let bytes = packed(folder.path()).unwrap();
        let mut archive = tar::Archive::new(bytes.as_slice());
        let mut seen = Vec::new();
        for entry in archive.entries().unwrap() {
            let mut entry = entry.unwrap();
            let header = entry.header().clone();
            assert_eq!((header.uid().unwrap(), header.gid().unwrap()), (7, 8));
            assert!(header.mode().unwrap() <= 0o777);
            let mut text = String::new();
            entry.read_to_string(&mut text).unwrap();
            let name = entry.path().unwrap().display().to_string();
            seen.push((name, header.entry_type(), text));
        }
        let named = |name: &str| seen.iter().find(|each| each.0 == name).unwrap();
        assert_eq!(named("workspace/deep/run").2, "#!/bin/sh\n");
        assert_eq!(named("workspace/link").1, EntryType::Symlink);
        assert_eq!(named(&format!("workspace/{long}")).2, "long");
        assert!(seen.iter().all(|each| !each.0.contains("socket")));
        assert_eq!(seen.len(), 5);
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let error = packed(Path::new("/does/not/exist")).unwrap_err();
        assert_eq!(error.to_string(), "cannot read /does/not/exist");
    }

    #[test]
    fn a_file_that_shrank_is_filled() {
        let mut whole = Exactly {
            inner: tempfile::tempfile().unwrap(),
            left: 3,
        };
        let mut bytes = Vec::new();
        whole.read_to_end(&mut bytes).unwrap();
        assert_eq!(bytes, [0, 0, 0]);
    }

    #[test]
    fn a_reader_that_has_gone_ends_it() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("file"), vec![1; 1 << 20]).unwrap();
        let (reader, writer) = io::pipe().unwrap();
        drop(reader);
        let error = pack(folder.path(), "workspace", OWNER, writer).unwrap_err();
        assert!(matches!(error, PackError::Write(_)), "{error:?}");
    }
}

//! Packing a folder of the operator's for the agent.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use bottle_compose::UserIds;
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

/// Writes a folder as an archive whose names begin with `name`, all of it belonging to `owner`.
///
/// Links stay links and are not followed. Sockets, pipes and devices are left out. A file that changes meanwhile is cut
/// or filled with zeros at the length that it had.
pub(crate) fn pack(
    folder: &Path,
    name: &str,
    owner: UserIds,
    into: impl Write,
) -> Result<(), PackError> {
    let mut packing = Packing {
        folder,
        owner,
        archive: Builder::new(into),
        left: COPY_LIMIT,
    };
    packing.entry(folder, Path::new(name))?;
    let mut into = packing.archive.into_inner().map_err(PackError::Write)?;
    into.flush().map_err(PackError::Write)
}

struct Packing<'a, W: Write> {
    folder: &'a Path,
    owner: UserIds,
    archive: Builder<W>,
    left: u64,
}

impl<W: Write> Packing<'_, W> {
    fn entry(&mut self, path: &Path, name: &Path) -> Result<(), PackError> {
        let mut waiting = vec![(path.to_owned(), name.to_owned())];
        while let Some((path, name)) = waiting.pop() {
            let facts = fs::symlink_metadata(&path).map_err(unreadable(&path))?;
            if facts.is_dir() {
                self.head(&facts, EntryType::Directory, &name)?;
                for child in children(&path)? {
                    waiting.push((path.join(&child), name.join(&child)));
                }
            } else if facts.is_file() {
                self.file(&path, &facts, &name)?;
            } else if facts.is_symlink() {
                let target = fs::read_link(&path).map_err(unreadable(&path))?;
                let mut header = self.header(&facts, EntryType::Symlink);
                self.archive
                    .append_link(&mut header, &name, &target)
                    .map_err(PackError::Write)?;
            }
        }
        Ok(())
    }

    fn head(
        &mut self,
        facts: &fs::Metadata,
        kind: EntryType,
        name: &Path,
    ) -> Result<(), PackError> {
        let mut header = self.header(facts, kind);
        self.archive
            .append_data(&mut header, name, io::empty())
            .map_err(PackError::Write)
    }

    fn file(&mut self, path: &Path, facts: &fs::Metadata, name: &Path) -> Result<(), PackError> {
        let size = facts.len();
        self.left = self
            .left
            .checked_sub(size)
            .ok_or_else(|| PackError::TooLarge {
                folder: self.folder.to_owned(),
                limit: COPY_LIMIT,
            })?;
        // Not through a link that took its place, and not waiting for a pipe that did.
        let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
        let mut options = File::options();
        options
            .read(true)
            .custom_flags(i32::try_from(flags.bits()).unwrap_or_default());
        let file = options.open(path).map_err(unreadable(path))?;
        let mut header = self.header(facts, EntryType::Regular);
        header.set_size(size);
        let whole = Exactly {
            inner: file,
            left: size,
        };
        self.archive
            .append_data(&mut header, name, whole)
            .map_err(PackError::Write)
    }

    fn header(&self, facts: &fs::Metadata, kind: EntryType) -> Header {
        let mut header = Header::new_gnu();
        header.set_entry_type(kind);
        // Set-user-id and its like do not travel.
        header.set_mode(facts.mode() & 0o777);
        header.set_mtime(u64::try_from(facts.mtime()).unwrap_or_default());
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

/// The names in a folder, the last one first: they are taken from the end.
fn children(path: &Path) -> Result<Vec<std::ffi::OsString>, PackError> {
    let entries = fs::read_dir(path).map_err(unreadable(path))?;
    let mut names = entries
        .map(|entry| entry.map(|entry| entry.file_name()))
        .collect::<Result<Vec<_>, _>>()
        .map_err(unreadable(path))?;
    names.sort_by(|left, right| OsStr::cmp(right, left));
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

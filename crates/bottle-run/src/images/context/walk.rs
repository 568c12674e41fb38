//! A walk through a folder that cannot be led out of it: an agent may be writing to it at the same time.

use std::collections::BTreeMap;
use std::ffi::{CStr, OsStr};
use std::fs::File;
use std::io::{self, Read as _};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use bytes::Bytes;
use rustix::fs::{
    AtFlags, CWD, Dir, FileType, Mode, OFlags, Stat, fstat, openat, readlinkat, statat,
};
use rustix::io::Errno;

use super::archive::Archive;
use super::{ContextError, DEPTH_LIMIT, ENTRIES_LIMIT};
use crate::images::ignore::{Ignore, Matched};

/// How something in the folder is opened: never through a link, and without waiting for a pipe's other end.
const BENEATH: OFlags = OFlags::RDONLY
    .union(OFlags::NOFOLLOW)
    .union(OFlags::NONBLOCK)
    .union(OFlags::NOCTTY)
    .union(OFlags::CLOEXEC);

/// Opens the folder itself, by the operator's own path.
pub(super) fn open(folder: &Path) -> Result<OwnedFd, ContextError> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    openat(CWD, folder, flags, Mode::empty()).map_err(unread(folder))
}

/// A file of the folder that has a bound of its own; `None` when there is none. One byte more than the bound is
/// read, so that who parses it can tell.
pub(super) fn small_file(
    root: &OwnedFd,
    folder: &Path,
    name: &str,
    limit: usize,
) -> Result<Option<Vec<u8>>, ContextError> {
    let path = folder.join(name);
    let file = match openat(root, name, BENEATH, Mode::empty()) {
        Ok(file) => file,
        Err(Errno::NOENT) => return Ok(None),
        Err(Errno::LOOP) => return Err(ContextError::NoFile { path }),
        Err(error) => return Err(unread(&path)(error)),
    };
    if kind(&fstat(&file).map_err(unread(&path))?) != FileType::RegularFile {
        return Err(ContextError::NoFile { path });
    }
    read(file, limit.saturating_add(1))
        .map(Some)
        .map_err(|source| ContextError::Read { path, source })
}

/// One walk.
pub(super) struct Walk<'a> {
    folder: &'a Path,
    ignore: &'a Ignore,
    /// Files at the top that are read already, and always go along.
    known: &'a BTreeMap<String, Vec<u8>>,
    archive: Archive,
    /// How many names were seen, ignored ones too.
    seen: usize,
}

impl<'a> Walk<'a> {
    pub(super) fn new(
        folder: &'a Path,
        ignore: &'a Ignore,
        known: &'a BTreeMap<String, Vec<u8>>,
    ) -> Self {
        Self {
            folder,
            ignore,
            known,
            archive: Archive::new(folder),
            seen: 0,
        }
    }

    /// The archive of the whole folder.
    pub(super) fn whole(mut self, root: &OwnedFd) -> Result<Bytes, ContextError> {
        let matched = self.ignore.root();
        self.enter(root, "", &matched, 0)?;
        self.archive.finish()
    }

    /// Everything in one folder, in order of name.
    fn enter(
        &mut self,
        folder: &OwnedFd,
        path: &str,
        above: &Matched,
        depth: usize,
    ) -> Result<(), ContextError> {
        if depth > DEPTH_LIMIT {
            return Err(self.too_many(DEPTH_LIMIT, "folders within each other"));
        }
        for name in self.names(folder, path)? {
            let inside = if path.is_empty() {
                name.clone()
            } else {
                format!("{path}/{name}")
            };
            if let Some(bytes) = self.known.get(&inside) {
                self.archive.file(&inside, super::archive::PLAIN, bytes)?;
                continue;
            }
            let matched = self.ignore.matched(above, &inside);
            self.add(folder, (&name, &inside), &matched, depth)?;
        }
        Ok(())
    }

    fn add(
        &mut self,
        folder: &OwnedFd,
        (name, path): (&str, &str),
        matched: &Matched,
        depth: usize,
    ) -> Result<(), ContextError> {
        let unread = |error| unread(&self.folder.join(path))(error);
        let goes_along = !self.ignore.ignores(matched);
        let found = statat(folder, name, AtFlags::SYMLINK_NOFOLLOW).map_err(unread)?;
        match kind(&found) {
            FileType::Directory if goes_along || self.ignore.has_exceptions() => {
                let opened = openat(folder, name, BENEATH | OFlags::DIRECTORY, Mode::empty());
                let opened = opened.map_err(unread)?;
                if goes_along {
                    self.archive.folder(path, found.st_mode)?;
                }
                self.enter(&opened, path, matched, depth + 1)
            }
            FileType::RegularFile if goes_along => {
                let opened = openat(folder, name, BENEATH, Mode::empty()).map_err(unread)?;
                self.file(opened, path)
            }
            FileType::Symlink if goes_along => {
                let target = readlinkat(folder, name, Vec::new()).map_err(unread)?;
                self.archive
                    .link(path, Path::new(OsStr::from_bytes(target.as_bytes())))
            }
            _ => Ok(()),
        }
    }

    fn file(&mut self, opened: OwnedFd, path: &str) -> Result<(), ContextError> {
        let whole = self.folder.join(path);
        // Another file may have taken the name since it was looked at.
        let found = fstat(&opened).map_err(unread(&whole))?;
        if kind(&found) != FileType::RegularFile {
            return Ok(());
        }
        let room = self.archive.room();
        if usize::try_from(found.st_size).is_ok_and(|size| size > room) {
            return Err(self.archive.too_large());
        }
        // It may have grown since.
        let bytes = read(opened, room.saturating_add(1)).map_err(|source| ContextError::Read {
            path: whole,
            source,
        })?;
        if bytes.len() > room {
            return Err(self.archive.too_large());
        }
        self.archive.file(path, found.st_mode, &bytes)
    }

    /// The names in a folder, sorted.
    fn names(&mut self, folder: &OwnedFd, path: &str) -> Result<Vec<String>, ContextError> {
        let whole = self.folder.join(path);
        let mut names = Vec::new();
        for entry in Dir::read_from(folder).map_err(unread(&whole))? {
            let entry = entry.map_err(unread(&whole))?;
            let Some(name) = own_name(entry.file_name()) else {
                continue;
            };
            self.seen += 1;
            if self.seen > ENTRIES_LIMIT {
                return Err(self.too_many(ENTRIES_LIMIT, "files, folders and links"));
            }
            let name = name.to_str().ok_or_else(|| ContextError::Name {
                path: whole.join(name),
            })?;
            names.push(name.to_owned());
        }
        names.sort_unstable();
        Ok(names)
    }

    fn too_many(&self, limit: usize, what: &'static str) -> ContextError {
        ContextError::TooLarge {
            path: self.folder.to_owned(),
            limit,
            what,
        }
    }
}

/// A name that is neither the folder itself nor the one above it.
fn own_name(name: &CStr) -> Option<&OsStr> {
    let name = OsStr::from_bytes(name.to_bytes());
    (name != "." && name != "..").then_some(name)
}

fn kind(found: &Stat) -> FileType {
    FileType::from_raw_mode(found.st_mode)
}

fn read(file: OwnedFd, limit: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let limit = u64::try_from(limit).unwrap_or(u64::MAX);
    File::from(file).take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn unread(path: &Path) -> impl FnOnce(Errno) -> ContextError {
    let path = path.to_owned();
    move |error| ContextError::Read {
        path,
        source: error.into(),
    }
}

//! The archive, within its bounds.

use std::io;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use tar::{Builder, EntryType, Header};

use super::{CONTEXT_LIMIT, ContextError, ENTRIES_LIMIT};

/// The mode of a file that has none of its own.
pub(super) const PLAIN: u32 = 0o644;
/// What is kept of a mode: who may read, write and run.
const PERMISSIONS: u32 = 0o777;

/// A tar archive of which nothing depends on when, by whom and in which order it was read.
pub(super) struct Archive {
    tar: Builder<Vec<u8>>,
    folder: PathBuf,
    entries: usize,
}

impl Archive {
    /// An empty one; errors name the folder.
    pub(super) fn new(folder: &Path) -> Self {
        Self {
            tar: Builder::new(Vec::new()),
            folder: folder.to_owned(),
            entries: 0,
        }
    }

    /// How many bytes may still be added.
    pub(super) fn room(&self) -> usize {
        CONTEXT_LIMIT.saturating_sub(self.tar.get_ref().len())
    }

    pub(super) fn file(&mut self, name: &str, mode: u32, bytes: &[u8]) -> Result<(), ContextError> {
        self.count(bytes.len())?;
        let mut header = header(EntryType::Regular, mode);
        header.set_size(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        let added = self.tar.append_data(&mut header, name, bytes);
        added.map_err(self.unwritten(name))
    }

    pub(super) fn folder(&mut self, name: &str, mode: u32) -> Result<(), ContextError> {
        self.count(0)?;
        let mut header = header(EntryType::Directory, mode);
        let added = self
            .tar
            .append_data(&mut header, format!("{name}/"), io::empty());
        added.map_err(self.unwritten(name))
    }

    pub(super) fn link(&mut self, name: &str, target: &Path) -> Result<(), ContextError> {
        self.count(target.as_os_str().len())?;
        let mut header = header(EntryType::Symlink, PERMISSIONS);
        let added = self.tar.append_link(&mut header, name, target);
        added.map_err(self.unwritten(name))
    }

    pub(super) fn finish(self) -> Result<Bytes, ContextError> {
        let folder = self.folder;
        let tar = self.tar.into_inner();
        tar.map(Bytes::from).map_err(|source| ContextError::Read {
            path: folder,
            source,
        })
    }

    /// Too many bytes, to whoever reads them.
    pub(super) fn too_large(&self) -> ContextError {
        ContextError::TooLarge {
            path: self.folder.clone(),
            limit: CONTEXT_LIMIT,
            what: "bytes",
        }
    }

    fn count(&mut self, bytes: usize) -> Result<(), ContextError> {
        self.entries += 1;
        if self.entries > ENTRIES_LIMIT {
            return Err(ContextError::TooLarge {
                path: self.folder.clone(),
                limit: ENTRIES_LIMIT,
                what: "files, folders and links",
            });
        }
        if bytes > self.room() {
            return Err(self.too_large());
        }
        Ok(())
    }

    fn unwritten(&self, name: &str) -> impl FnOnce(io::Error) -> ContextError {
        let path = self.folder.join(name);
        move |source| ContextError::Read { path, source }
    }
}

fn header(kind: EntryType, mode: u32) -> Header {
    let mut header = Header::new_gnu();
    header.set_entry_type(kind);
    header.set_mode(mode & PERMISSIONS);
    header.set_mtime(0);
    header.set_uid(0);
    header.set_gid(0);
    header.set_size(0);
    header
}

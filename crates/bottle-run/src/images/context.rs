//! What a build may take files from: a folder as a tar archive, the same for the same content.

mod archive;
mod walk;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use bytes::Bytes;

use self::archive::Archive;
use super::dockerfile::DOCKERFILE_LIMIT;
use super::ignore::{self, IGNORE_LIMIT, Ignore, IgnoreError};

/// The largest context, in bytes: it is held in memory, and sent at each build.
pub const CONTEXT_LIMIT: usize = 256 * 1024 * 1024;
/// The most files, folders and links of a context.
pub const ENTRIES_LIMIT: usize = 50_000;
/// How deep folders may lie in each other; each that is being read holds a descriptor.
pub const DEPTH_LIMIT: usize = 64;

/// The files of a build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Context {
    /// The tar archive.
    pub(super) tar: Bytes,
    /// The Dockerfile's own bytes, as they are in the archive.
    pub(super) dockerfile: Vec<u8>,
}

/// Why there is no context.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ContextError {
    /// Something cannot be read.
    #[error("cannot read {}", shown(.path))]
    Read {
        /// Which file or folder.
        path: PathBuf,
        /// What the operating system said.
        #[source]
        source: io::Error,
    },
    /// The Dockerfile is none.
    #[error("{} is not a file (a symbolic link is not followed)", shown(.path))]
    NoFile {
        /// Where it should be.
        path: PathBuf,
    },
    /// A name cannot be written to the archive.
    #[error("the name of {} is not UTF-8; `.dockerignore` can name the folder that it is in", shown(.path))]
    Name {
        /// Which file.
        path: PathBuf,
    },
    /// There is too much of it.
    #[error("the folder {} has more than {limit} {what}; `.dockerignore` says what does not go along", shown(.path))]
    TooLarge {
        /// The folder.
        path: PathBuf,
        /// The bound.
        limit: usize,
        /// Of what.
        what: &'static str,
    },
    /// The list of what stays behind cannot be read.
    #[error(transparent)]
    Ignore(#[from] IgnoreError),
}

impl Context {
    /// The folder that a Dockerfile lies in, without what its `.dockerignore` names; the Dockerfile itself and
    /// that list always go along. Links are links in the archive; none is followed. Sockets, pipes and devices
    /// stay behind.
    pub(super) fn of_folder(folder: &Path, dockerfile: &str) -> Result<Self, ContextError> {
        let root = walk::open(folder)?;
        let file = |name: &str, limit| walk::small_file(&root, folder, name, limit);
        let text = file(dockerfile, DOCKERFILE_LIMIT)?.ok_or_else(|| ContextError::NoFile {
            path: folder.join(dockerfile),
        })?;
        let list = file(ignore::FILE, IGNORE_LIMIT)?;
        let ignore = Ignore::parse(list.as_deref().unwrap_or_default())?;
        // Read once: what was looked at is what is sent.
        let mut known = BTreeMap::from([(dockerfile.to_owned(), text.clone())]);
        known.extend(list.map(|list| (ignore::FILE.to_owned(), list)));
        let archive = walk::Walk::new(folder, &ignore, &known).whole(&root)?;
        Ok(Self {
            tar: archive,
            dockerfile: text,
        })
    }

    /// A context of files that are known, the Dockerfile among them.
    pub(super) fn of_files(files: &[(&str, &str)], dockerfile: &str) -> Result<Self, ContextError> {
        let mut archive = Archive::new(Path::new(""));
        let files: BTreeMap<_, _> = files.iter().copied().collect();
        for (name, text) in &files {
            archive.file(name, archive::PLAIN, text.as_bytes())?;
        }
        let text = files.get(dockerfile).copied().unwrap_or_default();
        Ok(Self {
            tar: archive.finish()?,
            dockerfile: text.as_bytes().to_vec(),
        })
    }
}

/// A path with nothing in it that a terminal would obey.
fn shown(path: &Path) -> String {
    bottle_core::visible(&path.to_string_lossy())
}

#[cfg(test)]
mod tests;

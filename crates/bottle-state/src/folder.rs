//! A folder whose files appear whole or not at all.

mod write_new;

use std::ffi::OsStr;
use std::fs::{DirBuilder, File};
use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, CWD, Dir, FileType, Gid, Mode, OFlags, Uid};
use rustix::io::Errno;

use crate::{Access, RelativePath, StateError, cut, remove};

/// How a folder is opened: it must be one, and not a symbolic link to one.
pub(crate) const FOLDER: OFlags = OFlags::RDONLY
    .union(OFlags::DIRECTORY)
    .union(OFlags::NOFOLLOW)
    .union(OFlags::CLOEXEC);

/// A folder whose files appear whole or not at all, and in which no symbolic link is followed:
/// what runs in a container may have written there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder(PathBuf);

impl Folder {
    /// The folder at a path, whether it exists or not.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Makes the folder itself, for the operator alone (0700), and those above it where missing.
    ///
    /// # Errors
    ///
    /// [`StateError::Exists`] when there is something of that name, or what the operating system says.
    pub fn create(&self) -> Result<(), StateError> {
        let private = || {
            let mut builder = DirBuilder::new();
            builder.mode(Access::Private.folder_mode());
            builder
        };
        if let Some(parent) = self
            .0
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty())
        {
            private()
                .recursive(true)
                .create(parent)
                .map_err(StateError::io("create the folder", parent))?;
        }
        match private().create(&self.0) {
            Ok(()) => self.dress(&self.0, Access::Private),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(StateError::Exists {
                path: self.0.clone(),
            }),
            Err(error) => Err(StateError::io("create the folder", &self.0)(error)),
        }
    }

    /// Makes a folder inside.
    ///
    /// # Errors
    ///
    /// [`StateError::Exists`] when there is something of that name, or what the operating system says.
    pub fn create_folder(&self, path: &RelativePath, access: Access) -> Result<(), StateError> {
        let full = self.0.join(path.as_str());
        let parent = self.open_parent(path)?;
        cut::here();
        match rustix::fs::mkdirat(&parent, path.name(), Mode::RWXU) {
            Ok(()) => {}
            Err(Errno::EXIST) => return Err(StateError::Exists { path: full }),
            Err(error) => return Err(StateError::io("create the folder", &full)(error)),
        }
        let made = rustix::fs::openat(&parent, path.name(), FOLDER, Mode::empty())
            .map_err(StateError::io("open the folder", &full))?;
        set_access(&made, access.folder_mode(), access)
            .map_err(StateError::io("hand over the folder", &full))
    }

    /// Makes a folder inside, unless it is there.
    ///
    /// # Errors
    ///
    /// What the operating system says, also when something of that name is no folder.
    pub fn ensure_folder(&self, path: &RelativePath, access: Access) -> Result<(), StateError> {
        match self.create_folder(path, access) {
            Err(StateError::Exists { path: full }) => {
                let parent = self.open_parent(path)?;
                let there = rustix::fs::openat(&parent, path.name(), FOLDER, Mode::empty())
                    .map_err(StateError::io("open the folder", &full))?;
                set_access(&there, access.folder_mode(), access)
                    .map_err(StateError::io("hand over the folder", &full))
            }
            made => made,
        }
    }

    /// Writes a file: readers see the old one or the new one, also after a loss of power.
    ///
    /// # Errors
    ///
    /// What the operating system says; nothing is left behind then.
    pub fn write(
        &self,
        path: &RelativePath,
        bytes: &[u8],
        access: Access,
    ) -> Result<(), StateError> {
        let full = self.0.join(path.as_str());
        let parent = self.open_parent(path)?;
        let temporary =
            temporary_name(path.name()).map_err(StateError::io("find a name beside", &full))?;
        let result = replace(&parent, &temporary, path.name(), bytes, access);
        if result.is_err() {
            // The error that counts is the first one; the name may not even exist.
            let _ = rustix::fs::unlinkat(&parent, &temporary, AtFlags::empty());
        }
        result.map_err(StateError::io("write", &full))
    }

    /// Begins to write a file that is too large to be held: it appears when it is committed.
    ///
    /// # Errors
    ///
    /// What the operating system says.
    pub fn begin(&self, path: &RelativePath, access: Access) -> Result<Staged, StateError> {
        let full = self.0.join(path.as_str());
        let parent = self.open_parent(path)?;
        let temporary =
            temporary_name(path.name()).map_err(StateError::io("find a name beside", &full))?;
        let file = create(&parent, &temporary).map_err(StateError::io("write", &full))?;
        Ok(Staged {
            parent,
            file,
            temporary: Some(temporary),
            name: path.name().to_owned(),
            full,
            access,
        })
    }

    /// Reads a regular file of at most `limit` bytes; `None` when there is none.
    ///
    /// # Errors
    ///
    /// What the operating system says, also for a symbolic link, something that is no file, or a longer file.
    pub fn read(&self, path: &RelativePath, limit: u64) -> Result<Option<Vec<u8>>, StateError> {
        let full = self.0.join(path.as_str());
        let file = self.open_file(path)?;
        file.map(|file| read_capped(file, limit))
            .transpose()
            .map_err(StateError::io("read", &full))
    }

    /// Opens a file for reading; `None` when there is none.
    ///
    /// # Errors
    ///
    /// What the operating system says, also for a symbolic link.
    pub fn open_file(&self, path: &RelativePath) -> Result<Option<File>, StateError> {
        let full = self.0.join(path.as_str());
        let opened = self.open_parent(path).map(|parent| {
            // NONBLOCK: a named pipe in its place must not hold us up.
            let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
            rustix::fs::openat(parent, path.name(), flags, Mode::empty())
        });
        match opened {
            Ok(Ok(file)) => Ok(Some(File::from(file))),
            Ok(Err(Errno::NOENT)) => Ok(None),
            Ok(Err(error)) => Err(StateError::io("open", &full)(error)),
            Err(StateError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// The regular files below a folder inside, in order, as far as their names are plain ones. A folder that is not
    /// there has none.
    ///
    /// # Errors
    ///
    /// What the operating system says.
    pub fn files_below(&self, path: &RelativePath) -> Result<Vec<RelativePath>, StateError> {
        let mut files = Vec::new();
        let mut waiting = vec![path.clone()];
        while let Some(folder) = waiting.pop() {
            let full = self.0.join(folder.as_str());
            let parent = match self.open_parent(&folder) {
                Err(StateError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                    continue;
                }
                parent => parent?,
            };
            let opened = rustix::fs::openat(&parent, folder.name(), FOLDER, Mode::empty());
            let opened = match opened {
                Err(Errno::NOENT) => continue,
                opened => opened.map_err(StateError::io("open the folder", &full))?,
            };
            for entry in Dir::read_from(&opened).map_err(StateError::io("list", &full))? {
                let entry = entry.map_err(StateError::io("list", &full))?;
                let name = entry.file_name();
                let path = name.to_str().ok();
                let path = path.and_then(|name| format!("{folder}/{name}").parse().ok());
                let facts = rustix::fs::statat(&opened, name, AtFlags::SYMLINK_NOFOLLOW);
                let facts = facts.map_err(StateError::io("look into", &full))?;
                match (path, FileType::from_raw_mode(facts.st_mode)) {
                    (Some(path), FileType::Directory) => waiting.push(path),
                    (Some(path), FileType::RegularFile) => files.push(path),
                    _ => {}
                }
            }
        }
        files.sort();
        Ok(files)
    }

    /// Removes a folder inside with everything in it; one that does not exist is fine. Links are removed, never followed.
    ///
    /// # Errors
    ///
    /// What the operating system says.
    pub fn remove_folder(&self, path: &RelativePath) -> Result<(), StateError> {
        let full = self.0.join(path.as_str());
        let parent = self.open_parent(path)?;
        let folder = match rustix::fs::openat(&parent, path.name(), FOLDER, Mode::empty()) {
            Ok(folder) => folder,
            Err(Errno::NOENT) => return Ok(()),
            Err(error) => return Err(StateError::io("open the folder", &full)(error)),
        };
        remove::empty(&folder).map_err(StateError::io("empty", &full))?;
        rustix::fs::unlinkat(&parent, path.name(), AtFlags::REMOVEDIR)
            .map_err(StateError::io("remove", &full))
    }

    /// Lets a folder inside take the place of another one there, which is removed.
    ///
    /// # Errors
    ///
    /// What the operating system says.
    pub fn replace_folder(&self, from: &RelativePath, to: &RelativePath) -> Result<(), StateError> {
        self.remove_folder(to)?;
        let full = self.0.join(to.as_str());
        let (old, new) = (self.open_parent(from)?, self.open_parent(to)?);
        rustix::fs::renameat(&old, from.name(), &new, to.name())
            .map_err(StateError::io("rename to", &full))
    }

    /// Removes a file; one that does not exist is fine.
    ///
    /// # Errors
    ///
    /// What the operating system says.
    pub fn remove_file(&self, path: &RelativePath) -> Result<(), StateError> {
        let parent = match self.open_parent(path) {
            Ok(parent) => parent,
            Err(StateError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        match rustix::fs::unlinkat(&parent, path.name(), AtFlags::empty()) {
            Ok(()) | Err(Errno::NOENT) => Ok(()),
            Err(error) => Err(StateError::io("remove", &self.0.join(path.as_str()))(error)),
        }
    }

    /// Opens the folder itself; the operator's own path to it may hold links, its last name may not.
    pub(crate) fn open(&self) -> Result<OwnedFd, StateError> {
        rustix::fs::openat(CWD, &self.0, FOLDER, Mode::empty())
            .map_err(StateError::io("open the folder", &self.0))
    }

    /// Opens the folder that holds the last name of a path.
    pub(crate) fn open_parent(&self, path: &RelativePath) -> Result<OwnedFd, StateError> {
        let mut folder = self.open()?;
        let mut full = self.0.clone();
        for name in path.folders() {
            full.push(name);
            folder = rustix::fs::openat(&folder, OsStr::new(name), FOLDER, Mode::empty())
                .map_err(StateError::io("open the folder", &full))?;
        }
        Ok(folder)
    }

    /// Sets the mode whatever the umask says.
    fn dress(&self, path: &Path, access: Access) -> Result<(), StateError> {
        let folder = self.open()?;
        set_access(&folder, access.folder_mode(), access)
            .map_err(StateError::io("hand over the folder", path))
    }
}

/// A file under a temporary name. Dropped without having been committed, it is removed.
#[derive(Debug)]
pub struct Staged {
    parent: OwnedFd,
    file: File,
    temporary: Option<String>,
    name: String,
    full: PathBuf,
    access: Access,
}

impl Staged {
    /// The file, to be written.
    ///
    /// # Errors
    ///
    /// What the operating system says.
    pub fn file(&self) -> Result<File, StateError> {
        self.file
            .try_clone()
            .map_err(StateError::io("write", &self.full))
    }

    /// Lets it take the place of the old one.
    ///
    /// # Errors
    ///
    /// What the operating system says; the old one is there then.
    pub fn commit(mut self) -> Result<(), StateError> {
        let temporary = self.temporary.clone().unwrap_or_default();
        publish(
            &self.parent,
            &temporary,
            &self.name,
            (&self.file, self.access),
        )
        .map_err(StateError::io("write", &self.full))?;
        self.temporary = None;
        Ok(())
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        if let Some(temporary) = &self.temporary {
            // Nobody is left to be told.
            let _ = rustix::fs::unlinkat(&self.parent, temporary, AtFlags::empty());
        }
    }
}

/// Fills the temporary file and lets it take the place of the old one.
fn replace(
    parent: &OwnedFd,
    temporary: &str,
    name: &str,
    bytes: &[u8],
    access: Access,
) -> io::Result<()> {
    cut::here();
    let mut file = create(parent, temporary)?;
    cut::here();
    cut::write_all(&mut file, bytes)?;
    publish(parent, temporary, name, (&file, access))
}

fn create(parent: &OwnedFd, temporary: &str) -> io::Result<File> {
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let file = rustix::fs::openat(parent, temporary, flags, Mode::RUSR | Mode::WUSR)?;
    Ok(File::from(file))
}

/// Lets a temporary file that is filled take the place of the old one.
fn publish(
    parent: &OwnedFd,
    temporary: &str,
    name: &str,
    (file, access): (&File, Access),
) -> io::Result<()> {
    set_access(file, access.file_mode(), access)?;
    cut::here();
    file.sync_all()?;
    cut::here();
    rustix::fs::renameat(parent, temporary, parent, name)?;
    cut::here();
    rustix::fs::fsync(parent)?;
    cut::here();
    Ok(())
}

fn set_access(file: impl std::os::fd::AsFd, mode: u32, access: Access) -> rustix::io::Result<()> {
    rustix::fs::fchmod(&file, Mode::from_raw_mode(mode))?;
    if let Some(owner) = access.owner() {
        rustix::fs::fchown(
            &file,
            Some(Uid::from_raw(owner.uid)),
            Some(Gid::from_raw(owner.gid)),
        )?;
    }
    Ok(())
}

fn temporary_name(name: &str) -> io::Result<String> {
    let random = getrandom::u64().map_err(io::Error::from)?;
    // Cut, so that a long name still has a temporary one.
    let stem: String = name.chars().take(128).collect();
    Ok(format!(".{stem}.{random:016x}.tmp"))
}

fn read_capped(file: File, limit: u64) -> io::Result<Vec<u8>> {
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    let mut bytes = Vec::new();
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length <= limit) {
        Ok(bytes)
    } else {
        Err(io::Error::other(format!("it is longer than {limit} bytes")))
    }
}

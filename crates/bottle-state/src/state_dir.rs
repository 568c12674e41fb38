//! The state folder of one bottle.

use std::path::Path;

use bottle_core::Identity;
use rustix::fs::{AtFlags, CWD};
use rustix::io::Errno;

use crate::lock::{self, Holder, NoLock};
use crate::{
    Access, Folder, Lock, METADATA_VERSION, Metadata, RelativePath, StateError, cut, remove,
};

/// The longest metadata that is read, in bytes: protects us from a file that is not ours.
const METADATA_LIMIT: u64 = 64 * 1024;

/// The file that says that a folder is to be kept.
const MARK: RelativePath = RelativePath::constant(".preserve");
/// The longest mark that is read, in bytes.
const MARK_LIMIT: u64 = 64;

/// Why a folder is marked to be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// A session left something worth keeping. One that is resumed and ends well takes it away.
    Automatic,
    /// Somebody wants it kept, whatever happens.
    Asked,
}

impl Mark {
    const fn text(self) -> &'static str {
        match self {
            Self::Automatic => "automatic\n",
            Self::Asked => "asked\n",
        }
    }
}

/// Whether a process looks after the bottle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LockState {
    /// A process holds the lock.
    Held,
    /// None does: it ended, or it was killed.
    Free,
}

/// The state folder of one bottle, whether it exists or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateDir {
    identity: Identity,
    folder: Folder,
}

impl StateDir {
    pub(crate) fn new(identity: Identity, root: &Path) -> Self {
        let folder = Folder::new(root.join(identity.to_string()));
        Self { identity, folder }
    }

    /// Whose it is.
    pub const fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The folder, for what is written into it.
    pub const fn folder(&self) -> &Folder {
        &self.folder
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Makes the folder (0700) and takes its lock.
    ///
    /// # Errors
    ///
    /// [`StateError::Exists`] when there is one already, or what the operating system says.
    pub fn create(&self) -> Result<Lock, StateError> {
        self.folder.create()?;
        self.lock()
    }

    /// Takes the lock, to look after the bottle. It does not wait.
    ///
    /// # Errors
    ///
    /// [`StateError::Locked`] when another process has it, [`StateError::Gone`] when that one has just removed
    /// the folder, or what the operating system says.
    pub fn lock(&self) -> Result<Lock, StateError> {
        self.lock_as(Holder::Owner(std::process::id()))
    }

    /// Takes the lock, to end the bottle: nobody is going to be told to end meanwhile.
    ///
    /// # Errors
    ///
    /// As [`StateDir::lock`].
    pub fn lock_to_end(&self) -> Result<Lock, StateError> {
        self.lock_as(Holder::Other)
    }

    fn lock_as(&self, holder: Holder) -> Result<Lock, StateError> {
        lock::take(&self.folder.open()?, holder).map_err(|why| match why {
            NoLock::Held => StateError::Locked {
                identity: self.identity.clone(),
            },
            NoLock::Gone => StateError::Gone {
                identity: self.identity.clone(),
            },
            NoLock::Io(source) => StateError::Io {
                what: "lock",
                path: self.path().to_owned(),
                source,
            },
        })
    }

    /// Whether a process looks after the bottle.
    ///
    /// # Errors
    ///
    /// What the operating system says.
    pub fn lock_state(&self) -> Result<LockState, StateError> {
        match lock::is_held(&self.folder.open()?) {
            Ok(true) => Ok(LockState::Held),
            Ok(false) => Ok(LockState::Free),
            Err(error) => Err(StateError::io("ask for the lock of", self.path())(error)),
        }
    }

    /// Writes `metadata.json`.
    ///
    /// # Errors
    ///
    /// What the operating system says, or [`StateError::Metadata`] for a path in it that is not UTF-8.
    pub fn write_metadata(&self, metadata: &Metadata) -> Result<(), StateError> {
        let (path, full) = self.metadata_path();
        let mut bytes = serde_json::to_vec_pretty(metadata)
            .map_err(|source| StateError::Metadata { path: full, source })?;
        bytes.push(b'\n');
        self.folder.write(&path, &bytes, Access::Private)
    }

    /// Changes `metadata.json`; nothing when there is none.
    ///
    /// # Errors
    ///
    /// As for reading and writing it.
    pub fn change_metadata(&self, change: impl FnOnce(&mut Metadata)) -> Result<(), StateError> {
        let Some(mut metadata) = self.metadata()? else {
            return Ok(());
        };
        change(&mut metadata);
        self.write_metadata(&metadata)
    }

    /// Reads `metadata.json`; `None` when there is none (yet).
    ///
    /// # Errors
    ///
    /// When it is not what this version writes for this bottle.
    pub fn metadata(&self) -> Result<Option<Metadata>, StateError> {
        /// Read first, so that a newer file is called newer and not broken.
        #[derive(serde::Deserialize)]
        struct Versioned {
            version: u32,
        }
        let (path, full) = self.metadata_path();
        let Some(bytes) = self.folder.read(&path, METADATA_LIMIT)? else {
            return Ok(None);
        };
        let broken = |source| StateError::Metadata {
            path: full.clone(),
            source,
        };
        let Versioned { version: found } = serde_json::from_slice(&bytes).map_err(broken)?;
        if found != METADATA_VERSION {
            return Err(StateError::Version { path: full, found });
        }
        let metadata: Metadata = serde_json::from_slice(&bytes).map_err(broken)?;
        if metadata.identity == self.identity {
            Ok(Some(metadata))
        } else {
            Err(StateError::Misplaced {
                path: full,
                found: metadata.identity,
            })
        }
    }

    /// Who has the lock, where somebody has.
    ///
    /// # Errors
    ///
    /// What the operating system says.
    pub fn holder(&self) -> Result<Option<Holder>, StateError> {
        lock::holder(&self.folder.open()?)
            .map_err(StateError::io("ask for the lock of", self.path()))
    }

    /// Marks the folder to be kept. A mark that somebody set on purpose is not made weaker.
    ///
    /// # Errors
    ///
    /// What the operating system says.
    pub fn preserve(&self, mark: Mark) -> Result<(), StateError> {
        if mark == Mark::Automatic && self.mark()? == Some(Mark::Asked) {
            return Ok(());
        }
        self.set_mark(mark)
    }

    /// Marks the folder in this way, however it was marked before.
    ///
    /// # Errors
    ///
    /// What the operating system says.
    pub fn set_mark(&self, mark: Mark) -> Result<(), StateError> {
        let text = mark.text();
        self.folder.write(&MARK, text.as_bytes(), Access::Private)
    }

    /// How it is marked to be kept, if it is. What is not ours to read counts as set on purpose.
    ///
    /// # Errors
    ///
    /// What the operating system says, other than that there is no mark.
    pub fn mark(&self) -> Result<Option<Mark>, StateError> {
        match rustix::fs::statat(
            CWD,
            self.path().join(MARK.as_str()),
            AtFlags::SYMLINK_NOFOLLOW,
        ) {
            Ok(_) => {}
            Err(Errno::NOENT) => return Ok(None),
            Err(error) => return Err(StateError::io("look into", self.path())(error)),
        }
        let text = self.folder.read(&MARK, MARK_LIMIT);
        let is_automatic = text
            .is_ok_and(|text| text.is_some_and(|text| text == Mark::Automatic.text().as_bytes()));
        Ok(Some(if is_automatic {
            Mark::Automatic
        } else {
            Mark::Asked
        }))
    }

    /// Removes the folder with everything in it. Links are removed, never followed.
    /// The lock is given back when the folder is gone.
    ///
    /// # Errors
    ///
    /// What the operating system says; part of the folder is left then.
    pub fn remove(&self, lock: Lock) -> Result<(), StateError> {
        let folder = self.folder.open()?;
        remove::empty(&folder).map_err(StateError::io("empty", self.path()))?;
        cut::here();
        std::fs::remove_dir(self.path()).map_err(StateError::io("remove", self.path()))?;
        drop(lock);
        Ok(())
    }

    fn metadata_path(&self) -> (RelativePath, std::path::PathBuf) {
        let path = RelativePath::constant("metadata.json");
        let full = self.path().join(path.as_str());
        (path, full)
    }
}

//! What an operator's folder has at the guarded paths.

use std::collections::BTreeMap;
use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::guard::{GIT_GUARDS, GUARDS};
use super::mount::MountError;

/// Which file it is, whatever its name, and since when it is as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identification {
    /// The device.
    pub device: u64,
    /// The number. It is given again when it is free, so it alone does not tell a file from its successor.
    pub inode: u64,
    /// When the file itself, not only what is below it, was changed: seconds and nanoseconds. Nobody can set it.
    pub changed: (i64, i64),
}

/// What lies at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lies {
    /// A folder.
    Folder(Identification),
    /// A file.
    File(Identification),
    /// A link.
    Link,
    /// Something else.
    Other,
}

/// What a folder has at the guarded paths; what is not in it is not there.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Listing(BTreeMap<String, Lies>);

impl Listing {
    /// Looks at a folder. No link is followed but those on the way to it.
    ///
    /// # Errors
    ///
    /// When it cannot be looked at.
    pub fn read(folder: &Path) -> Result<Self, MountError> {
        let mut listing = Self::default();
        let git = listing.look(folder, ".git")?;
        for guard in GUARDS {
            listing.look(folder, guard.name)?;
        }
        if matches!(git, Some(Lies::Folder(_))) {
            for guard in GIT_GUARDS {
                listing.look(folder, &format!(".git/{}", guard.name))?;
            }
        }
        Ok(listing)
    }

    /// A listing made by hand.
    pub fn new(entries: impl IntoIterator<Item = (String, Lies)>) -> Self {
        Self(entries.into_iter().collect())
    }

    /// What lies at a path.
    pub fn at(&self, path: &str) -> Option<Lies> {
        self.0.get(path).copied()
    }

    /// The paths that were changed or replaced since, in order. `before` is read when the placeholders are made, `self` when
    /// the bottle has ended and before they are removed.
    ///
    /// A mount goes when what it lies on is removed or replaced *on the host*: by an editor that saves through a new file,
    /// by `git config`, by a change of branches. The kernel does that, a container that runs is not asked, and from then on
    /// the agent can write there. It cannot bring this about itself: inside, a mount's place is busy. So nothing is found
    /// here unless somebody on the host did something, and then the operator is told to look at these paths before he goes
    /// on.
    pub fn replaced_since<'a>(&'a self, before: &'a Self) -> impl Iterator<Item = &'a str> {
        let had = before.0.keys().map(String::as_str);
        had.filter(|path| self.at(path) != before.at(path))
    }

    fn look(&mut self, folder: &Path, name: &str) -> Result<Option<Lies>, MountError> {
        let path = folder.join(name);
        let lies = match fs::symlink_metadata(&path) {
            Ok(facts) => Some(lies(name, &facts)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(source) => return Err(cannot_look(path, source)),
        };
        self.0.extend(lies.map(|lies| (name.to_owned(), lies)));
        Ok(lies)
    }
}

fn cannot_look(path: PathBuf, source: io::Error) -> MountError {
    MountError::Io {
        what: "look at",
        path,
        source,
    }
}

fn lies(name: &str, facts: &Metadata) -> Lies {
    let identification = Identification {
        device: facts.dev(),
        inode: facts.ino(),
        // Git works in it.
        changed: if name == ".git" {
            (0, 0)
        } else {
            (facts.ctime(), facts.ctime_nsec())
        },
    };
    let kind = facts.file_type();
    if kind.is_dir() {
        Lies::Folder(identification)
    } else if kind.is_file() {
        Lies::File(identification)
    } else if kind.is_symlink() {
        Lies::Link
    } else {
        Lies::Other
    }
}

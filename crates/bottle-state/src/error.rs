//! Why the state could not be read or written.

use std::io;
use std::path::{Path, PathBuf};

use bottle_core::Identity;

/// Why the state could not be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StateError {
    /// The operating system refused.
    #[error("could not {what} {}", .path.display())]
    Io {
        /// What was being done, a verb.
        what: &'static str,
        /// To what.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// There is something of that name already.
    #[error("{} exists already", .path.display())]
    Exists {
        /// Its path.
        path: PathBuf,
    },
    /// Another process looks after the bottle.
    #[error("the bottle {identity} belongs to another process of bottle that is still running")]
    Locked {
        /// The bottle.
        identity: Identity,
    },
    /// The folder was removed by another process.
    #[error("the state of {identity} has just been removed by another process")]
    Gone {
        /// The bottle.
        identity: Identity,
    },
    /// The metadata is not what this version writes.
    #[error("{} is not metadata of a bottle", .path.display())]
    Metadata {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        source: serde_json::Error,
    },
    /// The metadata was written by another version.
    #[error("{} has version {found}, this program reads {}", .path.display(), crate::METADATA_VERSION)]
    Version {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u32,
    },
    /// The metadata of one bottle lies in the folder of another.
    #[error("{} belongs to {found}", .path.display())]
    Misplaced {
        /// The file.
        path: PathBuf,
        /// Whose it says it is.
        found: Identity,
    },
    /// A path that has to be written into a label or a compose file is not text.
    #[error("{} is not UTF-8", .path.display())]
    NotUtf8 {
        /// The path.
        path: PathBuf,
    },
}

impl StateError {
    /// For `map_err`: the operating system refused to do `what` to `path`.
    pub(crate) fn io<E: Into<io::Error>>(
        what: &'static str,
        path: &Path,
    ) -> impl FnOnce(E) -> Self {
        let path = path.to_owned();
        move |source| Self::Io {
            what,
            path,
            source: source.into(),
        }
    }
}

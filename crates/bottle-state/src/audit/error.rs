//! Why a trail could not be read or written.

use std::io;
use std::path::{Path, PathBuf};

use super::line::LONGEST_LINE;
use crate::StateError;

/// Why the trail could not be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuditError {
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
    /// The file beside the trail could not be read or written.
    #[error(transparent)]
    Head(#[from] StateError),
    /// Another process writes and does not come to an end.
    #[error("{} is being written by another process that does not finish", .path.display())]
    Busy {
        /// The file.
        path: PathBuf,
    },
    /// A line is not what was written.
    #[error(
        "line {line} of {} is not what was written: {why}. Nothing is added to it; to begin a new trail, move the file \
         and the one that ends in `.head` to another folder and keep them", .path.display()
    )]
    Broken {
        /// The file.
        path: PathBuf,
        /// The first line that is wrong, from 1.
        line: u64,
        /// In which way.
        why: BrokenLine,
    },
    /// The decision does not fit into a line.
    #[error("a decision is longer than {LONGEST_LINE} bytes")]
    TooLong,
    /// The decision is about another bottle.
    #[error("a decision about one bottle is not written into the trail of another")]
    Misplaced,
}

impl AuditError {
    /// For `map_err`: the operating system refused to do `what` to `path`.
    pub(super) fn io(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { what, path, source }
    }
}

/// In which way a line is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BrokenLine {
    /// It is no line of a trail.
    #[error("it has not the form of a decision")]
    Form,
    /// Its own hash is another one.
    #[error("its content does not have the hash that it says")]
    Hash,
    /// It does not follow the one before.
    #[error("it does not follow the line before it")]
    Chain,
    /// It is missing, and perhaps more behind it.
    #[error("it is missing")]
    Missing,
    /// It is the last one that was noted beside the trail, and is another one now; or nothing is noted there.
    #[error("the file beside it, which ends in `.head`, says something else")]
    Head,
}

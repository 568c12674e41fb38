//! Why a push could not be looked at.

use std::io;

/// What is pushed could not be looked at as a whole, so it does not pass.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum ScanError {
    /// It is more than may be, or not what anybody has.
    #[error("{0}")]
    Limits(Limit),
    /// Git did not start, or its pipes broke.
    #[error("git cannot be run to read what is pushed")]
    Run(#[source] io::Error),
    /// Git ended with an error.
    #[error("git {0} failed while it read what is pushed")]
    Git(&'static str),
    /// Git said something that it should not say.
    #[error("git {0} answered what cannot be understood")]
    Answer(&'static str),
    /// An id that is to be pushed is none.
    #[error("an id that is to be pushed is none")]
    Id,
    /// An object is not what its kind says.
    #[error("object {0} is broken")]
    Broken(super::ObjectId),
    /// It took too long.
    #[error("the scan took longer than it may; push fewer commits at a time")]
    Time,
    /// A thread of the scan ended by itself.
    #[error("the scan stopped because of an error of its own")]
    Stopped,
}

/// What there was too much of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum Limit {
    /// Objects.
    #[error("more than {0} objects are pushed at once; push fewer commits at a time")]
    Objects(u64),
    /// Bytes, unpacked.
    #[error("what is pushed unpacks to more than {0} bytes; push fewer commits at a time")]
    Bytes(u64),
    /// A tree of too many entries.
    #[error("a folder has more than {} entries", super::limits::MAX_ENTRIES)]
    Entries,
    /// A tree of too many bytes.
    #[error("a folder has a list of more than {} bytes", super::limits::MAX_TREE)]
    Tree,
    /// A message that is too long.
    #[error("a commit or a tag has more than {} bytes", super::limits::MAX_TEXT)]
    Text,
    /// Folders that lie too deep.
    #[error(
        "folders lie in each other more than {} deep",
        super::limits::MAX_DEPTH
    )]
    Depth,
    /// A path that is too long.
    #[error("a path has more than {} bytes", super::limits::MAX_PATH)]
    Path,
    /// Paths that are too long together.
    #[error(
        "the paths of what is pushed have more than {} bytes",
        super::limits::MAX_PATHS
    )]
    Paths,
    /// More findings than anybody reads.
    #[error("more than {} secrets are in what is pushed", super::limits::MAX_FOUND)]
    Findings,
}

impl ScanError {
    /// The code that the client sees.
    pub(crate) const fn code(&self) -> &'static str {
        match self {
            Self::Limits(_) | Self::Time => "git.limits",
            Self::Run(_)
            | Self::Git(_)
            | Self::Answer(_)
            | Self::Id
            | Self::Broken(_)
            | Self::Stopped => "git.unscannable",
        }
    }
}

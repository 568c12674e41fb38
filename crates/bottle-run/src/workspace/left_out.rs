//! What of a checkout is not among its changes, or not applied.

use std::fmt;

use super::TreePath;

/// A path that was left out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LeftOut {
    /// The path.
    pub path: TreePath,
    /// Why.
    pub why: LeftOutBecause,
}

/// Why a path was left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum LeftOutBecause {
    /// It is a repository of its own, which git would keep as a submodule.
    Repository,
    /// It is, or leads into, a `.git`.
    GitFolder,
    /// It is a pipe, a socket or a device.
    Special,
    /// It may not be read.
    Unreadable,
    /// It is run or obeyed on the host later, without being asked for: see [`guarded`](super::guarded).
    Guarded,
    /// It is a link that leads out of the repository.
    LeadsOut,
}

impl fmt::Display for LeftOutBecause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Repository => "is a repository of its own",
            Self::GitFolder => "is, or leads into, a `.git`",
            Self::Special => "is neither a file nor a link",
            Self::Unreadable => "may not be read",
            Self::Guarded => "is run or obeyed on this machine later",
            Self::LeadsOut => "is a link that leads out of the repository",
        })
    }
}

impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.path, self.why)
    }
}

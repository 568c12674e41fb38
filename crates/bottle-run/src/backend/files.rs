//! Files of a container, as archives (POSIX tar).

use std::fs::File;

use super::Target;

/// An archive to unpack.
#[derive(Debug)]
pub enum Archive {
    /// All of it.
    Bytes(Vec<u8>),
    /// What this file, or the reading end of a pipe, yields until its end.
    File(File),
}

/// An archive and where it goes.
#[derive(Debug)]
pub struct UploadRequest {
    /// The container.
    pub target: Target,
    /// The folder in it to unpack into, absolute; it must exist.
    pub folder: String,
    /// The archive.
    pub archive: Archive,
}

/// What is wanted of a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DownloadRequest {
    /// The container.
    pub target: Target,
    /// The file or folder in it, absolute. A link there is not followed.
    pub path: String,
    /// The most that is taken, in bytes of the archive: protects the operator's disk from the inside.
    pub limit: u64,
}

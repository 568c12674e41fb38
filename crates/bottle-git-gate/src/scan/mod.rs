//! The scan of what is pushed.

use std::time::Instant;

use bottle_core::{PushPolicy, RemoteName};
use bottle_git::Releases;
use bottle_pipelock::KnownSecret;

use crate::git::Git;

/// What is to be looked at, and against what.
pub(crate) struct ScanRequest<'a> {
    /// Git in the mirror, with the quarantine of the push.
    pub(crate) git: &'a Git,
    /// Where it would go.
    pub(crate) remote: &'a RemoteName,
    /// The ids that refs are to get, in hexadecimal digits.
    pub(crate) new: &'a [String],
    /// The refs that are pushed.
    pub(crate) refs: &'a [String],
    /// What the operator let pass.
    pub(crate) releases: &'a Releases,
    /// The bottle's own values.
    pub(crate) known: &'a [KnownSecret],
    /// Counts and sizes.
    pub(crate) limits: &'a PushPolicy,
    /// When the scan must have ended.
    pub(crate) deadline: Instant,
}

/// What was found. Without findings the push is clean.
#[derive(Debug)]
pub(crate) struct ScanReport {
    /// What was found.
    pub(crate) findings: Vec<Finding>,
    /// How many objects were looked at.
    pub(crate) objects: u64,
    /// How many bytes they have.
    pub(crate) bytes: u64,
}

/// One thing that must not leave.
#[derive(Debug)]
pub(crate) struct Finding;

/// What is pushed could not be looked at as a whole, so it does not pass.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum ScanError {
    /// There is no scan yet.
    #[error("what is pushed cannot be scanned")]
    Unscannable,
}

/// Looks at every object that is new to the gate.
pub(crate) fn scan_push(request: &ScanRequest<'_>) -> Result<ScanReport, ScanError> {
    let ScanRequest {
        git: _,
        remote: _,
        new: _,
        refs: _,
        releases: _,
        known: _,
        limits: _,
        deadline: _,
    } = request;
    Err(ScanError::Unscannable)
}

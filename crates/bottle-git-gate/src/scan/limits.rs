//! What a push may ask of the scan. Beside these stand the limits of the remote ([`bottle_core::PushPolicy`]) and the
//! deadline of the push.
//!
//! Memory: the list of objects (about 60 bytes each and their paths), objects that were read and wait
//! ([`IN_FLIGHT`]), and what the scanner makes of the ones it looks at; of those longer than [`LARGE`] it looks at one at
//! a time.

/// The longest blob that is looked at, in bytes. A longer one is a finding, which the operator may release.
pub(super) const MAX_BLOB: u64 = 32 * 1024 * 1024;
/// Of blobs that are longer one is looked at at a time: a view of each may be several times its size.
pub(super) const LARGE: u64 = 2 * 1024 * 1024;
/// The longest commit or tag, in bytes: some have a whole change log in their message.
pub(super) const MAX_TEXT: u64 = 4 * 1024 * 1024;
/// The longest tree, in bytes: of [`MAX_ENTRIES`] with names of 40 bytes.
pub(super) const MAX_TREE: u64 = 6 * 1024 * 1024;
/// How many entries a tree may have. The largest folders of well-known projects have tens of thousands.
pub(super) const MAX_ENTRIES: usize = 100_000;
/// How deep folders may lie in each other. Git itself checks out no more than about a thousand.
pub(super) const MAX_DEPTH: usize = 200;
/// The longest path, in bytes: what systems take.
pub(super) const MAX_PATH: usize = 4096;
/// What all paths may have together, in bytes: they are held in memory.
pub(super) const MAX_PATHS: usize = 64 * 1024 * 1024;
/// What all objects of a push may have, unpacked, in bytes. A pack of a megabyte can hold as much.
pub(super) const MAX_UNPACKED: u64 = 4 * 1024 * 1024 * 1024;
/// Objects that were read and wait to be looked at, in bytes.
pub(super) const IN_FLIGHT: u64 = 40 * 1024 * 1024;
/// Names of which it is remembered that they were looked at; behind so many the memory begins anew.
pub(super) const MAX_NAMES: usize = 1_000_000;
/// How many things may be found in a push. Behind so many nobody reads on.
pub(super) const MAX_FOUND: usize = 10_000;
/// Threads that look at objects. More would wait for git, which unpacks on one.
pub(super) const MAX_THREADS: usize = 4;

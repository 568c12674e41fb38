//! What operators decided about one bottle, one line for each decision, in `$BOTTLE_HOME/audit/<identity>.jsonl`: each line is
//! bound to the one before.
//!
//! A line is a JSON object that begins with the hash of the line before it and ends with its own: SHA-256 over all that
//! stands in front of that. Beside the trail, `<identity>.head` says how many lines there are and which hash the last one has,
//! so that what was cut off at the end is missed, too. Whoever may write to both files can make both anew: the last hash,
//! which `bottle audit verify` prints, is for somebody to note elsewhere.

mod entry;
mod error;
mod head;
mod line;
mod log;
mod operator;
mod walk;

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use bottle_core::Identity;
use rustix::fs::OFlags;
use serde_json::Value;

pub use self::entry::AuditEntry;
pub use self::error::{AuditError, BrokenLine};
use self::head::HeadFile;
use self::line::no_hash;
pub use self::log::AuditLog;
pub use self::operator::Operator;
use crate::Access;

/// How often the lock is tried: whoever reads or writes holds it for a moment.
const TRIES: u32 = 100;
/// How long to wait in between.
const PAUSE: Duration = Duration::from_millis(20);

/// What a whole and unbroken trail has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditSummary {
    /// How many lines.
    pub lines: u64,
    /// The hash of the last one; 64 zeros when there is none.
    pub last: String,
}

impl AuditSummary {
    fn nothing() -> Self {
        Self {
            lines: 0,
            last: no_hash(),
        }
    }
}

/// The trail of one bottle, whether there is one or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audit {
    folder: PathBuf,
    identity: Identity,
}

impl Audit {
    pub(crate) const fn new(folder: PathBuf, identity: Identity) -> Self {
        Self { folder, identity }
    }

    /// About which bottle.
    pub const fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Where its lines lie.
    pub fn path(&self) -> PathBuf {
        self.folder.join(format!("{}.jsonl", self.identity))
    }

    /// Where it is said how many lines there are.
    pub fn head_path(&self) -> PathBuf {
        self.folder.join(format!("{}.head", self.identity))
    }

    /// Looks at every line and opens the trail for writing, which nobody else does meanwhile.
    ///
    /// # Errors
    ///
    /// [`AuditError::Broken`] when a line is not what was written: nothing is added to such a trail.
    pub fn open(&self) -> Result<AuditLog, AuditError> {
        let mut builder = DirBuilder::new();
        builder
            .recursive(true)
            .mode(Access::Private.folder_mode())
            .create(&self.folder)
            .map_err(AuditError::io("create the folder", &self.folder))?;
        let path = self.path();
        let file = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .mode(Access::Private.file_mode())
            .custom_flags(no_link())
            .open(&path)
            .map_err(AuditError::io("open", &path))?;
        lock(&path, || file.try_lock())?;
        let head = HeadFile::of(self)?;
        let noted = head.read()?;
        let summary = walk::walk(&file, &path, noted.as_ref(), &mut |_| {})?;
        if summary.lines > noted.map_or(0, |noted| noted.lines) {
            // A process died between the two: caught up with, so that it may happen again.
            head.write(&summary)?;
        }
        Ok(AuditLog::new(
            file,
            (path, self.identity.clone()),
            (head, summary),
        ))
    }

    /// Looks at every line.
    ///
    /// # Errors
    ///
    /// [`AuditError::Broken`] for the first line that is not what was written.
    pub fn verify(&self) -> Result<AuditSummary, AuditError> {
        self.read(|_| {})
    }

    /// Hands out every decision, oldest first, as far as the trail is what was written. What is in one may have been
    /// chosen by an agent.
    ///
    /// # Errors
    ///
    /// [`AuditError::Broken`] for the first line that is not; those before it have been handed out.
    pub fn read(&self, mut each: impl FnMut(&Value)) -> Result<AuditSummary, AuditError> {
        let path = self.path();
        let head = HeadFile::of(self)?;
        let opened = OpenOptions::new()
            .read(true)
            .custom_flags(no_link())
            .open(&path);
        let file = match opened {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return walk::nothing(&path, head.read()?.as_ref());
            }
            Err(error) => return Err(AuditError::io("open", &path)(error)),
        };
        // The head follows the line: nobody may be between the two.
        lock(&path, || file.try_lock_shared())?;
        walk::walk(&file, &path, head.read()?.as_ref(), &mut each)
    }
}

fn lock(path: &Path, take: impl Fn() -> Result<(), TryLockError>) -> Result<(), AuditError> {
    for _ in 0..TRIES {
        match take() {
            Ok(()) => return Ok(()),
            Err(TryLockError::WouldBlock) => sleep(PAUSE),
            Err(TryLockError::Error(error)) => return Err(AuditError::io("lock", path)(error)),
        }
    }
    Err(AuditError::Busy {
        path: path.to_owned(),
    })
}

/// A link in the file's place is an error, and a pipe there holds nobody up.
const fn no_link() -> i32 {
    OFlags::NOFOLLOW
        .union(OFlags::NONBLOCK)
        .bits()
        .cast_signed()
}

/// Whether it is a file at all, and how long.
fn length(file: &File, path: &Path) -> Result<u64, AuditError> {
    let facts = file.metadata().map_err(AuditError::io("look into", path))?;
    if facts.is_file() {
        Ok(facts.len())
    } else {
        let error = io::Error::other("it is not a regular file");
        Err(AuditError::io("read", path)(error))
    }
}

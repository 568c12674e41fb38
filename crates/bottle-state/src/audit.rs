//! What operators decided, one line for each decision, in `$BOTTLE_HOME/audit/`: each line is bound to the one before.
//!
//! A line is a JSON object that begins with the hash of the line before it and ends with its own: SHA-256 over all that
//! stands in front of that. Whoever changes a line has to make every later one anew; what was cut off at the end shows
//! only to somebody who noted the last hash, which `bottle audit verify` prints.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use bottle_core::Identity;
use rustix::fs::OFlags;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{Access, Timestamp};

/// The file below the folder.
const FILE: &str = "audit.jsonl";
/// The longest line that is written or read, in bytes: protects our memory from a file that is none of ours.
const LONGEST_LINE: u64 = 64 * 1024;
/// How often the lock is tried: whoever writes holds it for a moment.
const TRIES: u32 = 50;
/// How long to wait in between.
const PAUSE: Duration = Duration::from_millis(20);
/// How many digits a hash has.
const DIGITS: usize = 64;
/// What stands between a line's content and its hash, and behind the hash.
const BEFORE_HASH: &str = ",\"hash\":\"";
const AFTER_HASH: &str = "\"}\n";

/// One decision of an operator.
#[derive(Debug, Clone)]
pub struct AuditEntry<'a> {
    /// When.
    pub time: Timestamp,
    /// About which bottle.
    pub identity: &'a Identity,
    /// What was decided: `git.allow`.
    pub action: &'static str,
    /// The rest, an object. Nothing secret.
    pub details: Value,
}

/// What a whole and unbroken trail has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditSummary {
    /// How many lines.
    pub lines: u64,
    /// The hash of the last one; 64 zeros when there is none.
    pub last: String,
}

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
    /// Another process writes and does not come to an end.
    #[error("{} is being written by another process that does not finish", .path.display())]
    Busy {
        /// The file.
        path: PathBuf,
    },
    /// A line is not what was written.
    #[error(
        "line {line} of {} is not what was written: {why}. Nothing is added to it; to begin a new trail, move the file \
         to another name and keep it", .path.display()
    )]
    Broken {
        /// The file.
        path: PathBuf,
        /// The first line that is wrong, from 1; 0 where only the last one was looked at.
        line: u64,
        /// In which way.
        why: BrokenLine,
    },
    /// The decision does not fit into a line.
    #[error("a decision is longer than {LONGEST_LINE} bytes")]
    TooLong,
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
}

/// The trail of one home.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audit(PathBuf);

/// The right to add to the trail, held until dropped.
#[derive(Debug)]
pub struct AuditLog {
    file: File,
    path: PathBuf,
    last: String,
}

impl Audit {
    pub(crate) const fn new(folder: PathBuf) -> Self {
        Self(folder)
    }

    /// Where its lines lie.
    pub fn path(&self) -> PathBuf {
        self.0.join(FILE)
    }

    /// Opens the trail for writing, which nobody else does meanwhile.
    ///
    /// # Errors
    ///
    /// [`AuditError::Broken`] when its last line is not what was written.
    pub fn open(&self) -> Result<AuditLog, AuditError> {
        let Self(folder) = self;
        let mut builder = DirBuilder::new();
        builder
            .recursive(true)
            .mode(Access::Private.folder_mode())
            .create(folder)
            .map_err(io_error("create the folder", folder))?;
        let path = self.path();
        let file = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .mode(Access::Private.file_mode())
            .custom_flags(no_link())
            .open(&path)
            .map_err(io_error("open", &path))?;
        lock(&file, &path)?;
        let last = last_hash(&file, &path)?;
        Ok(AuditLog { file, path, last })
    }

    /// Looks at every line.
    ///
    /// # Errors
    ///
    /// [`AuditError::Broken`] for the first line that is not what was written.
    pub fn verify(&self) -> Result<AuditSummary, AuditError> {
        let path = self.path();
        let mut summary = AuditSummary {
            lines: 0,
            last: "0".repeat(DIGITS),
        };
        let opened = OpenOptions::new()
            .read(true)
            .custom_flags(no_link())
            .open(&path);
        let file = match opened {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(summary),
            Err(error) => return Err(io_error("open", &path)(error)),
        };
        let mut reader = BufReader::new(file);
        loop {
            let mut line = Vec::new();
            let mut limited = (&mut reader).take(LONGEST_LINE);
            limited
                .read_until(b'\n', &mut line)
                .map_err(io_error("read", &path))?;
            if line.is_empty() {
                return Ok(summary);
            }
            summary.lines = summary.lines.saturating_add(1);
            let broken = |why| AuditError::Broken {
                path: path.clone(),
                line: summary.lines,
                why,
            };
            let (previous, own) = check(&line).map_err(broken)?;
            if previous != summary.last {
                return Err(broken(BrokenLine::Chain));
            }
            summary.last = own;
        }
    }
}

impl AuditLog {
    /// Adds a decision; it is on the disk when this returns.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn append(&mut self, entry: &AuditEntry<'_>) -> Result<(), AuditError> {
        let AuditEntry {
            time,
            identity,
            action,
            details,
        } = entry;
        let rest = json!({
            "time": time.to_string(),
            "identity": identity.to_string(),
            "action": action,
            "details": details,
        })
        .to_string();
        let rest = rest.strip_prefix('{').unwrap_or(&rest);
        let rest = rest.strip_suffix('}').unwrap_or(rest);
        let content = format!("{{\"previous\":\"{}\",{rest}", self.last);
        let own = hash(content.as_bytes());
        let line = format!("{content}{BEFORE_HASH}{own}{AFTER_HASH}");
        if u64::try_from(line.len()).unwrap_or(u64::MAX) > LONGEST_LINE {
            return Err(AuditError::TooLong);
        }
        self.file
            .write_all(line.as_bytes())
            .and_then(|()| self.file.sync_all())
            .map_err(io_error("write", &self.path))?;
        self.last = own;
        Ok(())
    }
}

/// The hash that a line says the one before has, and its own. JSON escapes every line break, so a line is one.
fn check(line: &[u8]) -> Result<(String, String), BrokenLine> {
    let line = std::str::from_utf8(line).map_err(|_| BrokenLine::Form)?;
    let rest = line.strip_suffix(AFTER_HASH).ok_or(BrokenLine::Form)?;
    let at = rest.len().checked_sub(DIGITS).ok_or(BrokenLine::Form)?;
    let (content, own) = rest.split_at_checked(at).ok_or(BrokenLine::Form)?;
    let content = content.strip_suffix(BEFORE_HASH).ok_or(BrokenLine::Form)?;
    if hash(content.as_bytes()) != own {
        return Err(BrokenLine::Hash);
    }
    let previous = content
        .strip_prefix("{\"previous\":\"")
        .and_then(|rest| rest.get(..DIGITS))
        .ok_or(BrokenLine::Form)?;
    serde_json::from_str::<Value>(line).map_err(|_| BrokenLine::Form)?;
    Ok((previous.to_owned(), own.to_owned()))
}

/// The hash of the last line; 64 zeros when there is none.
fn last_hash(mut file: &File, path: &Path) -> Result<String, AuditError> {
    let read_error = io_error("read", path);
    let length = file.metadata().map(|facts| facts.len());
    let bytes = length.and_then(|length| {
        let mut bytes = Vec::new();
        file.seek(SeekFrom::Start(length.saturating_sub(LONGEST_LINE)))?;
        file.take(LONGEST_LINE).read_to_end(&mut bytes)?;
        Ok(bytes)
    });
    let bytes = bytes.map_err(read_error)?;
    if bytes.is_empty() {
        return Ok("0".repeat(DIGITS));
    }
    let before = bytes
        .get(..bytes.len().saturating_sub(1))
        .unwrap_or_default();
    let begin = before.iter().rposition(|byte| *byte == b'\n');
    let begin = begin.map_or(0, |at| at.saturating_add(1));
    let line = bytes.get(begin..).unwrap_or_default();
    check(line)
        .map(|(_, own)| own)
        .map_err(|why| AuditError::Broken {
            path: path.to_owned(),
            line: 0,
            why,
        })
}

fn lock(file: &File, path: &Path) -> Result<(), AuditError> {
    for _ in 0..TRIES {
        match file.try_lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::WouldBlock) => sleep(PAUSE),
            Err(TryLockError::Error(error)) => return Err(io_error("lock", path)(error)),
        }
    }
    Err(AuditError::Busy {
        path: path.to_owned(),
    })
}

fn hash(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(DIGITS);
    for byte in Sha256::digest(bytes) {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// A link in the file's place is an error.
const fn no_link() -> i32 {
    OFlags::NOFOLLOW.bits().cast_signed()
}

fn io_error(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> AuditError {
    let path = path.to_owned();
    move |source| AuditError::Io { what, path, source }
}

//! What lies beside a trail: how many lines it has, and the hash of the last one.

use serde::{Deserialize, Serialize};

use super::line::is_hash;
use super::{Audit, AuditError, AuditSummary};
use crate::{Access, Folder, RelativePath, StateError};

/// The longest such file that is read, in bytes.
const LIMIT: u64 = 4096;

/// What the file says. What is not its form says nothing that a trail could follow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Head {
    /// How many lines.
    pub(super) lines: u64,
    /// The hash of the last one.
    pub(super) last: String,
}

/// The file, whether it exists or not.
#[derive(Debug)]
pub(super) struct HeadFile {
    folder: Folder,
    name: RelativePath,
}

impl HeadFile {
    pub(super) fn of(audit: &Audit) -> Result<Self, AuditError> {
        let name = format!("{}.head", audit.identity);
        let name = name.parse().map_err(|error| {
            let error = std::io::Error::other(error);
            AuditError::io("name", &audit.head_path())(error)
        })?;
        Ok(Self {
            folder: Folder::new(&audit.folder),
            name,
        })
    }

    /// What it says; `None` when there is none.
    pub(super) fn read(&self) -> Result<Option<Head>, AuditError> {
        let bytes = match self.folder.read(&self.name, LIMIT) {
            Ok(bytes) => bytes,
            // The folder itself is not there.
            Err(StateError::Io { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => {
                None
            }
            Err(error) => return Err(error.into()),
        };
        Ok(bytes.map(|bytes| Head::parse(&bytes)))
    }

    /// Says it anew.
    pub(super) fn write(&self, summary: &AuditSummary) -> Result<(), AuditError> {
        let AuditSummary { lines, last } = summary;
        let text = format!("{{\"lines\":{lines},\"last\":\"{last}\"}}\n");
        self.folder
            .write(&self.name, text.as_bytes(), Access::Private)?;
        Ok(())
    }
}

impl Head {
    /// A file that is none of ours names a line that no trail has.
    fn parse(bytes: &[u8]) -> Self {
        let read = serde_json::from_slice::<Self>(bytes).ok();
        read.filter(|head| head.lines > 0 && is_hash(&head.last))
            .unwrap_or(Self {
                lines: 1,
                last: String::new(),
            })
    }
}

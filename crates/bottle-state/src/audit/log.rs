//! The right to add to a trail.

use std::fs::File;
use std::io::Write as _;
use std::path::PathBuf;

use bottle_core::Identity;

use super::head::HeadFile;
use super::line::render;
use super::{AuditEntry, AuditError, AuditSummary, length};

/// The right to add to the trail of one bottle, held until dropped.
#[derive(Debug)]
pub struct AuditLog {
    file: File,
    path: PathBuf,
    identity: Identity,
    head: HeadFile,
    summary: AuditSummary,
}

impl AuditLog {
    pub(super) fn new(
        file: File,
        (path, identity): (PathBuf, Identity),
        (head, summary): (HeadFile, AuditSummary),
    ) -> Self {
        Self {
            file,
            path,
            identity,
            head,
            summary,
        }
    }

    /// Adds a decision; it is on the disk when this returns.
    ///
    /// # Errors
    ///
    /// When it cannot be written: the trail is as it was then, as far as the disk lets it be.
    pub fn append(&mut self, entry: &AuditEntry<'_>) -> Result<(), AuditError> {
        if *entry.identity != self.identity {
            return Err(AuditError::Misplaced);
        }
        let (line, own) = render(entry, &self.summary.last)?;
        let before = length(&self.file, &self.path)?;
        let next = AuditSummary {
            lines: self.summary.lines.saturating_add(1),
            last: own,
        };
        let written = self.write(&line).and_then(|()| self.head.write(&next));
        if let Err(error) = written {
            // Half a line would be a broken trail, and a whole one a decision that was not made. The first error counts.
            let _ = self
                .file
                .set_len(before)
                .and_then(|()| self.file.sync_all());
            return Err(error);
        }
        self.summary = next;
        Ok(())
    }

    fn write(&mut self, line: &str) -> Result<(), AuditError> {
        self.file
            .write_all(line.as_bytes())
            .and_then(|()| self.file.sync_all())
            .map_err(AuditError::io("write", &self.path))
    }
}

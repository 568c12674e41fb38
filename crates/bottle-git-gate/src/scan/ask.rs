//! Questions to git about single objects, one after the other.

use std::io::{BufReader, Write as _};
use std::process::{ChildStdin, ChildStdout};
use std::time::Instant;

use super::batch::{Batch, BatchError, Header};
use super::error::ScanError;
use super::process::{Pipes, Running};
use crate::git::Git;

/// A git that answers.
pub(super) struct Ask {
    running: Running,
    input: ChildStdin,
    batch: Batch<BufReader<ChildStdout>>,
}

impl Ask {
    /// Starts it.
    pub(super) fn new(git: &Git, deadline: Instant) -> Result<Self, ScanError> {
        let command = git.command(["cat-file", "--batch-command"]);
        let (running, Pipes { input, output }) = Running::piped("cat-file", command, deadline)?;
        Ok(Self {
            running,
            input,
            batch: Batch::new(BufReader::new(output)),
        })
    }

    /// What a name means: an id, or a path in a commit. `None` where there is nothing.
    pub(super) fn header(&mut self, name: &[u8]) -> Result<Option<Header>, ScanError> {
        // A line end would be another question.
        if name.contains(&b'\n') {
            return Ok(None);
        }
        self.put(b"info ", name)?;
        let header = self.batch.header_or_missing();
        header.map_err(|error| self.failure(&error))
    }

    /// The content of an object that is there.
    pub(super) fn content(&mut self, header: &Header) -> Result<Vec<u8>, ScanError> {
        self.put(b"contents ", header.id.to_string().as_bytes())?;
        let content = self.batch.content(header);
        content.map_err(|error| self.failure(&error))
    }

    fn put(&mut self, question: &[u8], name: &[u8]) -> Result<(), ScanError> {
        if Instant::now() >= self.running.deadline() {
            return Err(ScanError::Time);
        }
        let line = [question, name, b"\n"].concat();
        self.input
            .write_all(&line)
            .map_err(|_| self.running.failure())
    }

    fn failure(&self, error: &BatchError) -> ScanError {
        match error {
            BatchError::Header => ScanError::Answer("cat-file"),
            BatchError::Read(_) => self.running.failure(),
        }
    }
}

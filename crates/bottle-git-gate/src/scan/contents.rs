//! The contents of objects, streamed from one git.

use std::io::{BufReader, BufWriter, Write as _};
use std::process::ChildStdout;
use std::thread::{self, JoinHandle};
use std::time::Instant;

use super::batch::{Batch, Header};
use super::error::ScanError;
use super::object_id::ObjectId;
use super::process::{Pipes, Running};
use crate::git::Git;

/// What is read from the pipe in one go.
const BUFFER: usize = 256 * 1024;

/// Reads contents in the order in which they were asked for.
pub(super) struct Contents {
    running: Running,
    batch: Batch<BufReader<ChildStdout>>,
    asking: JoinHandle<()>,
}

impl Contents {
    /// Asks for all of these at once.
    pub(super) fn of(git: &Git, ids: Vec<ObjectId>, deadline: Instant) -> Result<Self, ScanError> {
        let command = git.command(["cat-file", "--batch", "--buffer"]);
        let (running, Pipes { input, output }) = Running::piped("cat-file", command, deadline)?;
        // A thread of its own: git answers before it has read all questions, and both pipes are short.
        let asking = thread::Builder::new().spawn(move || {
            let mut input = BufWriter::with_capacity(BUFFER, input);
            // If git has ended, its output tells.
            let _ = ids.iter().try_for_each(|id| writeln!(input, "{id}"));
            let _ = input.flush();
        });
        Ok(Self {
            running,
            batch: Batch::new(BufReader::with_capacity(BUFFER, output)),
            asking: asking.map_err(ScanError::Run)?,
        })
    }

    /// The next content, which must be this.
    pub(super) fn next(&mut self, expected: &Header) -> Result<Vec<u8>, ScanError> {
        if Instant::now() >= self.running.deadline() {
            return Err(ScanError::Time);
        }
        let content = self.batch.content(expected);
        content.map_err(|_| self.running.failure())
    }

    /// Ends when all was read.
    pub(super) fn finish(self) -> Result<(), ScanError> {
        let Self {
            running,
            batch,
            asking,
        } = self;
        asking.join().map_err(|_| ScanError::Stopped)?;
        drop(batch);
        running.finish()
    }
}

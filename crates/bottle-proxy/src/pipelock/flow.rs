//! A request body that is looked at as it flows.

use bottle_core::Guard;
use bottle_pipelock::{EnvelopeScan, Finding, Scanner, StreamScan};
use bytes::{Bytes, BytesMut};

use super::inspect::refusal;
use crate::body::{BodyError, Sieve};
use crate::gate::Cut;
use crate::limits::SCAN_BATCH;

/// What a body that flows consists of.
#[derive(Debug)]
pub(super) enum Stream {
    /// One text.
    Text(StreamScan),
    /// Messages with their length in front.
    Messages(EnvelopeScan),
}

impl Stream {
    fn push(&mut self, scanner: &Scanner, data: &[u8]) -> Option<Finding> {
        match self {
            Self::Text(stream) => stream.push(scanner, data),
            Self::Messages(messages) => messages.push(scanner, data),
        }
    }

    fn end(&mut self, scanner: &Scanner) -> Option<Finding> {
        match self {
            Self::Text(stream) => stream.end(scanner),
            Self::Messages(messages) => messages.end(scanner),
        }
    }

    fn held(&self) -> usize {
        match self {
            Self::Text(stream) => stream.held(),
            Self::Messages(messages) => messages.held(),
        }
    }
}

/// Lets go on what was looked at, but for the end that could become something with what comes next.
#[derive(Debug)]
pub(super) struct Flow {
    scanner: Scanner,
    stream: Stream,
    /// Looked at, and held back.
    held: BytesMut,
    /// Not looked at yet.
    new: BytesMut,
    /// Where the reason is left when something is found.
    cut: Cut,
}

impl Flow {
    /// Begins with what was read already.
    pub(super) fn new(scanner: Scanner, stream: Stream, first: &[u8], cut: Cut) -> Self {
        Self {
            scanner,
            stream,
            held: BytesMut::new(),
            new: BytesMut::from(first),
            cut,
        }
    }

    fn look(&mut self, ends: bool) -> Result<Bytes, BodyError> {
        let found = Guard::BodyScan.is_on().then(|| {
            let found = self.stream.push(&self.scanner, &self.new);
            found.or_else(|| ends.then(|| self.stream.end(&self.scanner))?)
        });
        if let Some(finding) = found.flatten() {
            // The first reason stays.
            let _ = self.cut.set(refusal("body", &finding));
            (self.held, self.new) = (BytesMut::new(), BytesMut::new());
            return Err(BodyError::Refused);
        }
        self.held.unsplit(self.new.split());
        let keeps = if ends { 0 } else { self.stream.held() };
        let goes = self.held.len().saturating_sub(keeps);
        Ok(self.held.split_to(goes).freeze())
    }
}

impl Sieve for Flow {
    fn push(&mut self, data: Bytes) {
        self.new.extend_from_slice(&data);
    }

    fn is_full(&self) -> bool {
        self.new.len() >= SCAN_BATCH
    }

    fn pass(&mut self) -> Result<Bytes, BodyError> {
        if self.new.is_empty() {
            return Ok(Bytes::new());
        }
        self.look(false)
    }

    fn finish(&mut self) -> Result<Bytes, BodyError> {
        self.look(true)
    }

    fn held(&self) -> usize {
        self.held.len() + self.new.len()
    }
}

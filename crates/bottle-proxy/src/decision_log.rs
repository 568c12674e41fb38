//! The decision log: one JSON line per judged request. It is product data, so it holds no secret, no body, no query.

use std::borrow::Cow;
use std::io::{self, Write};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use bottle_core::ProposalId;
use bottle_egress::{Permit, Sighting};
use http::Method;
use serde::{Serialize, Serializer};
use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

use crate::body::Counter;
use crate::limits::MAX_LOG_LINES;

/// How long a line waits for company.
const BATCH: Duration = Duration::from_millis(2);

/// How long closing waits for the last lines to be written.
const LAST_LINES: Duration = Duration::from_millis(200);

/// Where decisions are written. Cheap to clone; lines keep their order.
#[derive(Debug, Clone)]
pub struct DecisionLog {
    lines: SyncSender<Vec<u8>>,
    writer: Arc<Mutex<Option<JoinHandle<()>>>>,
}

impl DecisionLog {
    /// Starts a thread that writes every line to `sink` (in production standard output).
    pub fn to(sink: impl Write + Send + 'static) -> Self {
        let (lines, queue) = sync_channel(MAX_LOG_LINES);
        let writer = std::thread::spawn(move || write_all(&queue, io::BufWriter::new(sink)));
        Self {
            lines,
            writer: Arc::new(Mutex::new(Some(writer))),
        }
    }

    /// Writes one line. Waits when the reader of the log is slow: no decision goes unrecorded.
    pub fn write(&self, event: &impl Serialize) {
        if let Ok(mut line) = serde_json::to_vec(event) {
            line.push(b'\n');
            // The thread only ends when its sink is broken; then there is nobody left to tell.
            let _ = self.lines.send(line);
        }
    }

    /// Writes what is queued and ends the thread, when this is the last clone that is used.
    pub fn close(self) {
        let Self { lines, writer } = self;
        drop(lines);
        let thread = writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            let deadline = Instant::now() + LAST_LINES;
            while !thread.is_finished() && Instant::now() < deadline {
                std::thread::sleep(Duration::from_millis(1));
            }
        }
    }
}

fn write_all(queue: &Receiver<Vec<u8>>, mut sink: impl Write) {
    while let Some(line) = next(queue, &mut sink) {
        if sink.write_all(&line).is_err() {
            return;
        }
    }
}

/// The next line; what was written is flushed before waiting for it.
fn next(queue: &Receiver<Vec<u8>>, sink: &mut impl Write) -> Option<Vec<u8>> {
    if let Ok(line) = queue.try_recv() {
        return Some(line);
    }
    sink.flush().ok()?;
    let line = queue.recv().ok()?;
    // Under load the next lines are not far: one write for all of them, and no waking up for each.
    std::thread::sleep(BATCH);
    Some(line)
}

/// Now, as it stands in a line.
pub(crate) fn now() -> String {
    const FORMAT: &[BorrowedFormatItem<'_>] =
        format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
    let now = OffsetDateTime::now_utc();
    // A clock that is a million years off has no such text.
    now.format(FORMAT).unwrap_or_default()
}

/// What was decided.
#[derive(Debug, Clone, Copy, Serialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Verdict {
    /// Sent on.
    Allow,
    /// Refused, or failed on the way.
    Deny,
}

/// What decided.
#[derive(Debug, Clone)]
pub(crate) enum Rule {
    /// The route of this number.
    Route(usize),
    /// The grant of this name.
    Grant(ProposalId),
    /// The detector of this name.
    Detector(String),
}

impl Rule {
    /// What permits a request.
    pub(crate) fn of(permit: &Permit<'_>) -> Self {
        match permit.grant() {
            Some(grant) => Self::Grant(grant.id.clone()),
            None => Self::Route(permit.rule()),
        }
    }
}

impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Route(number) => serializer.collect_str(&format_args!("route {number}")),
            Self::Grant(id) => serializer.collect_str(&format_args!("grant {id}")),
            Self::Detector(name) => serializer.serialize_str(name),
        }
    }
}

fn as_text<S: Serializer>(text: &impl AsRef<str>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(text.as_ref())
}

/// One line of the log.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Record {
    /// When it arrived (RFC 3339, UTC, milliseconds).
    pub(crate) time: String,
    pub(crate) event: &'static str,
    pub(crate) service: &'static str,
    #[serde(serialize_with = "as_text")]
    pub(crate) method: Method,
    pub(crate) scheme: &'static str,
    #[serde(serialize_with = "as_text")]
    pub(crate) host: Arc<str>,
    pub(crate) port: u16,
    #[serde(serialize_with = "as_text")]
    pub(crate) path: Arc<str>,
    pub(crate) verdict: Verdict,
    pub(crate) code: Option<String>,
    pub(crate) rule: Option<Rule>,
    /// What was found, and where.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) finding: Option<Box<Sighting>>,
    pub(crate) status: u16,
    /// Fields in which the agent sent a credential of its own; they were taken away.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) foreign_credentials: Vec<String>,
    /// What was found in the answer: the family of an order to the model, or that it could not be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) injection: Option<Cow<'static, str>>,
    pub(crate) bytes_in: u64,
    pub(crate) bytes_out: u64,
    /// Until the head of the next hop's answer was there; none when there was no answer.
    pub(crate) head_ms: Option<u64>,
    /// Until the last byte.
    pub(crate) duration_ms: u64,
}

/// A record whose request is still on its way. It is written when dropped.
#[derive(Debug)]
pub(crate) struct OpenRecord {
    pub(crate) record: Record,
    log: DecisionLog,
    started: Instant,
    bytes_in: Counter,
    bytes_out: Counter,
}

impl OpenRecord {
    /// Starts the clock.
    pub(crate) fn open(record: Record, log: DecisionLog) -> Self {
        Self {
            record,
            log,
            started: Instant::now(),
            bytes_in: Counter::default(),
            bytes_out: Counter::default(),
        }
    }

    /// Notes that the next hop's answer begins.
    pub(crate) fn answered(&mut self) {
        self.record.head_ms = Some(self.elapsed_ms());
    }

    fn elapsed_ms(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Counts the request's body.
    pub(crate) fn bytes_in(&self) -> Counter {
        self.bytes_in.clone()
    }

    /// Counts the response's body.
    pub(crate) fn bytes_out(&self) -> Counter {
        self.bytes_out.clone()
    }
}

impl Drop for OpenRecord {
    fn drop(&mut self) {
        self.record.bytes_in = self.bytes_in.get();
        self.record.bytes_out = self.bytes_out.get();
        self.record.duration_ms = self.elapsed_ms();
        self.log.write(&self.record);
    }
}

//! What the decision log says about a request.

use std::io::{self, Read as _, Write};
use std::path::Path;
use std::time::Instant;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

use crate::limits::{MAX_LOGGED_NAME, MAX_REPORT_BYTES};
use crate::refusal::Code;

/// One line of the log: one request, or one reload. It holds no secret and nothing of what was pushed.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Line {
    /// A request, written when it ended.
    Request(Box<Record>),
    /// The configuration was read again.
    Reload(Reload),
}

/// What came of one request.
#[derive(Debug, Clone, Serialize)]
pub struct Record {
    pub(crate) time: String,
    pub(crate) event: &'static str,
    pub(crate) service: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) identity: Option<String>,
    pub(crate) peer: String,
    pub(crate) remote: Option<String>,
    pub(crate) request: Option<&'static str>,
    pub(crate) verdict: &'static str,
    pub(crate) code: Option<Code>,
    #[serde(flatten)]
    pub(crate) push: Option<Push>,
    /// Until the mirror was up to date.
    pub(crate) refresh_ms: Option<u64>,
    pub(crate) bytes_in: u64,
    pub(crate) bytes_out: u64,
    pub(crate) duration_ms: u64,
}

/// That the configuration was read again.
#[derive(Debug, Clone, Serialize)]
pub struct Reload {
    pub(crate) time: String,
    pub(crate) event: &'static str,
    pub(crate) service: &'static str,
    pub(crate) ok: bool,
}

/// What the hooks found out about a push.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Push {
    pub(crate) refs: Vec<PushedRef>,
    /// Objects that were looked at.
    pub(crate) objects: u64,
    /// Their bytes.
    pub(crate) scanned_bytes: u64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) findings: Vec<Found>,
    /// What the operator let pass.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) released: Vec<Found>,
    /// Secrets that the upstream has at the same place already.
    #[serde(default)]
    pub(crate) already_upstream: u64,
    /// How long refs were judged and objects looked at.
    #[serde(default)]
    pub(crate) scan_ms: u64,
    /// How long the upstream took, with the wait for others who write to the mirror; none when it was not asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) forward_ms: Option<u64>,
}

/// One ref of a push.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PushedRef {
    pub(crate) name: String,
    pub(crate) old: String,
    pub(crate) new: String,
    /// `ok`, or why not.
    pub(crate) result: String,
}

/// One finding, without what was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Found {
    pub(crate) rule: String,
    pub(crate) object: Option<String>,
    pub(crate) path: Option<String>,
    pub(crate) line: Option<usize>,
}

/// What hooks leave for the service about one push.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Report {
    /// Why the push, or a part of it, was refused.
    pub(crate) code: Option<Code>,
    pub(crate) push: Push,
    /// The ids that were scanned, and what they are to become. Nothing else is forwarded.
    pub(crate) approved: Vec<Approved>,
}

/// An id that was scanned, or none for a deletion, and its ref.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Approved {
    pub(crate) name: String,
    pub(crate) new: String,
}

impl Report {
    /// Leaves the report.
    pub(crate) fn write(&self, path: &Path) -> io::Result<()> {
        let text = serde_json::to_vec(self).map_err(io::Error::other)?;
        crate::folders::replace_private(path, &text)
    }

    /// Reads the report; none when no hook was run.
    pub(crate) fn read(path: &Path) -> io::Result<Option<Self>> {
        let file = match std::fs::File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let mut text = Vec::new();
        file.take(MAX_REPORT_BYTES).read_to_end(&mut text)?;
        let report = serde_json::from_slice(&text).map_err(io::Error::other)?;
        Ok(Some(report))
    }
}

/// Now, as it stands in a line.
pub(crate) fn now() -> String {
    const FORMAT: &[BorrowedFormatItem<'_>] =
        format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
    // A clock that is a million years off has no such text.
    OffsetDateTime::now_utc().format(FORMAT).unwrap_or_default()
}

/// A text of the agent's as it stands in the log, in which nobody is to be flooded.
pub(crate) fn shown(text: &str) -> String {
    let end = text.char_indices().nth(MAX_LOGGED_NAME);
    let (text, rest) = text.split_at(end.map_or(text.len(), |(end, _)| end));
    let mut shown = bottle_core::visible(text);
    if !rest.is_empty() {
        shown.push('…');
    }
    shown
}

/// Now, in seconds since 1970.
pub(crate) fn seconds() -> u64 {
    u64::try_from(OffsetDateTime::now_utc().unix_timestamp()).unwrap_or_default()
}

/// Milliseconds since then.
pub(crate) fn since(start: Instant) -> u64 {
    u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX)
}

/// Writes words for the client to its standard error, where git puts `remote:` before each line.
pub(crate) fn tell(output: &mut impl Write, words: &str) {
    // A client that has gone reads nothing; the push is decided all the same.
    let _ = writeln!(output, "{words}");
    let _ = output.flush();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_is_not_flooded_by_a_name() {
        assert_eq!(shown("refs/heads/a\u{1b}"), "refs/heads/a\\u{1b}");
        let long = "\u{1}".repeat(100_000);
        assert!(shown(&long).len() < 2000, "{}", shown(&long).len());
        assert!(shown(&"a".repeat(200)).ends_with('a') && shown(&"a".repeat(201)).ends_with('…'));
    }
}

//! What the log says about a call.

use std::time::Instant;

use bottle_core::{Identity, ProposalId};
use serde::{Serialize, Serializer};
use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

use crate::tool::ToolName;

/// Where lines of the log go.
pub type LogSink = Box<dyn Fn(&Line) + Send + Sync>;

/// One line of the log: one call. Nothing that an agent wrote is in it.
#[derive(Debug, Clone, Serialize)]
pub struct Line {
    pub(crate) time: String,
    pub(crate) event: &'static str,
    pub(crate) service: &'static str,
    #[serde(serialize_with = "as_text")]
    pub(crate) identity: Identity,
    #[serde(serialize_with = "as_text")]
    pub(crate) tool: ToolName,
    pub(crate) id: Option<ProposalId>,
    pub(crate) status: &'static str,
    pub(crate) duration_ms: u64,
}

fn as_text<S: Serializer>(
    value: &impl std::fmt::Display,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

/// Now, as it stands in a line.
pub(crate) fn now() -> String {
    const FORMAT: &[BorrowedFormatItem<'_>] =
        format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
    // A clock that is a million years off has no such text.
    OffsetDateTime::now_utc().format(FORMAT).unwrap_or_default()
}

/// Milliseconds since then.
pub(crate) fn since(start: Instant) -> u64 {
    u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX)
}

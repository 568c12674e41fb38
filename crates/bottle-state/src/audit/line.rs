//! One line of a trail: its form, and the hash that binds it.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{AuditEntry, AuditError, BrokenLine};

/// The longest line that is written or read, in bytes: a proposal as long as one may be, with every byte escaped. Protects our
/// memory from a file that is none of ours.
pub(super) const LONGEST_LINE: u64 = 1024 * 1024;
/// How many digits a hash has.
const DIGITS: usize = 64;
/// What stands in front of everything.
const BEFORE_PREVIOUS: &str = "{\"previous\":\"";
/// What stands between a line's content and its hash, and behind the hash.
const BEFORE_HASH: &str = ",\"hash\":\"";
const AFTER_HASH: &str = "\"}\n";

/// What the first line has as the hash of the one before.
pub(super) fn no_hash() -> String {
    "0".repeat(DIGITS)
}

/// Whether a text can be the hash of a line.
pub(super) fn is_hash(text: &str) -> bool {
    let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    text.len() == DIGITS && text.bytes().all(is_digit)
}

/// The line of a decision that follows a line with the hash `previous`, and its own hash. JSON escapes every line break, so
/// a line is one.
pub(super) fn render(
    entry: &AuditEntry<'_>,
    previous: &str,
) -> Result<(String, String), AuditError> {
    let AuditEntry {
        time,
        identity,
        action,
        operator,
        details,
    } = entry;
    let rest = json!({
        "time": time.to_string(),
        "identity": identity.to_string(),
        "action": action,
        "operator": operator,
        "details": details,
    })
    .to_string();
    let rest = rest.strip_prefix('{').unwrap_or(&rest);
    let rest = rest.strip_suffix('}').unwrap_or(rest);
    let content = format!("{BEFORE_PREVIOUS}{previous}\",{rest}");
    let own = hash(content.as_bytes());
    let line = format!("{content}{BEFORE_HASH}{own}{AFTER_HASH}");
    if u64::try_from(line.len()).is_ok_and(|length| length <= LONGEST_LINE) {
        Ok((line, own))
    } else {
        Err(AuditError::TooLong)
    }
}

/// A line that was read.
pub(super) struct Line {
    /// The hash that it says the one before has.
    pub(super) previous: String,
    /// Its own.
    pub(super) own: String,
    /// All of it.
    pub(super) value: Value,
}

/// Reads a line, with its break.
pub(super) fn parse(line: &[u8]) -> Result<Line, BrokenLine> {
    let line = std::str::from_utf8(line).map_err(|_| BrokenLine::Form)?;
    let rest = line.strip_suffix(AFTER_HASH).ok_or(BrokenLine::Form)?;
    let at = rest.len().checked_sub(DIGITS).ok_or(BrokenLine::Form)?;
    let (content, own) = rest.split_at_checked(at).ok_or(BrokenLine::Form)?;
    let content = content.strip_suffix(BEFORE_HASH).ok_or(BrokenLine::Form)?;
    if hash(content.as_bytes()) != own {
        return Err(BrokenLine::Hash);
    }
    let previous = content
        .strip_prefix(BEFORE_PREVIOUS)
        .and_then(|rest| rest.get(..DIGITS))
        .ok_or(BrokenLine::Form)?;
    Ok(Line {
        previous: previous.to_owned(),
        own: own.to_owned(),
        value: serde_json::from_str(line).map_err(|_| BrokenLine::Form)?,
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

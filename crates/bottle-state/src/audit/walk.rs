//! From the first line of a trail to the last.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Seek as _, SeekFrom};
use std::path::Path;

use serde_json::Value;

use super::head::Head;
use super::line::{LONGEST_LINE, parse};
use super::{AuditError, AuditSummary, BrokenLine, length};

/// Looks at every line, and whether they are those that the head speaks of. A line more than that is what is there when a
/// process died between writing the one and the other.
pub(super) fn walk(
    mut file: &File,
    path: &Path,
    head: Option<&Head>,
    each: &mut dyn FnMut(&Value),
) -> Result<AuditSummary, AuditError> {
    length(file, path)?;
    file.seek(SeekFrom::Start(0))
        .map_err(AuditError::io("read", path))?;
    let mut reader = BufReader::new(file);
    let mut summary = AuditSummary::nothing();
    loop {
        let mut line = Vec::new();
        (&mut reader)
            .take(LONGEST_LINE)
            .read_until(b'\n', &mut line)
            .map_err(AuditError::io("read", path))?;
        if line.is_empty() {
            break;
        }
        let number = summary.lines.saturating_add(1);
        let value = step(&line, &mut summary, head).map_err(|why| broken(path, number, why))?;
        each(&value);
    }
    is_whole(&summary, head).map_err(|why| broken(path, summary.lines.saturating_add(1), why))?;
    Ok(summary)
}

/// A trail that is not there, with what lies beside it.
pub(super) fn nothing(path: &Path, head: Option<&Head>) -> Result<AuditSummary, AuditError> {
    match head {
        None => Ok(AuditSummary::nothing()),
        Some(_) => Err(broken(path, 1, BrokenLine::Missing)),
    }
}

/// One line further.
fn step(line: &[u8], summary: &mut AuditSummary, head: Option<&Head>) -> Result<Value, BrokenLine> {
    let line = parse(line)?;
    if line.previous != summary.last {
        return Err(BrokenLine::Chain);
    }
    summary.lines = summary.lines.saturating_add(1);
    summary.last = line.own;
    let noted = head.map_or(0, |head| head.lines);
    let is_other =
        head.is_some_and(|head| head.lines == summary.lines && head.last != summary.last);
    if is_other || summary.lines > noted.saturating_add(1) {
        return Err(BrokenLine::Head);
    }
    Ok(line.value)
}

/// Whether no line is missing at the end.
fn is_whole(summary: &AuditSummary, head: Option<&Head>) -> Result<(), BrokenLine> {
    let noted = head.map_or(0, |head| head.lines);
    if summary.lines < noted {
        Err(BrokenLine::Missing)
    } else {
        Ok(())
    }
}

fn broken(path: &Path, line: u64, why: BrokenLine) -> AuditError {
    AuditError::Broken {
        path: path.to_owned(),
        line,
        why,
    }
}

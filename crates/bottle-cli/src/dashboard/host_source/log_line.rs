//! A line of a bottle's log, if it is a decision.

use bottle_core::Identity;
use bottle_run::LogLine;
use serde_json::Value;

use crate::dashboard::view::{LogRow, Verdict};

/// The services that decide. Whatever another one writes is none of ours.
const SERVICES: [&str; 3] = ["egress", "pipelock", "git-gate"];
/// How much of a line is kept, in bytes.
const LONGEST: usize = 8 * 1024;

/// The decision that a line tells of, and how many bytes passed, where it counts for the sums: each request passes egress
/// once, and is told again by who stands behind it.
pub(super) fn parse(identity: &Identity, line: &[u8]) -> Option<(LogRow, Option<u64>)> {
    let line = std::str::from_utf8(line).ok()?;
    let LogLine { service, text } = LogLine::parse(line)?;
    let service = SERVICES.into_iter().find(|each| *each == service)?;
    let document = text.trim_end();
    let record: Value = serde_json::from_str(document).ok()?;
    let text = |name: &str| record.get(name).and_then(Value::as_str);
    let verdict = match text("verdict")? {
        "allow" => Verdict::Allow,
        _ => Verdict::Deny,
    };
    // What pipelock lets pass, egress let pass before.
    if service == "pipelock" && verdict == Verdict::Allow {
        return None;
    }
    let row = LogRow {
        identity: identity.clone(),
        service,
        time: text("time")?.to_owned(),
        verdict,
        what: what(&record)?,
        code: text("code").map(str::to_owned),
        line: start(document).to_owned(),
    };
    let number = |name: &str| record.get(name).and_then(Value::as_u64).unwrap_or_default();
    let bytes = number("bytes_in").saturating_add(number("bytes_out"));
    Some((row, (service == "egress").then_some(bytes)))
}

/// What was asked, of a line of any of the three kinds.
fn what(record: &Value) -> Option<String> {
    let text = |name: &str| record.get(name).and_then(Value::as_str);
    let host = text("host").unwrap_or("(no host)");
    match text("event")? {
        "request" => Some(format!("{} {host}{}", text("method")?, text("path")?)),
        "closed" => Some(format!("closed {host}")),
        "git" => Some(format!(
            "git {} {}",
            text("request").unwrap_or("(no request)"),
            text("remote").unwrap_or("(no remote)")
        )),
        _ => None,
    }
}

fn start(text: &str) -> &str {
    let end = text.floor_char_boundary(LONGEST);
    text.get(..end).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Option<(LogRow, Option<u64>)> {
        parse(&"dev-x7k2q".parse().unwrap(), line.as_bytes())
    }

    #[test]
    fn decisions_are_found_and_nothing_else() {
        let request = r#"{"time":"2026-05-25T23:16:00.000Z","event":"request","service":"egress","method":"GET","host":"a.test","path":"/x","verdict":"deny","code":"host.not_allowed","bytes_in":3,"bytes_out":4}"#;
        let (row, bytes) = parsed(&format!("egress | 2026-05-25T23:16:00Z {request}\n")).unwrap();
        assert_eq!(
            (row.verdict, row.what.as_str()),
            (Verdict::Deny, "GET a.test/x")
        );
        assert_eq!((row.time_of_day(), bytes), ("23:16:00", Some(7)));
        assert_eq!(row.line, request);
        let (_, bytes) = parsed(&format!("pipelock | 2026-05-25T23:16:00Z {request}\n")).unwrap();
        assert_eq!(bytes, None);
        for line in [
            format!("agent | 2026-05-25T23:16:00Z {request}\n"),
            format!("supervise | 2026-05-25T23:16:00Z {request}\n"),
            "egress | 2026-05-25T23:16:00Z listening\n".to_owned(),
            request.to_owned(),
            String::new(),
        ] {
            assert_eq!(parsed(&line), None, "{line}");
        }
    }
}

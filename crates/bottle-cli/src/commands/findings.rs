//! `bottle git findings`: what git-gate found in pushes, by its own account.

use std::collections::BTreeSet;
use std::fmt;

use bottle_run::LogLine;
use serde::{Deserialize, Serialize};

use super::logs;
use crate::args::GitListArgs;
use crate::exit::Exit;
use crate::host::HostSide;

/// Whose lines are read.
const GATE: &str = "git-gate";

/// What is read of a line of git-gate's log.
#[derive(Deserialize)]
struct Line {
    remote: Option<String>,
    #[serde(default)]
    findings: Vec<Finding>,
}

/// What one rule found in one place.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Finding {
    object: Option<String>,
    rule: String,
    path: Option<String>,
    line: Option<u64>,
}

/// The same, with the remote that it was to go to.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct Row {
    remote: String,
    #[serde(flatten)]
    finding: Finding,
}

/// Runs the command.
pub(crate) async fn run(args: &GitListArgs, host: &HostSide) -> anyhow::Result<Exit> {
    let logs = logs::all(&args.identity, host).await?;
    let rows = rows(&String::from_utf8_lossy(&logs));
    if args.json {
        let text = serde_json::to_string_pretty(&rows)?;
        host.printer.data(&format!("{text}\n"));
        return Ok(Exit::Fine);
    }
    for row in &rows {
        host.printer.data(&format!("{row}\n"));
    }
    if rows.is_empty() {
        host.printer.say("nothing was found in a push");
    }
    Ok(Exit::Fine)
}

/// Every finding once, whatever else the services wrote.
fn rows(logs: &str) -> BTreeSet<Row> {
    let lines = logs.lines().filter_map(LogLine::parse);
    let lines = lines.filter(|line| line.service == GATE);
    let records = lines.filter_map(|line| serde_json::from_str::<Line>(line.text).ok());
    records
        .flat_map(|Line { remote, findings }| {
            let remote = remote.unwrap_or_default();
            findings.into_iter().map(move |finding| Row {
                remote: remote.clone(),
                finding,
            })
        })
        .collect()
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { remote, finding } = self;
        let Finding {
            object,
            rule,
            path,
            line,
        } = finding;
        let object = object.as_deref().unwrap_or("-");
        let path = path.as_deref().unwrap_or("-");
        let row = format!("{remote}  {object}  {rule}  {path}");
        f.write_str(&bottle_core::visible(&row))?;
        line.map_or(Ok(()), |line| write!(f, ":{line}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_gate_wrote_and_nobody_else() {
        let found = r#"{"remote":"app","findings":[{"rule":"private-key","object":"ab","path":"a\u001b.pem","line":3},{"rule":"too-large","object":null,"path":null,"line":null}]}"#;
        let forged = found.replace("private-key", "forged");
        let logs = format!(
            "agent | 2026-01-01T00:00:00Z {forged}\nagent | 2026-01-01T00:00:00Z git-gate | 2026-01-01T00:00:00Z {forged}\ngit-gate | 2026-01-01T00:00:00Z INFO listens\ngit-gate | 2026-01-01T00:00:00Z {found}\ngit-gate | 2026-01-01T00:00:01Z {found}\ngit-gate | x {{\"remote\":null}}\n"
        );
        let shown: Vec<String> = rows(&logs).iter().map(ToString::to_string).collect();
        assert_eq!(
            shown,
            [
                "app  -  too-large  -",
                "app  ab  private-key  a\\u{1b}.pem:3"
            ]
        );
    }
}

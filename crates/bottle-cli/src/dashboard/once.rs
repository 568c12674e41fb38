//! The same facts, plainly, once.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use bottle_core::Identity;
use serde_json::{Value, json};

use super::view::{BottleRow, LogRow, ProposalRow, Survey, Tally, Waiting};

/// How many decisions are shown.
pub(super) const DECISIONS: usize = 20;

/// All that is shown.
pub(super) struct Facts {
    pub(super) waiting: Waiting,
    pub(super) survey: Survey,
    pub(super) traffic: BTreeMap<Identity, Tally>,
    /// The last ones, oldest first.
    pub(super) decisions: Vec<LogRow>,
}

/// For people: everything that an agent wrote is made visible.
pub(super) fn text(facts: &Facts) -> String {
    let mut text = String::new();
    let mut section = |name: &str, lines: Vec<String>| {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{name}");
        if lines.is_empty() {
            let _ = writeln!(text, "  none");
        }
        for line in lines {
            let _ = writeln!(text, "  {}", bottle_core::visible(&line));
        }
    };
    let waiting = facts.waiting.proposals.iter();
    section("waiting", waiting.map(proposal).collect());
    let bottles = facts.survey.bottles.iter();
    section("bottles", bottles.map(|row| bottle(row, facts)).collect());
    section("decisions", facts.decisions.iter().map(decision).collect());
    text
}

fn proposal(row: &ProposalRow) -> String {
    let about = row.host.as_deref().unwrap_or(&row.words);
    let (key, created) = (&row.key, row.created);
    format!(
        "{} {}  {}  {about}  since {created}",
        key.identity, key.id, row.tool
    )
}

fn bottle(row: &BottleRow, facts: &Facts) -> String {
    let mut line = format!("{}  {}", row.identity, row.state);
    if let Some(agent) = &row.agent {
        line.extend(["  agent ", agent]);
    }
    if let Some(started) = row.started {
        line.extend(["  since ", &started.to_string()]);
    }
    if let Some(tally) = facts.traffic.get(&row.identity) {
        let Tally {
            allowed, denied, ..
        } = tally;
        let counts = format!("  {allowed} allowed  {denied} denied  {}", tally.size());
        line.push_str(&counts);
    }
    line
}

fn decision(row: &LogRow) -> String {
    let code = row.code.as_deref().unwrap_or_default();
    let (time, word) = (&row.time, row.verdict.word());
    let line = format!(
        "{time}  {}  {}  {word}  {}  {code}",
        row.identity, row.service, row.what
    );
    line.trim_end().to_owned()
}

/// For programs.
pub(super) fn as_json(facts: &Facts) -> Value {
    let waiting = facts.waiting.proposals.iter().map(|row| {
        json!({
            "identity": row.key.identity,
            "id": row.key.id,
            "tool": row.tool,
            "host": row.host,
            "justification": row.words,
            "created": row.created,
        })
    });
    let bottles = facts.survey.bottles.iter().map(|row| {
        let tally = facts.traffic.get(&row.identity);
        let traffic = tally.map(|tally| {
            json!({ "allowed": tally.allowed, "denied": tally.denied, "bytes": tally.bytes })
        });
        json!({
            "identity": row.identity,
            "agent": row.agent,
            "state": row.state,
            "started_at": row.started,
            "traffic": traffic,
        })
    });
    let decisions = facts.decisions.iter().map(|row| {
        json!({
            "identity": row.identity,
            "service": row.service,
            "time": row.time,
            "verdict": row.verdict.word().to_lowercase(),
            "what": row.what,
            "code": row.code,
        })
    });
    json!({
        "waiting": waiting.collect::<Vec<_>>(),
        "bottles": bottles.collect::<Vec<_>>(),
        "decisions": decisions.collect::<Vec<_>>(),
    })
}

//! What became of a proposal.

use bottle_core::ProposalId;
use bottle_state::{Answer, AnswerVerdict, Timestamp};
use serde_json::{Map, Value, json};
use time::OffsetDateTime;

/// What an agent is told while nobody has decided.
const UNDECIDED: &str = "nobody has decided yet; go on with other work and call `proposal-status` with this id in a few minutes";

/// What became of a proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Status {
    pub(crate) id: ProposalId,
    pub(crate) answer: Option<Answer>,
}

impl Status {
    /// In one word.
    pub(crate) const fn word(&self) -> &'static str {
        match &self.answer {
            None => "pending",
            Some(answer) => match answer.verdict {
                AnswerVerdict::Approved => "approved",
                AnswerVerdict::Rejected => "rejected",
            },
        }
    }

    /// As the agent is told, by the schema of the tools.
    pub(crate) fn told(&self) -> Value {
        let answer = self.answer.as_ref();
        let mut told = Map::new();
        let mut tell = |name: &str, value: Option<Value>| {
            told.extend(value.map(|value| (name.to_owned(), value)));
        };
        let notes = answer.map_or(UNDECIDED, |answer| answer.notes.as_str());
        tell("status", Some(self.word().into()));
        tell("id", Some(json!(self.id)));
        tell("notes", Some(notes.into()));
        if let Some(answer) = answer {
            tell("granted", answer.granted.as_ref().map(|ask| json!(ask)));
            tell("until", answer.until.and_then(moment));
            tell("uses", answer.uses.map(Value::from));
        }
        Value::Object(told)
    }
}

/// Seconds since 1970 as a moment that a model can read; none for one that no clock will show.
fn moment(seconds: u64) -> Option<Value> {
    let seconds = i64::try_from(seconds).ok()?;
    let moment = OffsetDateTime::from_unix_timestamp(seconds).ok()?;
    Some(Timestamp::new(moment).to_string().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(answer: Option<Value>) -> Value {
        let answer = answer.map(|answer| serde_json::from_value(answer).unwrap());
        let id = "abcde12345".parse().unwrap();
        Status { id, answer }.told()
    }

    #[test]
    fn an_answer_is_told_with_what_it_grants() {
        let answer = json!({
            "version": 1,
            "proposal": "abcde12345",
            "answered": "2026-05-25T23:16:00Z",
            "verdict": "approved",
            "notes": "for the docs",
            "until": 1_779_751_860,
            "uses": 3,
            "granted": {"host": "a.test", "methods": ["GET"]},
        });
        assert_eq!(
            status(Some(answer)),
            json!({
                "status": "approved",
                "id": "abcde12345",
                "notes": "for the docs",
                "until": "2026-05-25T23:31:00Z",
                "uses": 3,
                "granted": {"host": "a.test", "path_allowlist": [], "methods": ["GET"]},
            })
        );
        let answer = json!({
            "version": 1,
            "proposal": "abcde12345",
            "answered": "2026-05-25T23:16:00Z",
            "verdict": "rejected",
            "notes": "no",
            "until": u64::MAX,
        });
        let told = json!({"status": "rejected", "id": "abcde12345", "notes": "no"});
        assert_eq!(status(Some(answer)), told);
        assert_eq!(status(None)["status"], "pending");
    }
}

//! One decision of a guard.

use bottle_core::Identity;

/// How a guard decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It was sent on.
    Allow,
    /// It was not.
    Deny,
}

impl Verdict {
    /// The word for it.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Deny => "DENY",
        }
    }
}

/// One line of a decision log. Methods, hosts and paths in it are the agent's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LogRow {
    /// Whose.
    pub(crate) identity: Identity,
    /// Who decided: `egress`, `pipelock` or `git-gate`.
    pub(crate) service: &'static str,
    /// When, as it stands in the log.
    pub(crate) time: String,
    /// How.
    pub(crate) verdict: Verdict,
    /// What was asked: method and address.
    pub(crate) what: String,
    /// Why not.
    pub(crate) code: Option<String>,
    /// The whole line.
    pub(crate) line: String,
}

impl LogRow {
    /// The time of day, where the time is written as it should be.
    pub(crate) fn time_of_day(&self) -> &str {
        self.time.get(11..19).unwrap_or(&self.time)
    }

    /// Whether a text stands anywhere in the row, in letters of either case; `wanted` is in small ones.
    pub(crate) fn has(&self, wanted: &str) -> bool {
        let identity = self.identity.to_string();
        let texts = [
            identity.as_str(),
            self.service,
            self.verdict.word(),
            &self.what,
            self.code.as_deref().unwrap_or_default(),
        ];
        texts
            .iter()
            .any(|text| text.to_lowercase().contains(wanted))
    }
}

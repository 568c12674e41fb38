//! Why the gate refuses, as the client sees it.

use std::fmt;

use bottle_core::visible;
use serde::{Deserialize, Serialize};

use crate::limits::MAX_WORDS;
use crate::pkt;

/// The kinds of refusals. Their names are an interface: they stand in messages, in the decision log and in the manual.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Code {
    /// Something that must not leave was found.
    #[serde(rename = "git.secret")]
    Secret,
    /// What was pushed could not be looked at as a whole.
    #[serde(rename = "git.unscannable")]
    Unscannable,
    /// Too much, too many or too long.
    #[serde(rename = "git.limits")]
    Limits,
    /// A ref may not be changed like this.
    #[serde(rename = "git.ref_policy")]
    RefPolicy,
    /// The name is none that was declared.
    #[serde(rename = "git.unknown_repo")]
    UnknownRepo,
    /// Not the path of a repository.
    #[serde(rename = "git.path")]
    Path,
    /// Not a service that there is, or not git's protocol.
    #[serde(rename = "git.transport")]
    Transport,
    /// The upstream's host is not proved to be the one that is meant.
    #[serde(rename = "git.host_key")]
    HostKey,
    /// The upstream cannot be reached, or says no.
    #[serde(rename = "git.upstream")]
    Upstream,
    /// No key was handed over.
    #[serde(rename = "git.no_key")]
    NoKey,
    /// The gate itself does not work, so nothing passes.
    #[serde(rename = "internal.fail_closed")]
    FailClosed,
}

impl Code {
    /// The code of a finding or of a scan that failed: anything that is not one of these counts as not scanned.
    pub(crate) fn of_scan(name: &str) -> Self {
        let all = [Self::Secret, Self::Limits, Self::Transport];
        let found = all.into_iter().find(|code| code.to_string() == name);
        found.unwrap_or(Self::Unscannable)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Secret => "git.secret",
            Self::Unscannable => "git.unscannable",
            Self::Limits => "git.limits",
            Self::RefPolicy => "git.ref_policy",
            Self::UnknownRepo => "git.unknown_repo",
            Self::Path => "git.path",
            Self::Transport => "git.transport",
            Self::HostKey => "git.host_key",
            Self::Upstream => "git.upstream",
            Self::NoKey => "git.no_key",
            Self::FailClosed => "internal.fail_closed",
        })
    }
}

/// A refusal: its code, and in words what is missing and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Refusal {
    pub(crate) code: Code,
    /// May have several lines; none of its characters does more in a terminal than be seen.
    words: String,
}

impl Refusal {
    /// A refusal in these words. What is in them may come from anywhere.
    pub(crate) fn new(code: Code, words: impl fmt::Display) -> Self {
        let words = words.to_string();
        let end = words.floor_char_boundary(MAX_WORDS);
        let lines = words.get(..end).unwrap_or_default().lines().map(visible);
        Self {
            code,
            words: lines.collect::<Vec<_>>().join("\n"),
        }
    }

    /// The gate itself is at fault; what exactly goes to its own log.
    pub(crate) fn broken(error: &(dyn std::error::Error + 'static)) -> Self {
        tracing::error!(error = %bottle_core::causes(error), "the gate does not work");
        Self::new(
            Code::FailClosed,
            "the gate itself does not work; the operator finds the reason in the log of git-gate",
        )
    }

    /// The pkt-line that tells the client.
    pub(crate) fn line(&self) -> Vec<u8> {
        pkt::line(format!("ERR {self}\n").as_bytes())
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { code, words } = self;
        write!(f, "{code}: {words}")
    }
}

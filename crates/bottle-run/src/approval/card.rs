//! What an operator is shown before a decision.

use bottle_core::{AuthScheme, EnvName, Identity, ProposalId};
use bottle_egress::{Change, Replay, SlotAuth};
use bottle_state::{Answer, EgressAsk, Proposal};
use serde::Serialize;

use super::ReviewToken;

/// A proposal and what it would change. What comes of the agent (`proposal`) has to be made visible before it is shown;
/// the rest is computed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Card {
    /// Whose agent asks.
    pub identity: Identity,
    /// The proposal's name.
    pub id: ProposalId,
    /// How it stands with it.
    pub standing: Standing,
    /// What the agent says.
    pub proposal: Proposal,
    /// What would be granted, when that is not what was asked for.
    pub instead: Option<EgressAsk>,
    /// What would change, in plain words, one statement a line.
    pub effect: Vec<String>,
    /// The same as the difference of tables, where routes would change.
    pub change: Option<Change>,
    /// Which credential would go along.
    pub credential: CredentialCard,
    /// What to look at twice.
    pub warnings: Vec<CardWarning>,
    /// Why it cannot be approved as it is; empty when it can.
    pub refusals: Vec<Refusal>,
    /// What the bottle's log has of it, where routes would change and there is a log.
    pub history: Option<Past>,
    /// Stands for the proposal and the tables that this was made of.
    pub token: ReviewToken,
}

/// What a bottle's log has of what is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Past {
    /// How many of this bottle's requests were refused for want of a rule, and how many of them this would have let through.
    pub refused: Replay,
    /// Less, which would have let through as many of them; `None` when nothing less would, or none of them is meant.
    pub narrower: Option<EgressAsk>,
}

/// How it stands with a proposal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "lowercase")]
pub enum Standing {
    /// It waits for an answer.
    Pending,
    /// It waits for an answer, and its bottle runs no more.
    Stale,
    /// It waits for an answer; whether its bottle runs is not known, for want of an engine.
    Unknown,
    /// It has its answer, where that can be read.
    Answered {
        /// The answer.
        answer: Option<Answer>,
    },
}

/// Which credential would go along with what is granted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "credential", rename_all = "lowercase")]
pub enum CredentialCard {
    /// None, and none was asked for.
    None,
    /// The one that the host has already. Another one that was asked for is not taken.
    Kept(SlotAuth),
    /// The agent asks for one, and does not get it unless the operator says so.
    Withheld {
        /// How it would be written.
        scheme: AuthScheme,
        /// The variable of the operator's environment that the agent names.
        token_ref: EnvName,
    },
    /// The operator gives the one that was asked for.
    Granted {
        /// How it is written, and under which name the proxy knows it.
        auth: SlotAuth,
        /// The variable of the operator's environment that holds it.
        token_ref: EnvName,
    },
}

/// Something to look at twice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CardWarning {
    /// Its name, for programs.
    pub code: &'static str,
    /// What it is.
    pub text: String,
}

impl CardWarning {
    pub(crate) fn new(code: &'static str, text: impl Into<String>) -> Self {
        Self {
            code,
            text: text.into(),
        }
    }
}

/// Why a proposal cannot be approved as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{text} [{code}]")]
pub struct Refusal {
    /// Its name, for programs.
    pub code: &'static str,
    /// Why.
    pub text: String,
}

impl Refusal {
    pub(crate) fn new(code: &'static str, text: impl Into<String>) -> Self {
        Self {
            code,
            text: text.into(),
        }
    }
}

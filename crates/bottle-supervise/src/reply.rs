//! What a call comes to.

use bottle_core::{ProposalId, causes};
use rmcp::model::{CallToolResult, ContentBlock};
use serde_json::Value;

use crate::arguments::ArgumentError;
use crate::desk::DeskError;
use crate::routes::RoutesError;
use crate::status::Status;

/// What a call comes to: for the log, and for the agent.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Reply {
    /// For the log.
    pub(crate) word: &'static str,
    /// The proposal that it is about.
    pub(crate) id: Option<ProposalId>,
    /// For the agent.
    pub(crate) result: CallToolResult,
}

impl Reply {
    /// The arguments are wrong.
    pub(crate) fn wrong(error: &ArgumentError) -> Self {
        Self::failed("invalid", causes(error))
    }

    /// There is no such proposal.
    pub(crate) fn unknown(id: &ProposalId) -> Self {
        Self::failed(
            "invalid",
            format!(
                "this sandbox has no proposal {id}; an answered one is forgotten after some time"
            ),
        )
    }

    /// Nothing was proposed.
    pub(crate) fn refused(error: &DeskError) -> Self {
        match error {
            DeskError::Full(full) => Self::failed("limited", full.to_string()),
            DeskError::Write(_) => Self::broken(),
        }
    }

    /// The service itself is at fault.
    pub(crate) fn broken() -> Self {
        let why = "the proposal could not be written; nothing was asked. Tell the user, and try again later";
        Self::failed("failed", why.to_owned())
    }

    /// What became of a proposal.
    pub(crate) fn status(status: &Status) -> Self {
        Self {
            word: status.word(),
            id: Some(status.id.clone()),
            result: CallToolResult::structured(status.told()),
        }
    }

    /// The live table.
    pub(crate) fn routes(shown: Result<Value, RoutesError>) -> Self {
        match shown {
            Ok(table) => Self {
                word: "shown",
                id: None,
                result: CallToolResult::structured(table),
            },
            Err(error) => Self::failed(
                "failed",
                format!("the table cannot be shown: {}", causes(&error)),
            ),
        }
    }

    fn failed(word: &'static str, why: String) -> Self {
        Self {
            word,
            id: None,
            result: CallToolResult::error(vec![ContentBlock::text(why)]),
        }
    }
}

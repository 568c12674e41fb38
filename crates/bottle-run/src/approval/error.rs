//! Why a proposal is not decided.

use bottle_core::{Diagnostics, Identity, ProposalId, SecretError, yaml};
use bottle_egress::GrantsError;
use bottle_state::{AuditError, QueueError, StateError};

use super::decision::MAX_NOTES;
use super::{ApplyError, Card, Refusal};
use crate::backend::BackendError;
use crate::rebuild::RebuildError;

/// Why a proposal is not decided, or a grant not taken back.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ApprovalError {
    /// The proposal or a table is another one than what was shown.
    #[error("what was shown is not what is there any more: look at it again")]
    Changed {
        /// What is there now.
        card: Box<Card>,
    },
    /// It cannot be approved as it is.
    #[error("{}", listed(.refusals))]
    Refused {
        /// Why.
        refusals: Vec<Refusal>,
    },
    /// The bottle does not run.
    #[error("{identity} does not run: `bottle list` shows what does")]
    NotRunning {
        /// The bottle.
        identity: Identity,
    },
    /// There is no such grant.
    #[error("{identity} has no such grant: `bottle routes {identity}` shows those that it has")]
    NoGrant {
        /// The bottle.
        identity: Identity,
    },
    /// There is no engine to ask.
    #[error("a decision that changes a bottle needs the container engine, which does not answer")]
    NoEngine,
    /// A reason or a note is none.
    #[error("a reason is not empty, and at most {MAX_NOTES} bytes long, as is a note")]
    Notes,
    /// A lease that is over before it begins, or of what has none.
    #[error("{0}")]
    Lease(&'static str),
    /// The value of the credential is missing.
    #[error("the credential is given and its value is not there")]
    NoValue,
    /// What says which places for values are taken is not what was written.
    #[error("the file last-token-slot of the bottle's state folder is not what was written")]
    LastSlot,
    /// The value of the credential cannot be used.
    #[error("the value of the credential cannot be used")]
    Value(#[from] SecretError),
    /// It could not be carried out. The proposal still waits.
    #[error("{id} could not be granted and still waits: {}", if *.taken_back { "what was begun is taken back" } else { "what was begun could not be taken back, so end the bottle or revoke the grant" })]
    NotApplied {
        /// The proposal.
        id: ProposalId,
        /// Whether the bottle is as it was.
        taken_back: bool,
        /// Why.
        #[source]
        source: Box<ApprovalError>,
    },
    /// It was taken back, and that is not in the trail.
    #[error("the grant is taken back, and that could not be noted")]
    Unnoted(#[source] AuditError),
    /// The proxies did not take it.
    #[error(transparent)]
    Apply(#[from] ApplyError),
    /// The grants cannot stand beside each other.
    #[error(transparent)]
    Grants(#[from] GrantsError),
    /// The queue could not be read or written.
    #[error(transparent)]
    Queue(#[from] QueueError),
    /// The decision could not be noted, so it was not made.
    #[error(transparent)]
    Audit(#[from] AuditError),
    /// A file of the bottle could not be read or written.
    #[error(transparent)]
    State(#[from] StateError),
    /// A file of the bottle is not what was written.
    #[error(transparent)]
    File(#[from] Diagnostics),
    /// A file of the bottle could not be written.
    #[error(transparent)]
    Yaml(#[from] yaml::WriteError),
    /// The engine could not.
    #[error(transparent)]
    Backend(#[from] BackendError),
    /// The bottle could not be given its other image. The agent has been told that it gets one.
    #[error(
        "the answer is given, and the bottle could not be given its image: `bottle rebuild` does it"
    )]
    Rebuild(#[source] RebuildError),
}

impl ApprovalError {
    /// Whether the answer is no: nothing failed, and nothing was done.
    pub const fn is_no(&self) -> bool {
        matches!(
            self,
            Self::Changed { .. }
                | Self::Refused { .. }
                | Self::NotRunning { .. }
                | Self::NoGrant { .. }
                | Self::Queue(QueueError::AlreadyAnswered { .. })
        )
    }

    /// Whether the call itself was wrong.
    pub const fn is_invalid(&self) -> bool {
        matches!(
            self,
            Self::Notes
                | Self::Lease(_)
                | Self::NoValue
                | Self::Value(_)
                | Self::Queue(QueueError::Unknown { .. })
        )
    }
}

fn listed(refusals: &[Refusal]) -> String {
    let all: Vec<String> = refusals.iter().map(ToString::to_string).collect();
    format!("it cannot be approved as it is: {}", all.join("; "))
}

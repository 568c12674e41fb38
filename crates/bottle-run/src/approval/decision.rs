//! What an operator wants.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bottle_core::{EnvName, Secret};
use bottle_egress::Lease;
use bottle_state::{EgressAsk, Operator, Timestamp};
use time::OffsetDateTime;

/// The longest note or reason, in bytes: what a person writes.
pub const MAX_NOTES: usize = 4096;

/// What would be granted, as far as the operator has a say in it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wish {
    /// Something else than what was asked for; for `egress-block` alone.
    pub ask: Option<EgressAsk>,
    /// Whether a credential that was asked for is given.
    pub credential: CredentialWish,
}

/// Whether a credential that was asked for is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CredentialWish {
    /// It is not.
    #[default]
    Withheld,
    /// It is.
    Granted,
}

/// A decision to approve.
#[derive(Debug, Clone)]
pub struct Decision {
    /// What is granted.
    pub wish: Wish,
    /// For how long.
    pub lease: Lease,
    /// What the operator has to say to the agent; at most [`MAX_NOTES`] bytes.
    pub notes: String,
    /// The value of the credential, where one is given.
    pub value: Option<GivenValue>,
    /// Who decides.
    pub operator: Operator,
}

/// The value of one of the operator's variables.
#[derive(Debug, Clone)]
pub struct GivenValue {
    /// The variable that it was read from: it has to be the one that the card names.
    pub token_ref: EnvName,
    /// The value.
    pub value: Secret,
}

/// This moment, as trails and answers have it.
pub(crate) fn now() -> Timestamp {
    Timestamp::new(OffsetDateTime::now_utc())
}

/// This moment, in seconds since 1970, as leases have it.
pub(crate) fn seconds() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or(Duration::ZERO)
        .as_secs()
}

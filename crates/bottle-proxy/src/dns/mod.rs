//! The agent's only resolver: it refuses every name at once, so that no query leaves the bottle.

mod refusal;
mod refuser;

pub(crate) use refuser::DnsRefuser;

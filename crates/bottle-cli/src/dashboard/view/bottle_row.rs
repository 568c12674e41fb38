//! One bottle.

use bottle_core::Identity;
use bottle_state::Timestamp;

/// One bottle, as a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BottleRow {
    /// Which.
    pub(crate) identity: Identity,
    /// Whose: the agent's name, where it is known.
    pub(crate) agent: Option<String>,
    /// What it is doing, in one word.
    pub(crate) state: &'static str,
    /// Whether its containers are there.
    pub(crate) is_live: bool,
    /// Since when.
    pub(crate) started: Option<Timestamp>,
}

/// All bottles of the home, and why not more is known of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Survey {
    /// In order of identity.
    pub(crate) bottles: Vec<BottleRow>,
    /// What could not be asked: the engine, the state folder.
    pub(crate) problem: Option<String>,
}

//! What there is: bottles that run, that were kept, and that nobody looks after.

use std::collections::BTreeMap;

use bottle_core::Identity;
use bottle_state::{Home, LockState, Metadata, StateDir, StateError};

use crate::backend::LiveBottle;

/// What a bottle is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// A process looks after it.
    Running,
    /// Nobody looks after it, and the engine still has something of it. Its walls still stand.
    Orphaned,
    /// Nobody looks after it, nothing is left but its state folder, and that is marked to be kept.
    Kept,
    /// Nobody looks after it, and its state folder was left behind by accident.
    Abandoned,
}

/// One bottle of a home.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundBottle {
    /// Its name.
    pub identity: Identity,
    /// What it is doing.
    pub condition: Condition,
    /// Its metadata, where there is a state folder with one that can be read.
    pub metadata: Option<Metadata>,
    /// Whether it has a state folder.
    pub state: StatePresence,
    /// What the engine has of it.
    pub live: Option<LiveBottle>,
}

/// Whether there is a state folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatePresence {
    /// There is none.
    None,
    /// There is one, not marked.
    Plain,
    /// There is one, marked to be kept.
    Marked,
}

/// Every bottle of a home that has a state folder or something at the engine, in order. `live` is the answer of
/// [`crate::backend::Backend::live`], or empty when there is no engine to ask.
///
/// # Errors
///
/// When the home cannot be read. A folder that goes away meanwhile is left out.
pub fn survey(home: &Home, live: Vec<LiveBottle>) -> Result<Vec<FoundBottle>, StateError> {
    let mut live: BTreeMap<Identity, LiveBottle> = live
        .into_iter()
        .map(|bottle| (bottle.identity.clone(), bottle))
        .collect();
    let mut found: Vec<FoundBottle> = Vec::new();
    for identity in home.identities()? {
        let live = live.remove(&identity);
        found.extend(inspect(&home.state(&identity), live));
    }
    found.extend(live.into_values().map(|bottle| FoundBottle {
        identity: bottle.identity.clone(),
        condition: Condition::Orphaned,
        metadata: None,
        state: StatePresence::None,
        live: Some(bottle),
    }));
    found.sort_by(|left, right| left.identity.cmp(&right.identity));
    Ok(found)
}

/// `None` when the folder went away while we looked, and the engine has nothing either.
fn inspect(state: &StateDir, live: Option<LiveBottle>) -> Option<FoundBottle> {
    let identity = state.identity().clone();
    // A folder that cannot be looked into is treated as one that somebody looks after.
    let held = state.lock_state().unwrap_or(LockState::Held) == LockState::Held;
    let marked = state.mark().map_or(true, |mark| mark.is_some());
    if !state.path().exists() && live.is_none() {
        return None;
    }
    let condition = match (held, &live, marked) {
        (true, ..) => Condition::Running,
        (false, Some(_), _) => Condition::Orphaned,
        (false, None, true) => Condition::Kept,
        (false, None, false) => Condition::Abandoned,
    };
    let presence = if marked {
        StatePresence::Marked
    } else {
        StatePresence::Plain
    };
    Some(FoundBottle {
        identity,
        condition,
        metadata: state.metadata().ok().flatten(),
        state: presence,
        live,
    })
}

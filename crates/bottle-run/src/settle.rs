//! What becomes of the state folder.

use std::path::PathBuf;

use bottle_state::{Mark, StateDir, StateError};

use crate::artefact;
use crate::owned::OwnedState;
use crate::teardown::TeardownError;

/// What is asked for at the end of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It went well: the state folder goes, unless it is marked.
    Remove,
    /// It did not: the state folder is marked and kept, without its private keys.
    Keep,
    /// It went well and left changes in its clone of the operator's repository: kept likewise.
    KeepChanges,
}

impl Fate {
    /// The fate that follows from the exit code of an agent.
    pub const fn of_exit_code(code: u8) -> Self {
        if code == 0 { Self::Remove } else { Self::Keep }
    }
}

/// What became of the state folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settled {
    /// It is gone.
    Removed,
    /// It is there.
    Kept {
        /// Where.
        path: PathBuf,
        /// Why.
        why: KeptBecause,
    },
}

/// Why a state folder was kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeptBecause {
    /// The session failed or was interrupted. Marked, so that a cleanup leaves it alone.
    Failure,
    /// Its clone of the operator's repository has changes. Marked likewise.
    Changes,
    /// It carried the mark already.
    Preserved,
    /// Something of the bottle may still be there, or the folder could not be removed. Not marked if the session went
    /// well: a cleanup finishes the work.
    TeardownFailed,
}

/// Removes or keeps the state folder, and gives its lock back.
pub(crate) fn settle(state: OwnedState, fate: Fate, errors: &mut Vec<TeardownError>) -> Settled {
    let path = state.dir().path().to_owned();
    if errors.iter().any(TeardownError::leaves_containers) {
        if fate != Fate::Remove
            && let Err(error) = keep(state.dir())
        {
            errors.push(TeardownError::State(error));
        }
        return Settled::Kept {
            path,
            why: KeptBecause::TeardownFailed,
        };
    }
    let why = match (mark(state.dir(), errors), fate) {
        (Some(Mark::Asked), _) => KeptBecause::Preserved,
        (_, Fate::Keep) => KeptBecause::Failure,
        (_, Fate::KeepChanges) => KeptBecause::Changes,
        // A mark of an earlier session that did not end well: this one did.
        (Some(Mark::Automatic) | None, Fate::Remove) => match state.remove() {
            Ok(()) => return Settled::Removed,
            Err(error) => {
                errors.push(TeardownError::State(error));
                return Settled::Kept {
                    path,
                    why: KeptBecause::TeardownFailed,
                };
            }
        },
    };
    if let Err(error) = keep(state.dir()) {
        errors.push(TeardownError::State(error));
    }
    Settled::Kept { path, why }
}

/// How the folder is marked; when that cannot be told, it is treated as if somebody wanted it kept.
fn mark(state: &StateDir, errors: &mut Vec<TeardownError>) -> Option<Mark> {
    state.mark().unwrap_or_else(|error| {
        errors.push(TeardownError::State(error));
        Some(Mark::Asked)
    })
}

/// Marks the folder, and takes out what only a running bottle needs.
fn keep(state: &StateDir) -> Result<(), StateError> {
    state.preserve(Mark::Automatic)?;
    artefact::KEYS
        .iter()
        .try_for_each(|key| state.folder().remove_file(key))
}

//! Removing what a crash left behind.

use std::collections::BTreeSet;

use bottle_core::Identity;
use bottle_state::{Home, Lock, StateDir, StateError};

use crate::backend::{Backend, BackendError, DownRequest, DownScope, Removed};
use crate::halt::{self, HaltError};
use crate::queue;
use crate::survey::{Condition, FoundBottle, StatePresence};
use crate::unmount;
use crate::workspace::{MountError, clone_has_changes};

/// What a cleanup would remove.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CleanupPlan {
    /// One entry for each bottle that nobody looks after.
    pub bottles: Vec<Leftover>,
}

/// What is left of one bottle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leftover {
    /// The bottle.
    pub identity: Identity,
    /// Its services that still have a container.
    pub services: Vec<String>,
    /// Its networks.
    pub networks: Vec<String>,
    /// What is to become of its state folder.
    pub state: LeftoverState,
    /// Whether it has a clone of the operator's repository with changes.
    pub has_changes: bool,
    /// Whether somebody named it.
    is_named: bool,
}

/// What is to become of a leftover state folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeftoverState {
    /// There is none.
    None,
    /// It goes.
    Remove,
    /// It is marked, and stays.
    Keep,
}

/// Why a bottle that was named is not removed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotRemovable {
    /// There is nothing of it.
    #[error("there is nothing of {0}: `bottle list` shows what there is")]
    Unknown(Identity),
    /// A process looks after it.
    #[error("{0} runs: `bottle stop {0}` ends it")]
    Running(Identity),
}

/// Why one bottle could not be cleaned up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CleanupError {
    /// Its state folder is locked (somebody looks after it after all), or could not be removed.
    #[error(transparent)]
    State(#[from] StateError),
    /// It is kept, and could not be ended.
    #[error(transparent)]
    Halt(#[from] HaltError),
    /// What was made in the operator's folder could not be removed.
    #[error(transparent)]
    Folder(#[from] MountError),
    /// The engine could not remove everything.
    #[error(transparent)]
    Backend(#[from] BackendError),
}

/// What became of one leftover.
#[derive(Debug)]
pub struct Cleaned {
    /// The bottle.
    pub identity: Identity,
    /// What was removed at the engine, or why not everything is gone.
    pub result: Result<Removed, CleanupError>,
}

impl CleanupPlan {
    /// Picks what nobody looks after. The folder of a bottle that somebody wants kept stays, and so does that of one whose
    /// clone of the operator's repository has changes.
    pub fn new(found: &[FoundBottle], home: &Home) -> Self {
        let bottles = found
            .iter()
            .filter(|bottle| matches!(bottle.condition, Condition::Orphaned | Condition::Abandoned))
            .map(|bottle| {
                let mut leftover = Leftover::of(bottle);
                leftover.has_changes = clone_has_changes(&home.state(&bottle.identity));
                if leftover.state == LeftoverState::Remove && leftover.has_changes {
                    leftover.state = LeftoverState::Keep;
                }
                leftover
            })
            .collect();
        Self { bottles }
    }

    /// Picks these bottles, also those that are kept: whoever names a bottle means it.
    ///
    /// # Errors
    ///
    /// [`NotRemovable`] for the first that there is nothing of, or that a process looks after.
    pub fn of_named(
        found: &[FoundBottle],
        names: &[Identity],
        home: &Home,
    ) -> Result<Self, NotRemovable> {
        // Each once.
        let names: BTreeSet<&Identity> = names.iter().collect();
        let bottles = names.into_iter().map(|name| {
            let bottle = found.iter().find(|bottle| bottle.identity == *name);
            let bottle = bottle.ok_or_else(|| NotRemovable::Unknown(name.clone()))?;
            if bottle.condition == Condition::Running {
                return Err(NotRemovable::Running(name.clone()));
            }
            let mut leftover = Leftover::of(bottle);
            leftover.is_named = true;
            leftover.has_changes = clone_has_changes(&home.state(name));
            if leftover.state == LeftoverState::Keep {
                leftover.state = LeftoverState::Remove;
            }
            Ok(leftover)
        });
        Ok(Self {
            bottles: bottles.collect::<Result<_, _>>()?,
        })
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.bottles.is_empty()
    }

    /// Carries the plan out. What fails for one bottle does not stop the others. A bottle that a process has
    /// begun to look after since the plan was made is left alone.
    ///
    /// # Errors
    ///
    /// When the home has no label; errors of single bottles are part of the answer.
    pub async fn execute<B: Backend>(
        self,
        backend: &B,
        home: &Home,
    ) -> Result<Vec<Cleaned>, StateError> {
        let label = home.label()?;
        let mut cleaned = Vec::new();
        for leftover in self.bottles {
            let result = leftover.remove(backend, home, &label).await;
            cleaned.push(Cleaned {
                identity: leftover.identity,
                result,
            });
        }
        Ok(cleaned)
    }
}

/// Whether somebody marked a folder, or it has a clone with changes; as if, when that cannot be told.
fn is_wanted(state: &StateDir) -> bool {
    state.mark().map_or(true, |mark| mark.is_some()) || clone_has_changes(state)
}

impl Leftover {
    fn of(bottle: &FoundBottle) -> Self {
        let (services, networks) = bottle.live.as_ref().map_or_else(Default::default, |live| {
            let services = live
                .services
                .iter()
                .map(|each| each.service.clone())
                .collect();
            (services, live.networks.clone())
        });
        let state = match bottle.state {
            StatePresence::None => LeftoverState::None,
            StatePresence::Plain => LeftoverState::Remove,
            StatePresence::Marked => LeftoverState::Keep,
        };
        Self {
            identity: bottle.identity.clone(),
            services,
            networks,
            state,
            has_changes: false,
            is_named: false,
        }
    }

    /// Ends it as its own process would have: what it left is saved first.
    async fn keep<B: Backend>(
        &self,
        backend: &B,
        state: &StateDir,
        label: &str,
    ) -> Result<Removed, CleanupError> {
        Ok(halt::take_down(backend, state, (label.to_owned(), self.services.is_empty())).await?)
    }

    /// Takes the lock first, so that nobody starts to look after what is being removed.
    async fn remove<B: Backend>(
        &self,
        backend: &B,
        home: &Home,
        label: &str,
    ) -> Result<Removed, CleanupError> {
        let state = home.state(&self.identity);
        if self.state == LeftoverState::Keep {
            return self.keep(backend, &state, label).await;
        }
        let lock: Option<Lock> = match self.state {
            LeftoverState::None => None,
            LeftoverState::Remove | LeftoverState::Keep => Some(state.lock_to_end()?),
        };
        // A question may stand open for hours: somebody may have found something to keep meanwhile.
        if lock.is_some() && !self.is_named && is_wanted(&state) {
            drop(lock);
            return self.keep(backend, &state, label).await;
        }
        let request = DownRequest {
            identity: self.identity.clone(),
            home: label.to_owned(),
            scope: DownScope::Everything,
        };
        let removed = backend.down(&request).await?;
        if lock.is_some() {
            unmount::remove_places(&state, None)?;
        }
        if let (LeftoverState::Remove, Some(lock)) = (self.state, lock) {
            state.remove(lock)?;
            queue::remove_unused(&home.queue_path(&self.identity));
        }
        Ok(removed)
    }
}

//! Ending a bottle from outside: one that another process looks after, or that nobody does.

use std::io;
use std::thread::sleep;
use std::time::{Duration, Instant};

use bottle_core::Identity;
use bottle_state::{Access, Holder, Home, LockState, Mark, StateDir, StateError};
use rustix::io::Errno;
use rustix::process::{Pid, Signal, kill_process};

use crate::artefact;
use crate::backend::{Backend, BackendError, DownRequest, DownScope, LogsRequest, Removed};
use crate::leavings::{Leavings, LeavingsError};
use crate::unmount;
use crate::workspace::MountError;

/// How long a process that was asked to end may take to take its bottle down: it may have a large copy to save.
const PATIENCE: Duration = Duration::from_mins(10);
/// How often it is looked whether it has.
const PAUSE: Duration = Duration::from_millis(20);

/// How a bottle was ended.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Halted {
    /// The process that looked after it took it down.
    ByItsOwner,
    /// Nobody looked after it: what the engine had of it was removed, its logs are saved, its folder is kept.
    Here(Removed),
}

/// Why a bottle could not be ended.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HaltError {
    /// There is nothing to end.
    #[error("{identity} does not run: `bottle list` shows what does")]
    NotRunning {
        /// The bottle.
        identity: Identity,
    },
    /// The process that looks after it cannot be told.
    #[error("the process that looks after {identity} cannot be told to end")]
    Signal {
        /// The bottle.
        identity: Identity,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// It was told, and is still there.
    #[error("{identity} was told to end and is still there after {} s", PATIENCE.as_secs())]
    TooLong {
        /// The bottle.
        identity: Identity,
    },
    /// What its agent leaves cannot be saved, so it was left as it is.
    #[error("what the agent leaves could not be saved, so nothing was removed")]
    Leavings(#[from] LeavingsError),
    /// What was made in the operator's folder could not be removed.
    #[error(transparent)]
    Folder(#[from] MountError),
    /// Its state folder cannot be read or written.
    #[error(transparent)]
    State(#[from] StateError),
    /// The engine could not.
    #[error(transparent)]
    Backend(#[from] BackendError),
}

/// Ends a bottle. Its folder is kept, so that it can be resumed.
///
/// # Errors
///
/// When it does not run, or could not be ended.
pub async fn halt<B: Backend>(
    backend: &B,
    home: &Home,
    identity: &Identity,
) -> Result<Halted, HaltError> {
    let state = home.state(identity);
    let is_held = state.path().exists() && state.lock_state()? == LockState::Held;
    let was_asked = is_held && ask_owner(&state)?;
    let label = home.label()?;
    let live = backend.live(&label).await?;
    let left = live.iter().find(|bottle| bottle.identity == *identity);
    match left {
        None if was_asked => Ok(Halted::ByItsOwner),
        // Its networks are on their way out.
        Some(bottle) if was_asked && bottle.services.is_empty() => Ok(Halted::ByItsOwner),
        None => Err(HaltError::NotRunning {
            identity: identity.clone(),
        }),
        Some(bottle) => take_down(backend, &state, (label, bottle.services.is_empty()))
            .await
            .map(Halted::Here),
    }
}

/// Tells the process that looks after a bottle to end, and waits until it has let go of it. Whether there was one.
fn ask_owner(state: &StateDir) -> Result<bool, HaltError> {
    let identity = state.identity();
    let signal = |source: io::Error| HaltError::Signal {
        identity: identity.clone(),
        source,
    };
    let is_other = match state.holder()? {
        None => return Ok(false),
        // Who is ending it already is waited for.
        Some(Holder::Other) => true,
        // Our own number is there when we have just let go of the bottle, and a program that we start has a copy of the
        // lock until it is one.
        Some(Holder::Owner(process)) if process == std::process::id() => false,
        Some(Holder::Owner(process)) => {
            let process = i32::try_from(process).ok().and_then(Pid::from_raw);
            let process = process.ok_or_else(|| signal(io::ErrorKind::InvalidData.into()))?;
            match kill_process(process, Signal::TERM) {
                // It has just ended by itself.
                Ok(()) | Err(Errno::SRCH) => true,
                Err(error) => return Err(signal(error.into())),
            }
        }
    };
    let until = Instant::now() + PATIENCE;
    while state.path().exists() && state.lock_state().unwrap_or(LockState::Free) == LockState::Held
    {
        if Instant::now() >= until {
            return Err(HaltError::TooLong {
                identity: identity.clone(),
            });
        }
        sleep(PAUSE);
    }
    Ok(is_other)
}

/// Removes what the engine has of a bottle that nobody looks after, as its own process would have.
pub(crate) async fn take_down<B: Backend>(
    backend: &B,
    state: &StateDir,
    (home, has_networks_alone): (String, bool),
) -> Result<Removed, HaltError> {
    let identity = state.identity().clone();
    // Without a folder there is nothing to lock, to write to, or to resume.
    let lock = state
        .path()
        .exists()
        .then(|| state.lock_to_end())
        .transpose()?;
    // Without containers it was taken down already, and what is saved is better than what there would be to save.
    if lock.is_some() && !has_networks_alone {
        state.preserve(Mark::Automatic)?;
        let leavings = state.metadata()?;
        if let Some(leavings) = leavings.and_then(|each| Leavings::of(&identity, &each)) {
            let mut errors = leavings.save(backend, state.folder()).await;
            // Nothing is removed that could not be saved.
            if let Some(error) = errors.pop() {
                return Err(error.into());
            }
        }
        let logs = backend
            .logs(&LogsRequest {
                identity: identity.clone(),
                home: home.clone(),
            })
            .await?;
        state
            .folder()
            .write(&artefact::LOG, &logs, Access::Private)?;
    }
    let removed = backend
        .down(&DownRequest {
            identity,
            home,
            scope: DownScope::Everything,
        })
        .await?;
    if lock.is_some() {
        artefact::KEYS
            .iter()
            .try_for_each(|key| state.folder().remove_file(key))?;
    }
    if lock.is_some() {
        unmount::remove_places(state, None)?;
    }
    drop(lock);
    Ok(removed)
}

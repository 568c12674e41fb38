//! Taking a bottle down, whatever happened before.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use bottle_state::{Access, Mark, StateError};
use futures_util::FutureExt as _;

use crate::Prepared;
use crate::artefact;
use crate::backend::{Backend, BackendError, DownRequest, DownScope, LogsRequest, Removed};
use crate::journal::{Journal, Step};
use crate::leavings::{Leavings, LeavingsError};
use crate::settle::Fate;
use crate::unmount;
use crate::workspace::{Listing, MountError, Worktree};

/// What a panic carries.
type Panic = Box<dyn Any + Send>;

/// What went wrong while a bottle was taken down. None of these stops the rest.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TeardownError {
    /// The logs could not be fetched.
    #[error("the logs are lost")]
    Logs(#[source] BackendError),
    /// The logs could not be written.
    #[error("the logs could not be kept")]
    LogFile(#[source] StateError),
    /// What the agent leaves could not be saved.
    #[error(
        "what the agent leaves could not be saved, so its containers are stopped and stay: `bottle stop` tries again"
    )]
    Leavings(#[source] LeavingsError),
    /// What was made in the operator's folder could not be removed.
    #[error("the folder that was mounted is not as it was")]
    Folder(#[source] MountError),
    /// Somebody on the host replaced what was mounted read-only, so the agent could write there from then on.
    #[error(
        "these were replaced on the host while the agent had the folder, so it could write to them: look at them before you go on: {}",
        .paths.join(", ")
    )]
    Replaced {
        /// The paths below the folder.
        paths: Vec<String>,
    },
    /// Containers or networks may be left; `bottle cleanup` finds them.
    #[error("containers or networks may be left: see `bottle cleanup`")]
    Down(#[source] BackendError),
    /// The state folder could not be settled.
    #[error("the state folder could not be settled")]
    State(#[source] StateError),
}

impl TeardownError {
    /// Whether the bottle may still have containers.
    pub(crate) const fn leaves_containers(&self) -> bool {
        matches!(self, Self::Down(_) | Self::Leavings(_))
    }
}

/// What a teardown did.
#[derive(Default)]
pub(crate) struct TornDown {
    pub(crate) removed: Removed,
    pub(crate) errors: Vec<TeardownError>,
    /// The first panic of the backend or the observer. It goes on when everything is settled.
    pub(crate) panic: Option<Panic>,
}

impl TornDown {
    /// Begins a step; a panic of the observer is put off.
    pub(crate) fn begin(&mut self, journal: &mut Journal<'_>, step: Step) {
        let begun = catch_unwind(AssertUnwindSafe(|| journal.begin(step)));
        self.put_off(begun.err());
    }

    fn put_off(&mut self, panic: Option<Panic>) {
        self.panic = self.panic.take().or(panic);
    }

    /// Makes a call whose panic is put off, and counts as its failure.
    async fn call<T>(
        &mut self,
        what: &str,
        call: impl Future<Output = Result<T, BackendError>>,
    ) -> Result<T, BackendError> {
        match AssertUnwindSafe(call).catch_unwind().await {
            Ok(answer) => answer,
            Err(panic) => {
                self.put_off(Some(panic));
                Err(BackendError::Engine {
                    what: what.to_owned(),
                    source: "its client panicked".into(),
                })
            }
        }
    }

    async fn save_leavings<B: Backend>(
        &mut self,
        leavings: &Leavings,
        (prepared, backend): (&Prepared, &B),
    ) {
        let folder = prepared.state.dir().folder();
        let saving = AssertUnwindSafe(leavings.save(backend, folder));
        match saving.catch_unwind().await {
            Ok(errors) => self
                .errors
                .extend(errors.into_iter().map(TeardownError::Leavings)),
            Err(panic) => {
                self.put_off(Some(panic));
                self.errors
                    .push(TeardownError::Leavings(LeavingsError::Panicked));
            }
        }
    }

    /// Removes what was made in the operator's folder, unless a container may still have it mounted.
    pub(crate) fn leave_folder(&mut self, prepared: &Prepared, before: Option<&Listing>) {
        match before.map(|before| unmount::replaced(&prepared.metadata, before)) {
            None => {}
            Some(Ok(paths)) if paths.is_empty() => {}
            Some(Ok(paths)) => self.errors.push(TeardownError::Replaced { paths }),
            Some(Err(error)) => self.errors.push(TeardownError::Folder(error)),
        }
        if !self.errors.iter().any(TeardownError::leaves_containers) {
            let removed =
                unmount::remove_places(prepared.state.dir(), Some(&prepared.mounted.claim));
            self.errors.extend(removed.err().map(TeardownError::Folder));
        }
    }

    async fn save_logs<B: Backend>(
        &mut self,
        prepared: &Prepared,
        backend: &B,
    ) -> Result<(), TeardownError> {
        let request = LogsRequest {
            identity: prepared.identity.clone(),
            home: prepared.home.clone(),
        };
        let logs = self
            .call("collect the logs", async { backend.logs(&request).await })
            .await
            .map_err(TeardownError::Logs)?;
        let folder = prepared.state.dir().folder();
        folder
            .write(&artefact::LOG, &logs, Access::Private)
            .map_err(TeardownError::LogFile)
    }

    /// With a second try: a network is busy for a moment after its last container went.
    async fn down<B: Backend>(
        &mut self,
        prepared: &Prepared,
        backend: &B,
        scope: DownScope,
    ) -> Result<Removed, BackendError> {
        let request = DownRequest {
            identity: prepared.identity.clone(),
            home: prepared.home.clone(),
            scope,
        };
        let what = "remove the bottle";
        let first = self
            .call(what, async { backend.down(&request).await })
            .await;
        match first {
            Ok(removed) => Ok(removed),
            Err(_) => {
                self.call(what, async { backend.down(&request).await })
                    .await
            }
        }
    }
}

/// Saves what the agent leaves, where the folder is going to be kept, and the logs, then removes containers and
/// networks. Neither the operator's wish to end nor a panic cuts this short.
pub(crate) async fn tear_down<B: Backend>(
    prepared: &Prepared,
    backend: &B,
    journal: &mut Journal<'_>,
    (fate, scope): (Fate, DownScope),
) -> TornDown {
    let mut torn = TornDown::default();
    if journal.has_begun(Step::Session)
        && is_kept(prepared, fate)
        && let Some(leavings) = leavings(prepared, &mut torn.errors)
    {
        torn.begin(journal, Step::Save);
        torn.save_leavings(&leavings, (prepared, backend)).await;
    }
    if journal.started_containers() {
        torn.begin(journal, Step::Logs);
        let saved = torn.save_logs(prepared, backend).await;
        torn.errors.extend(saved.err());
    }
    if journal.touched_engine() {
        torn.begin(journal, Step::Down);
        // What could not be saved is only there: it is stopped, and stays.
        let is_lost = |error: &TeardownError| matches!(error, TeardownError::Leavings(_));
        let scope = if torn.errors.iter().any(is_lost) {
            DownScope::Stop
        } else {
            scope
        };
        match torn.down(prepared, backend, scope).await {
            Ok(removed) => torn.removed = removed,
            Err(error) => torn.errors.push(TeardownError::Down(error)),
        }
    }
    torn
}

/// Whether the folder is going to be kept; when that cannot be told, it is treated as if.
fn is_kept(prepared: &Prepared, fate: Fate) -> bool {
    let state = prepared.state.dir();
    fate != Fate::Remove
        || state.mark().map_or(true, |mark| mark == Some(Mark::Asked))
        // Whether it has changes is known when nobody writes to it any more.
        || Worktree::is_in(state.path())
}

/// What there is to be saved, as the launch wrote it down.
fn leavings(prepared: &Prepared, errors: &mut Vec<TeardownError>) -> Option<Leavings> {
    let metadata = prepared.state.dir().metadata().unwrap_or_else(|error| {
        errors.push(TeardownError::State(error));
        None
    });
    Leavings::of(&prepared.identity, &metadata?)
}

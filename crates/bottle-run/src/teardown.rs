//! Taking a bottle down, whatever happened before.

use bottle_state::{Access, StateError};

use crate::Prepared;
use crate::artefact;
use crate::backend::{Backend, BackendError, DownRequest, LogsRequest, Removed};
use crate::journal::{Journal, Step};

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
    /// Containers or networks may be left; `bottle cleanup` finds them.
    #[error("containers or networks may be left: see `bottle cleanup`")]
    Down(#[source] BackendError),
    /// The state folder could not be settled.
    #[error("the state folder could not be settled")]
    State(#[source] StateError),
}

/// Saves the logs, then removes containers and networks. The operator's wish to end does not cut this short.
pub(crate) async fn tear_down<B: Backend>(
    prepared: &Prepared,
    backend: &B,
    journal: &mut Journal<'_>,
) -> (Removed, Vec<TeardownError>) {
    let mut errors = Vec::new();
    if journal.started_containers() {
        journal.begin(Step::Logs);
        errors.extend(save_logs(prepared, backend).await.err());
    }
    if !journal.touched_engine() {
        return (Removed::default(), errors);
    }
    journal.begin(Step::Down);
    let request = DownRequest {
        identity: prepared.identity.clone(),
        home: prepared.home.clone(),
    };
    match down_twice(backend, &request).await {
        Ok(removed) => (removed, errors),
        Err(error) => {
            errors.push(TeardownError::Down(error));
            (Removed::default(), errors)
        }
    }
}

async fn save_logs<B: Backend>(prepared: &Prepared, backend: &B) -> Result<(), TeardownError> {
    let request = LogsRequest {
        identity: prepared.identity.clone(),
        home: prepared.home.clone(),
    };
    let logs = backend.logs(&request).await.map_err(TeardownError::Logs)?;
    let folder = prepared.state.dir().folder();
    folder
        .write(&artefact::LOG, &logs, Access::Private)
        .map_err(TeardownError::LogFile)
}

/// A second try: a network is busy for a moment after its last container went.
async fn down_twice<B: Backend>(
    backend: &B,
    request: &DownRequest,
) -> Result<Removed, BackendError> {
    match backend.down(request).await {
        Ok(removed) => Ok(removed),
        Err(_) => backend.down(request).await,
    }
}

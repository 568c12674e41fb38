//! From the client library's errors to the backend's.

use bollard::errors::Error;
use bottle_run::backend::BackendError;

/// What an engine answers when something is not there.
const NOT_FOUND: u16 = 404;

/// The engine could not do what is named here.
pub(crate) fn engine(what: impl Into<String>) -> impl FnOnce(Error) -> BackendError {
    let what = what.into();
    move |source| BackendError::Engine {
        what,
        source: source.into(),
    }
}

/// The engine could not do what is named here, for a reason outside the client library.
pub(crate) fn other<E: std::error::Error + Send + Sync + 'static>(
    what: impl Into<String>,
) -> impl FnOnce(E) -> BackendError {
    let what = what.into();
    move |source| BackendError::Engine {
        what,
        source: source.into(),
    }
}

/// Whether the engine says that there is no such thing.
pub(crate) fn is_missing(error: &Error) -> bool {
    has_status(error, NOT_FOUND)
}

/// Whether the engine answered with this status.
pub(crate) fn has_status(error: &Error, status: u16) -> bool {
    matches!(error, Error::DockerResponseServerError { status_code, .. } if *status_code == status)
}

/// Turns "there is none" into `None`.
pub(crate) fn optional<T>(result: Result<T, Error>) -> Result<Option<T>, Error> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if is_missing(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

//! The body of a request, within its bounds.

use bytes::Bytes;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use hyper::body::Incoming;
use tokio::time::timeout;

use crate::limits::{BODY_TIMEOUT, MAX_BODY};

/// Why there is no body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoBody {
    /// It is larger than [`MAX_BODY`].
    TooLarge,
    /// It takes longer than [`BODY_TIMEOUT`].
    Slow,
    /// The connection broke.
    Broken,
}

/// Reads all of it.
pub(super) async fn read(body: Incoming) -> Result<Bytes, NoBody> {
    let collected = timeout(BODY_TIMEOUT, Limited::new(body, MAX_BODY).collect()).await;
    match collected {
        Err(_) => Err(NoBody::Slow),
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(NoBody::TooLarge),
        Ok(Err(_)) => Err(NoBody::Broken),
    }
}

//! What a proxy says of itself, asked in its own container.

use std::time::Duration;

use bottle_core::Identity;
use serde_json::Value;

use crate::backend::{Backend, BackendError, ExecIo, ExecRequest, Target};

/// How long a proxy may take to answer.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Asks a proxy for a page. What is no JSON is null.
///
/// # Errors
///
/// When it does not answer, or does not say that all is well.
pub(crate) async fn page<B: Backend>(
    backend: &B,
    identity: &Identity,
    (service, path): (&str, &str),
) -> Result<Value, BackendError> {
    let argv = ["/bottle-sidecar", "page", path].map(str::to_owned);
    let what = argv.join(" ");
    let outcome = backend
        .exec(&ExecRequest {
            target: Target::new(identity, service),
            argv: argv.to_vec(),
            env: Vec::new(),
            io: ExecIo::Capture { stdin: Vec::new() },
            timeout: Some(TIMEOUT),
        })
        .await?;
    if outcome.code == 0 {
        return Ok(serde_json::from_slice(&outcome.stdout).unwrap_or(Value::Null));
    }
    Err(BackendError::Failed {
        what,
        service: service.to_owned(),
        code: outcome.code,
        stderr: String::from_utf8_lossy(&outcome.stderr).into_owned(),
    })
}

//! Calls of tools in consecutive requests: what each is alone may be ordinary.

use std::sync::{Mutex, PoisonError};

use bottle_core::Guard;
use bottle_egress::{DenialCode, Permit};
use bottle_pipelock::{CallChains, Calls, Content, Scanner};
use bytes::Bytes;
use http::header::CONTENT_ENCODING;
use http::{HeaderMap, HeaderValue};
use tokio::task::spawn_blocking;

use super::inspect;
use crate::gate::{Refusal, Work};
use crate::limits::MAX_SCAN_INLINE;

/// The field with which a server of the Model Context Protocol tells its sessions apart (Streamable HTTP).
const SESSION: &str = "mcp-session-id";

/// What the calls of each session did lately.
#[derive(Default)]
pub(super) struct Rows(Mutex<CallChains>);

impl Rows {
    /// Whether the calls in a body, which passed by itself, may follow those before.
    ///
    /// # Errors
    ///
    /// A [`Refusal`] where they do together what none does alone.
    pub(super) async fn judge(
        &self,
        scanner: &Scanner,
        permit: &Permit<'_>,
        work: &Work,
        body: &Bytes,
    ) -> Result<(), Refusal> {
        if body.is_empty() || !Guard::CallRows.is_on() {
            return Ok(());
        }
        let calls = read(&work.headers, body.clone()).await?;
        let session = session(permit, &work.headers);
        let mut chains = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = chains.push(scanner, &session, &calls);
        found.map_or(Ok(()), |finding| {
            Err(inspect::refusal("body, behind earlier requests", &finding))
        })
    }
}

/// The calls in a body: of a long one on a thread of its own, so that nothing else waits for it.
async fn read(headers: &HeaderMap, body: Bytes) -> Result<Calls, Refusal> {
    let codings = headers.get_all(CONTENT_ENCODING).iter();
    let codings: Vec<HeaderValue> = codings.cloned().collect();
    let is_long = body.len() > MAX_SCAN_INLINE;
    let read = move || {
        let codings: Vec<&[u8]> = codings.iter().map(HeaderValue::as_bytes).collect();
        Calls::of_content(&Content {
            media_type: None,
            codings: &codings,
            message_coding: None,
            bytes: &body,
        })
    };
    if !is_long {
        return Ok(read());
    }
    let calls = spawn_blocking(read).await;
    calls.map_err(|_| DenialCode::InternalFailClosed.into())
}

/// What names the session of a call: host and port, and the number that the server gave it.
fn session(permit: &Permit<'_>, headers: &HeaderMap) -> String {
    let destination = permit.destination();
    let number = headers.get(SESSION).map(HeaderValue::as_bytes);
    let number = String::from_utf8_lossy(number.unwrap_or_default());
    format!("{}:{} {number}", destination.host, destination.port)
}

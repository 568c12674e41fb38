//! Calls of tools in consecutive requests: what each is alone may be ordinary.

use std::sync::{Arc, Mutex, PoisonError};

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
pub(super) struct Rows(Arc<Mutex<CallChains>>);

impl Rows {
    /// Whether the calls in a body, which passed by itself, may follow those before. Of a long body they are read on a
    /// thread of its own, so that nothing else waits for it.
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
        let codings = work.headers.get_all(CONTENT_ENCODING).iter();
        let next = Next {
            session: session(permit, &work.headers),
            codings: codings.cloned().collect(),
            body: body.clone(),
        };
        let (chains, scanner) = (Arc::clone(&self.0), scanner.clone());
        let push = move || next.push(&scanner, &chains);
        if body.len() <= MAX_SCAN_INLINE {
            return push();
        }
        let pushed = spawn_blocking(push).await;
        pushed.unwrap_or_else(|_| Err(DenialCode::InternalFailClosed.into()))
    }
}

/// A body that follows others of its session.
struct Next {
    session: String,
    codings: Vec<HeaderValue>,
    body: Bytes,
}

impl Next {
    fn push(&self, scanner: &Scanner, chains: &Mutex<CallChains>) -> Result<(), Refusal> {
        let codings: Vec<&[u8]> = self.codings.iter().map(HeaderValue::as_bytes).collect();
        let calls = Calls::of_content(&Content {
            media_type: None,
            codings: &codings,
            message_coding: None,
            bytes: &self.body,
        });
        if calls.is_empty() {
            // Most bodies, which wait for nobody then.
            return Ok(());
        }
        let mut chains = chains.lock().unwrap_or_else(PoisonError::into_inner);
        let found = chains.push(scanner, &self.session, &calls);
        found.map_or(Ok(()), |finding| {
            Err(inspect::refusal("body, behind earlier requests", &finding))
        })
    }
}

/// What names the session of a call: host and port, and the number that the server gave it.
fn session(permit: &Permit<'_>, headers: &HeaderMap) -> String {
    let destination = permit.destination();
    let number = headers.get(SESSION).map(HeaderValue::as_bytes);
    let number = String::from_utf8_lossy(number.unwrap_or_default());
    format!("{}:{} {number}", destination.host, destination.port)
}

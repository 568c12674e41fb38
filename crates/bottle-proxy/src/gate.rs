//! What differs between the two services: the policy, what is done to a request before it goes on, the own pages.

use std::future::Future;
use std::net::IpAddr;
use std::sync::{Arc, OnceLock};

use bottle_core::Guard;
use bottle_egress::{Asking, DenialCode, Layer, LeaseBook, Permit, RouteTable, Sighting};
use bottle_pipelock::MessageScan;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, Method, StatusCode};
use hyper::body::Incoming;
use serde_json::Value;

use crate::body::{Body, Counter};
use crate::grant::GrantedRequest;
use crate::mask::Mask;
use crate::place::Place;
use crate::upstream::Upstream;
use crate::watch::Watch;
use crate::websocket::Upgrade;

/// One service's view of requests.
pub(crate) trait Gate: Send + Sync + 'static {
    /// Its name in the decision log.
    const SERVICE: &'static str;
    /// Its name in refusals.
    const LAYER: Layer;

    /// What a peer may do here.
    fn welcome(&self, peer: IpAddr) -> Welcome;

    /// The rules as they are now.
    fn table(&self) -> Arc<RouteTable>;

    /// What became of the grants that the rules have.
    fn leases(&self) -> &LeaseBook;

    /// The page that the service itself answers with, if this asks for one.
    fn page(&self, asked: &PageRequest<'_>) -> Option<Page>;

    /// Makes a permitted request ready to go on. Leaves the body in `work.incoming` when it did not read it.
    fn prepare(
        &self,
        permit: &Permit<'_>,
        work: &mut Work,
    ) -> impl Future<Output = Result<Prepared, Refusal>> + Send;

    /// What is passed on of a WebSocket message.
    ///
    /// # Errors
    ///
    /// A [`Refusal`] ends the WebSocket.
    fn message(&self, message: Message<'_>) -> Result<Bytes, Refusal>;

    /// Whether the next hop is one of ours, so that a refusal that it names is one.
    fn believes_denials(&self) -> bool;

    /// The only exit.
    fn upstream(&self) -> &Upstream;

    /// Whom the agent is told to ask for more.
    fn asking(&self) -> Asking;

    /// Takes note of a refusal (its problem document).
    fn note(&self, problem: Value);
}

/// A request that is ready to go on.
pub(crate) struct Prepared {
    /// What is sent of its body.
    pub(crate) body: Body,
    /// How its answer is watched, if it is; what the request asks for was made to fit.
    pub(crate) watch: Option<Watch>,
}

impl Prepared {
    /// A request whose answer is not watched.
    pub(crate) const fn unwatched(body: Body) -> Self {
        Self { body, watch: None }
    }
}

/// A WebSocket message, or the words of its goodbye.
pub(crate) struct Message<'a> {
    /// The request that opened the WebSocket: what holds for it holds for its messages.
    pub(crate) request: &'a GrantedRequest,
    /// Who sent it.
    pub(crate) sender: Sender,
    /// Covers what was sent with the handshake, which may be other values than now.
    pub(crate) opened_with: Option<&'a Arc<Mask>>,
    /// What it says.
    pub(crate) bytes: Bytes,
    /// What the sender said before.
    pub(crate) before: &'a mut MessageScan,
}

/// Who sent a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sender {
    /// The agent's side.
    Client,
    /// The next hop.
    Upstream,
}

/// What a peer may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Welcome {
    /// Send requests.
    Full,
    /// Read the service's own pages.
    PagesOnly,
    /// Nothing: the connection is closed.
    Nobody,
}

/// A request that could be for one of the service's own pages.
pub(crate) struct PageRequest<'a> {
    /// Whom it names; none when it names nobody properly.
    pub(crate) place: Option<&'a Place>,
    /// Its path.
    pub(crate) path: &'a str,
    /// Who asks.
    pub(crate) peer: IpAddr,
    /// Whether it came through CONNECT.
    pub(crate) in_tunnel: bool,
}

/// A page of the service itself.
pub(crate) struct Page {
    /// Its status.
    pub(crate) status: StatusCode,
    /// Its content.
    pub(crate) json: Value,
}

impl Page {
    /// Whether the service is well, and the digest of the policy file that is in force. It is not well while its policy
    /// file cannot be used, though the old policy holds.
    pub(crate) fn health(service: &str, stale: bool, policy: &str) -> Self {
        let (status, word) = if stale && Guard::StaleHealth.is_on() {
            (
                StatusCode::SERVICE_UNAVAILABLE,
                "the policy file cannot be used, the last good one holds",
            )
        } else {
            (StatusCode::OK, "healthy")
        };
        let json = serde_json::json!({ "status": word, "service": service, "policy": policy });
        Self { status, json }
    }
}

/// The parts of a request that a gate works on.
pub(crate) struct Work {
    /// The method.
    pub(crate) method: Method,
    /// The header fields, hop-by-hop ones gone.
    pub(crate) headers: HeaderMap,
    /// What the request wants to become.
    pub(crate) upgrade: Upgrade,
    /// The body, until somebody reads it.
    pub(crate) incoming: Option<Incoming>,
    /// Fields in which the agent sent a credential of its own. Some hosts may have it, and get it.
    pub(crate) foreign: Vec<HeaderName>,
    /// Covers in the answer what was put into the request.
    pub(crate) mask: Option<Arc<Mask>>,
    /// Counts the body.
    pub(crate) bytes_in: Counter,
    /// Why the body was cut off on its way, when it is.
    pub(crate) cut: Cut,
}

/// Why a body was cut off on its way, once it is.
pub(crate) type Cut = Arc<OnceLock<Refusal>>;

/// A refusal for another reason than the rules.
#[derive(Debug, Clone)]
pub(crate) struct Refusal {
    /// Why, in the stable vocabulary.
    pub(crate) code: DenialCode,
    /// What was found, if that is why.
    pub(crate) finding: Option<Box<Sighting>>,
}

impl From<DenialCode> for Refusal {
    fn from(code: DenialCode) -> Self {
        Self {
            code,
            finding: None,
        }
    }
}

//! Egress as a gate on the proxy engine.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bottle_core::Guard;
use bottle_egress::{Asking, Layer, LeaseBook, Permit, RouteTable};
use bytes::Bytes;
use http::StatusCode;
use serde_json::{Value, json};

use super::credential::{self, Values};
use super::denials::Denials;
use crate::authority::Name;
use crate::body::Body;
use crate::clock::moment;
use crate::gate::{Gate, Message, Page, PageRequest, Prepared, Refusal, Sender, Welcome, Work};
use crate::mask::Mask;
use crate::secrets::SecretStore;
use crate::upstream::Upstream;
use crate::watched::Watched;

/// Policy and state of the egress service.
pub(super) struct EgressGate {
    pub(super) table: Watched<RouteTable>,
    /// What became of the grants of the table.
    pub(super) leases: LeaseBook,
    /// The digest of the file that the table is from.
    pub(super) digest: Watched<String>,
    pub(super) secrets: SecretStore<Values>,
    pub(super) denials: Denials,
    pub(super) upstream: Upstream,
    pub(super) asking: Asking,
    /// The next hop is the inner proxy of the bottle.
    pub(super) behind_pipelock: bool,
    /// The policy file was replaced by one that cannot be used.
    pub(super) stale: AtomicBool,
}

impl Gate for EgressGate {
    const SERVICE: &'static str = "egress";
    const LAYER: Layer = Layer::Egress;

    fn welcome(&self, _peer: IpAddr) -> Welcome {
        // The bottle's internal network has no other peers than the agent and our own services.
        Welcome::Full
    }

    fn table(&self) -> Arc<RouteTable> {
        self.table.get()
    }

    fn leases(&self) -> &LeaseBook {
        &self.leases
    }

    fn page(&self, asked: &PageRequest<'_>) -> Option<Page> {
        if asked.place?.authority.name != Name::Local {
            return None;
        }
        Some(match asked.path {
            "/health" => {
                let stale = self.stale.load(Ordering::Relaxed);
                Page::health(Self::SERVICE, stale, &self.digest.get())
            }
            "/allowlist" => Page {
                status: StatusCode::OK,
                json: self.leases.to_json_view(&self.table.get(), moment()),
            },
            "/denials" => Page {
                status: StatusCode::OK,
                json: json!({ "denials": self.denials.to_json() }),
            },
            _ => no_such_page(),
        })
    }

    async fn prepare(&self, permit: &Permit<'_>, work: &mut Work) -> Result<Prepared, Refusal> {
        // The value that is sent and the mask over the answer are of one moment.
        credential::replace(work, permit, || self.secrets.get())?;
        let incoming = work.incoming.take();
        let body = incoming.map_or_else(Body::empty, |incoming| {
            Body::stream(incoming, work.bytes_in.clone())
        });
        Ok(Prepared::unwatched(body))
    }

    fn message(&self, message: Message<'_>) -> Result<Bytes, Refusal> {
        let Message {
            sender,
            opened_with,
            bytes,
            request: _,
            before: _,
        } = message;
        if sender == Sender::Client || !Guard::MaskMessages.is_on() {
            return Ok(bytes);
        }
        let now = self.secrets.get();
        let now = now.mask.as_ref();
        // Both are the same until a value is replaced.
        let before = opened_with.filter(|mask| !now.is_some_and(|now| Arc::ptr_eq(now, mask)));
        Ok(Mask::cover_all(before.into_iter().chain(now), bytes))
    }

    fn believes_denials(&self) -> bool {
        self.behind_pipelock || !Guard::InnerDenials.is_on()
    }

    fn upstream(&self) -> &Upstream {
        &self.upstream
    }

    fn asking(&self) -> Asking {
        self.asking
    }

    fn note(&self, problem: Value) {
        self.denials.add(problem);
    }
}

fn no_such_page() -> Page {
    let detail = "the proxy answers /allowlist, /denials and /health";
    Page {
        status: StatusCode::NOT_FOUND,
        json: json!({ "type": "about:blank", "title": "no such page", "status": 404, "detail": detail }),
    }
}

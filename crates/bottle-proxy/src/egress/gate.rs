//! Egress as a gate on the proxy engine.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bottle_core::Guard;
use bottle_egress::{Layer, Permit, RouteTable};
use bytes::Bytes;
use http::StatusCode;
use serde_json::{Value, json};

use super::credential::{self, Values};
use super::denials::Denials;
use crate::authority::Name;
use crate::body::Body;
use crate::gate::{Gate, Page, PageRequest, Refusal, Sender, Welcome, Work};
use crate::mask::Mask;
use crate::secrets::SecretStore;
use crate::upstream::Upstream;
use crate::watched::Watched;

/// Policy and state of the egress service.
pub(super) struct EgressGate {
    pub(super) table: Watched<RouteTable>,
    pub(super) secrets: SecretStore<Values>,
    pub(super) denials: Denials,
    pub(super) upstream: Upstream,
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

    fn page(&self, asked: &PageRequest<'_>) -> Option<Page> {
        if asked.place?.authority.name != Name::Local {
            return None;
        }
        Some(match asked.path {
            "/health" => Page::health(Self::SERVICE, self.stale.load(Ordering::Relaxed)),
            "/allowlist" => Page {
                status: StatusCode::OK,
                json: self.table.get().to_json_view(),
            },
            "/denials" => Page {
                status: StatusCode::OK,
                json: json!({ "denials": self.denials.to_json() }),
            },
            _ => no_such_page(),
        })
    }

    async fn prepare(&self, permit: &Permit<'_>, work: &mut Work) -> Result<Body, Refusal> {
        credential::replace(work, permit, &self.secrets.get().secrets)?;
        let incoming = work.incoming.take();
        Ok(incoming.map_or_else(Body::empty, |incoming| {
            Body::stream(incoming, work.bytes_in.clone())
        }))
    }

    fn message(&self, sender: Sender, bytes: Bytes) -> Result<Bytes, Refusal> {
        Ok(match (sender, &self.secrets.get().mask) {
            (Sender::Upstream, Some(mask)) if Guard::MaskMessages.is_on() => mask.cover(bytes),
            _ => bytes,
        })
    }

    fn mask(&self) -> Option<Arc<Mask>> {
        self.secrets.get().mask.clone()
    }

    fn upstream(&self) -> &Upstream {
        &self.upstream
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

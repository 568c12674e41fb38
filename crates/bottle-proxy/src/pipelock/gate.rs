//! Pipelock as a gate on the proxy engine.

use std::net::IpAddr;
use std::sync::Arc;

use bottle_egress::{DenialCode, Layer, Permit, RouteTable};
use bottle_pipelock::Scanner;
use http::StatusCode;
use serde_json::{Value, json};

use super::inspect::{self, Room};
use super::policy::Policy;
use crate::body::Body;
use crate::gate::{Gate, Page, PageRequest, Refusal, Welcome, Work};
use crate::secrets::SecretStore;
use crate::upstream::Upstream;
use crate::watched::Watched;

/// Policy and state of the pipelock service.
pub(super) struct PipelockGate {
    pub(super) policy: Watched<Policy>,
    /// None when the known secrets cannot be read: then nothing passes.
    pub(super) scanner: SecretStore<Option<Scanner>>,
    pub(super) room: Room,
    /// The egress service; nobody else may send requests.
    pub(super) allowed_peer: Option<IpAddr>,
    pub(super) upstream: Upstream,
}

impl Gate for PipelockGate {
    const SERVICE: &'static str = "pipelock";
    const LAYER: Layer = Layer::Pipelock;

    fn welcome(&self, peer: IpAddr) -> Welcome {
        match peer.to_canonical() {
            peer if self.allowed_peer == Some(peer) => Welcome::Full,
            peer if peer.is_loopback() => Welcome::PagesOnly,
            _ => Welcome::Nobody,
        }
    }

    fn table(&self) -> Arc<RouteTable> {
        Arc::clone(&self.policy.get().table)
    }

    fn page(&self, asked: &PageRequest<'_>) -> Option<Page> {
        let ours = asked.path == "/health" && asked.place.is_none() && !asked.in_tunnel;
        (ours && asked.peer.to_canonical().is_loopback()).then(|| Page {
            status: StatusCode::OK,
            json: json!({ "status": "healthy", "service": Self::SERVICE }),
        })
    }

    async fn prepare(&self, permit: &Permit, work: &mut Work) -> Result<Body, Refusal> {
        let scanner = self.scanner.get();
        let scanner = scanner
            .as_ref()
            .as_ref()
            .ok_or(DenialCode::InternalFailClosed)?;
        inspect::head(scanner, permit, work)?;
        let held = inspect::read_body(work, self.policy.get().max_body_bytes, &self.room).await?;
        inspect::body(scanner, &held.bytes)?;
        Ok(Body::whole(held.bytes).with_room(held.room))
    }

    fn upstream(&self) -> &Upstream {
        &self.upstream
    }

    fn note(&self, _problem: Value) {}
}

//! Pipelock as a gate on the proxy engine.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bottle_core::Guard;
use bottle_egress::{Layer, Permit, RouteTable};
use bytes::Bytes;
use serde_json::Value;

use super::inspect::{self, Room};
use super::knowing::Knowing;
use super::policy::Policy;
use super::responses;
use super::service::AllowedPeers;
use crate::body::Body;
use crate::gate::{Gate, Message, Page, PageRequest, Refusal, Sender, Welcome, Work};
use crate::secrets::SecretStore;
use crate::upstream::Upstream;
use crate::watch::{self, Watch};
use crate::watched::Watched;

/// Policy and state of the pipelock service.
pub(super) struct PipelockGate {
    pub(super) policy: Watched<Policy>,
    /// None when the known secrets cannot be read: then nothing passes.
    pub(super) knowing: SecretStore<Knowing>,
    pub(super) room: Room,
    /// Room for answers that are looked at.
    pub(super) answers: Arc<watch::Room>,
    pub(super) allowed_peers: AllowedPeers,
    pub(super) upstream: Upstream,
    /// The policy file was replaced by one that cannot be used.
    pub(super) stale: AtomicBool,
}

impl Gate for PipelockGate {
    const SERVICE: &'static str = "pipelock";
    const LAYER: Layer = Layer::Pipelock;

    fn welcome(&self, peer: IpAddr) -> Welcome {
        match peer.to_canonical() {
            peer if self.allowed_peers.contains(peer) || !Guard::Peers.is_on() => Welcome::Full,
            peer if peer.is_loopback() => Welcome::PagesOnly,
            _ => Welcome::Nobody,
        }
    }

    fn table(&self) -> Arc<RouteTable> {
        Arc::clone(&self.policy.get().table)
    }

    fn page(&self, asked: &PageRequest<'_>) -> Option<Page> {
        let ours = asked.path == "/health" && asked.place.is_none() && !asked.in_tunnel;
        let near = asked.peer.to_canonical().is_loopback();
        (ours && near).then(|| Page::health(Self::SERVICE, self.stale.load(Ordering::Relaxed)))
    }

    async fn prepare(&self, permit: &Permit<'_>, work: &mut Work) -> Result<Body, Refusal> {
        let knowing = self.knowing.get();
        let scanner = knowing.scanner()?;
        inspect::head(scanner, permit, work)?;
        let held = inspect::read_body(work, self.policy.get().max_body_bytes, &self.room).await?;
        inspect::whole_body(Arc::clone(&knowing), held.bytes.clone(), &self.room).await?;
        inspect::batch(permit, &held.bytes)?;
        Ok(Body::whole(held.bytes).with_room(held.room))
    }

    fn watch(&self, permit: &Permit<'_>, work: &mut Work) -> Option<Watch> {
        responses::watch(&self.policy.get(), &self.answers, permit, work)
    }

    fn message(&self, message: Message<'_>) -> Result<Bytes, Refusal> {
        let Message { sender, bytes, .. } = message;
        if sender == Sender::Client && Guard::MessageScan.is_on() {
            inspect::body(self.knowing.get().scanner()?, &bytes)?;
        }
        Ok(bytes)
    }

    fn believes_denials(&self) -> bool {
        false
    }

    fn upstream(&self) -> &Upstream {
        &self.upstream
    }

    fn note(&self, _problem: Value) {}
}

//! Pipelock as a gate on the proxy engine.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bottle_core::{Guard, LargeBodies};
use bottle_egress::{DenialCode, Layer, Permit, RouteTable, is_lfs_batch};
use bottle_pipelock::{EnvelopeScan, Scanner, StreamScan};
use bytes::Bytes;
use http::HeaderValue;
use serde_json::Value;

use super::flow::{Flow, Stream};
use super::inspect::{self, Room};
use super::kind::Kind;
use super::knowing::Knowing;
use super::policy::Policy;
use super::responses;
use super::service::AllowedPeers;
use crate::body::Body;
use crate::gate::{Gate, Message, Page, PageRequest, Refusal, Sender, Welcome, Work};
use crate::limits::FIRST_LOOK;
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
        let policy = self.policy.get();
        let scanning = policy.scanning(&permit.destination().host, permit.target());
        let knowing = self.knowing.get();
        let scanner = knowing.scanner()?;
        let is_batch = is_lfs_batch(permit.target());
        if !scanning.scan {
            if !is_batch {
                return Ok(unseen(work));
            }
            let held = inspect::read_body(work, policy.max_body_bytes, &self.room).await?;
            inspect::batch(permit, &held)?;
            return Ok(Body::whole(held.bytes).with_room(held.room));
        }
        let scanner = scanner.allowing(scanning.dlp.allow.iter().map(AsRef::as_ref));
        inspect::head(&scanner, permit, work)?;
        let kind = Kind::of(&work.headers);
        // What a batch asks for has to be read, whatever its type.
        if kind == Kind::Messages && !is_batch {
            let coding = inspect::message_coding(&work.headers);
            let messages = EnvelopeScan::new(coding.map(HeaderValue::as_bytes));
            return Ok(flowing(work, scanner, Stream::Messages(messages), &[]));
        }
        let limit = policy.max_body_bytes;
        let may_flow = |kind| match kind {
            Kind::Plain => true,
            Kind::Packed => false,
            Kind::Structured | Kind::Messages => scanning.dlp.large_bodies == LargeBodies::Text,
        };
        let too_large = |kind| !may_flow(kind) && Guard::BodyLimit.is_on();
        if inspect::declared(work).is_some_and(|length| length > limit) && too_large(kind) {
            return Err(DenialCode::LimitBody.into());
        }
        let first = if kind == Kind::Plain {
            limit.min(FIRST_LOOK)
        } else {
            limit
        };
        let mut held = inspect::read_body(work, first, &self.room).await?;
        let kind = kind.seen(&held.bytes);
        if held.goes_on && kind != Kind::Plain && first < limit {
            held = inspect::read_on(work, held, limit, &self.room).await?;
        }
        inspect::batch(permit, &held)?;
        if held.goes_on {
            if too_large(kind) {
                return Err(DenialCode::LimitBody.into());
            }
            let stream = Stream::Text(StreamScan::default());
            return Ok(flowing(work, scanner, stream, &held.bytes));
        }
        inspect::whole_body(scanner, &work.headers, held.bytes.clone(), &self.room).await?;
        Ok(Body::whole(held.bytes).with_room(held.room))
    }

    fn watch(&self, permit: &Permit<'_>, work: &mut Work) -> Option<Watch> {
        responses::watch(&self.policy.get(), &self.answers, permit, work)
    }

    fn message(&self, message: Message<'_>) -> Result<Bytes, Refusal> {
        let Message {
            sender,
            bytes,
            before,
            ..
        } = message;
        if sender == Sender::Client && Guard::MessageScan.is_on() {
            let knowing = self.knowing.get();
            let found = before.push(knowing.scanner()?, &bytes, true);
            if let Some(finding) = found {
                return Err(inspect::refusal("message", &finding));
            }
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

/// A body that is looked at as it flows; what was read of it comes first.
fn flowing(work: &mut Work, scanner: Scanner, stream: Stream, first: &[u8]) -> Body {
    let flow = Flow::new(scanner, stream, first, Arc::clone(&work.cut));
    unseen(work).with_sieve(Box::new(flow))
}

/// A body that flows by.
fn unseen(work: &mut Work) -> Body {
    let incoming = work.incoming.take();
    incoming.map_or_else(Body::empty, |incoming| {
        Body::stream(incoming, work.bytes_in.clone())
    })
}

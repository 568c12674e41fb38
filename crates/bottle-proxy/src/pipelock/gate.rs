//! Pipelock as a gate on the proxy engine.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bottle_core::Guard;
use bottle_egress::{Asking, DenialCode, Layer, LeaseBook, Permit, RouteTable, is_lfs_batch};
use bottle_pipelock::{EnvelopeScan, RouteDlp, Scanner, StreamScan};
use bytes::Bytes;
use http::HeaderValue;
use serde_json::Value;

use super::flow::{Flow, Stream};
use super::inspect::{self, Held, Room};
use super::kind::Kind;
use super::knowing::Knowing;
use super::policy::{Policy, Scanning};
use super::recent::{Passed, Recent};
use super::responses;
use super::rows::Rows;
use super::service::AllowedPeers;
use crate::body::Body;
use crate::gate::{Gate, Message, Page, PageRequest, Prepared, Refusal, Sender, Welcome, Work};
use crate::grant::GrantedRequest;
use crate::limits::FIRST_LOOK;
use crate::secrets::SecretStore;
use crate::upstream::Upstream;
use crate::watch;
use crate::watched::Watched;

/// Policy and state of the pipelock service.
pub(super) struct PipelockGate {
    pub(super) policy: Watched<Policy>,
    /// Without an entry: grants are for egress to watch over, and their hosts stand in the policy like others.
    pub(super) leases: LeaseBook,
    /// None when the known secrets cannot be read: then nothing passes.
    pub(super) knowing: SecretStore<Knowing>,
    pub(super) room: Room,
    /// What was sent lately.
    pub(super) recent: Recent,
    /// What calls of tools did lately.
    pub(super) rows: Rows,
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

    fn leases(&self) -> &LeaseBook {
        &self.leases
    }

    fn page(&self, asked: &PageRequest<'_>) -> Option<Page> {
        let ours = asked.path == "/health" && asked.place.is_none() && !asked.in_tunnel;
        let near = asked.peer.to_canonical().is_loopback();
        (ours && near).then(|| {
            let stale = self.stale.load(Ordering::Relaxed);
            Page::health(Self::SERVICE, stale, &self.policy.get().digest)
        })
    }

    async fn prepare(&self, permit: &Permit<'_>, work: &mut Work) -> Result<Prepared, Refusal> {
        let policy = self.policy.get();
        let scanning = policy.scanning(&permit.destination().host, permit.target());
        let scanner = self.scanner(&scanning)?;
        let limit = policy.max_body_bytes;
        let body = if scanning.scan {
            let looking = Looking {
                scanner,
                dlp: scanning.dlp,
                limit,
            };
            self.looked_at(looking, permit, work).await?
        } else {
            self.passed_by(permit, work, limit).await?
        };
        let watch = responses::watch(&scanning, &self.answers, work);
        Ok(Prepared { body, watch })
    }

    fn message(&self, message: Message<'_>) -> Result<Bytes, Refusal> {
        let Message {
            request:
                GrantedRequest {
                    destination,
                    target,
                    ..
                },
            sender,
            bytes,
            before,
            ..
        } = message;
        if sender != Sender::Client || !Guard::MessageScan.is_on() {
            return Ok(bytes);
        }
        // The rules as they are now, not as they were at the handshake.
        let policy = self.policy.get();
        let scanning = policy.scanning(&destination.host, target);
        let scanner = self.scanner(&scanning)?;
        if scanning.scan
            && let Some(finding) = before.push(&scanner, &bytes, true)
        {
            return Err(inspect::refusal("message", &finding));
        }
        Ok(bytes)
    }

    fn believes_denials(&self) -> bool {
        false
    }

    fn upstream(&self) -> &Upstream {
        &self.upstream
    }

    fn asking(&self) -> Asking {
        Asking::Operator
    }

    fn note(&self, _problem: Value) {}
}

/// How a request is looked at.
struct Looking<'a> {
    scanner: Scanner,
    dlp: &'a RouteDlp,
    /// Bytes of a body that are held.
    limit: usize,
}

impl PipelockGate {
    /// The scanner, with what is allowed on a route. Nothing passes without one, not even where nothing is looked at.
    fn scanner(&self, scanning: &Scanning<'_>) -> Result<Scanner, DenialCode> {
        let knowing = self.knowing.get();
        let allowed = scanning.dlp.allow.iter().map(AsRef::as_ref);
        Ok(knowing.scanner()?.allowing(allowed))
    }

    /// Passes a body on where the operator wants it so.
    async fn passed_by(
        &self,
        permit: &Permit<'_>,
        work: &mut Work,
        limit: usize,
    ) -> Result<Body, Refusal> {
        if !is_lfs_batch(permit.target()) {
            return Ok(unseen(work));
        }
        let held = inspect::read_body(work, limit, &self.room).await?;
        inspect::batch(permit, &held)?;
        Ok(Body::whole(held.bytes).with_room(held.room))
    }

    /// Looks at all that a request carries, now or while it flows.
    async fn looked_at(
        &self,
        looking: Looking<'_>,
        permit: &Permit<'_>,
        work: &mut Work,
    ) -> Result<Body, Refusal> {
        let Looking { limit, dlp, .. } = looking;
        inspect::head(&looking.scanner, permit, work)?;
        let kind = Kind::of(&work.headers);
        // What a batch asks for has to be read, whatever its type.
        if kind == Kind::Messages && !is_lfs_batch(permit.target()) {
            self.follows(&looking, permit, work, None).await?;
            let coding = inspect::message_coding(&work.headers);
            let messages = EnvelopeScan::new(coding.map(HeaderValue::as_bytes));
            return Ok(flowing(
                work,
                looking.scanner,
                Stream::Messages(messages),
                &[],
            ));
        }
        let is_too_large =
            |kind: Kind| !kind.may_flow(dlp.large_bodies) && Guard::BodyLimit.is_on();
        if inspect::declared(work).is_some_and(|length| length > limit) && is_too_large(kind) {
            return Err(DenialCode::LimitBody.into());
        }
        let (kind, held) = self.held(kind, work, limit).await?;
        inspect::batch(permit, &held)?;
        if held.goes_on {
            if is_too_large(kind) {
                return Err(DenialCode::LimitBody.into());
            }
            self.follows(&looking, permit, work, None).await?;
            let stream = Stream::Text(StreamScan::default());
            return Ok(flowing(work, looking.scanner, stream, &held.bytes));
        }
        let bytes = held.bytes;
        inspect::whole_body(
            looking.scanner.clone(),
            &work.headers,
            bytes.clone(),
            &self.room,
        )
        .await?;
        self.rows
            .judge(&looking.scanner, permit, work, &bytes)
            .await?;
        self.follows(&looking, permit, work, Some(&bytes)).await?;
        Ok(Body::whole(bytes).with_room(held.room))
    }

    /// Whether a request that passed by itself may follow those before; `body` is there if all of it is held.
    async fn follows(
        &self,
        looking: &Looking<'_>,
        permit: &Permit<'_>,
        work: &Work,
        body: Option<&Bytes>,
    ) -> Result<(), Refusal> {
        let passed = Passed { permit, work, body };
        let Looking { scanner, dlp, .. } = looking;
        self.recent.judge(scanner, dlp, &passed).await
    }

    /// Reads as much of a body as its kind needs, which its first bytes may show.
    async fn held(
        &self,
        kind: Kind,
        work: &mut Work,
        limit: usize,
    ) -> Result<(Kind, Held), Refusal> {
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
        Ok((kind, held))
    }
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

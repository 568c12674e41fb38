//! Looking for secrets in everything that a request carries.

use std::sync::Arc;

use bottle_core::Guard;
use bottle_egress::{DenialCode, Permit, Sighting, is_download, is_lfs_batch};
use bottle_pipelock::{COMPLEX_RULE, Content, Finding, Line, Scanner, UNDECODABLE_RULE};
use bytes::{Bytes, BytesMut};
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue};
use http_body_util::BodyExt;
use hyper::body::{Body as _, Incoming};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::gate::{Refusal, Work};
use crate::limits::{BODY_ROOM_KIB, BODY_TIMEOUT, MAX_SCAN_INLINE, MAX_SCANS};

/// Room made for a body of unknown length.
const FIRST_ROOM: usize = 16 * 1024;

/// What there is of a body, and the room it takes.
#[derive(Debug, Default)]
pub(super) struct Held {
    pub(super) bytes: Bytes,
    pub(super) room: Option<OwnedSemaphorePermit>,
    /// More comes.
    pub(super) goes_on: bool,
}

/// Scans host, method, target and header fields.
pub(super) fn head(scanner: &Scanner, permit: &Permit<'_>, work: &Work) -> Result<(), Refusal> {
    if !Guard::HeadScan.is_on() {
        return Ok(());
    }
    let line = Line {
        method: work.method.as_str(),
        host: &permit.destination().host,
        host_is_given: permit.names_host(),
        target: permit.target(),
    };
    let fields = work.headers.iter();
    let fields = fields.map(|(name, value)| (name.as_str(), value.as_bytes()));
    match scanner.scan_head(&line, fields) {
        Some(found) => Err(refusal(&found.part.to_string(), &found.finding)),
        None => Ok(()),
    }
}

/// Scans a whole body: a long one on a thread of its own, so that nothing else waits for it.
pub(super) async fn whole_body(
    scanner: Scanner,
    headers: &HeaderMap,
    bytes: Bytes,
    room: &Room,
) -> Result<(), Refusal> {
    if !Guard::BodyScan.is_on() || bytes.is_empty() {
        return Ok(());
    }
    let is_long = bytes.len() > MAX_SCAN_INLINE;
    let fields = Fields::of(headers);
    let scan = move || fields.scan(&scanner, &bytes);
    if !is_long {
        return scan();
    }
    let _turn = room.scans.acquire().await;
    let verdict = tokio::task::spawn_blocking(scan).await;
    verdict.unwrap_or_else(|_| Err(DenialCode::InternalFailClosed.into()))
}

/// What the header fields say of a body.
struct Fields {
    media_type: Option<HeaderValue>,
    codings: Vec<HeaderValue>,
    message_coding: Option<HeaderValue>,
}

impl Fields {
    fn of(headers: &HeaderMap) -> Self {
        let codings = headers.get_all(CONTENT_ENCODING).iter();
        Self {
            media_type: headers.get(CONTENT_TYPE).cloned(),
            codings: codings
                .filter(|_| Guard::EncodedBodies.is_on())
                .cloned()
                .collect(),
            message_coding: message_coding(headers).cloned(),
        }
    }

    fn scan(&self, scanner: &Scanner, bytes: &[u8]) -> Result<(), Refusal> {
        let codings: Vec<_> = self.codings.iter().map(HeaderValue::as_bytes).collect();
        let found = scanner.scan_content(&Content {
            media_type: self.media_type.as_ref().map(HeaderValue::as_bytes),
            codings: &codings,
            message_coding: self.message_coding.as_ref().map(HeaderValue::as_bytes),
            bytes,
        });
        found.map_or(Ok(()), |finding| Err(refusal("body", &finding)))
    }
}

/// How the messages of a body are compressed, each for itself.
pub(super) fn message_coding(headers: &HeaderMap) -> Option<&HeaderValue> {
    let names = ["grpc-encoding", "connect-content-encoding"];
    names.iter().find_map(|name| headers.get(*name))
}

/// Looks into a batch request of LFS: what it asks for stands in its body alone.
pub(super) fn batch(permit: &Permit<'_>, held: &Held) -> Result<(), Refusal> {
    let is_read = !held.goes_on && is_download(&held.bytes);
    if is_lfs_batch(permit.target()) && !is_read && Guard::LfsUploads.is_on() {
        return Err(DenialCode::GitWriteDenied.into());
    }
    Ok(())
}

/// What all bodies together may take.
#[derive(Debug)]
pub(super) struct Room {
    /// Memory for those that are held for scanning, in KiB.
    memory: Arc<Semaphore>,
    /// Threads for those that are long.
    scans: Semaphore,
}

impl Default for Room {
    fn default() -> Self {
        let memory = usize::try_from(BODY_ROOM_KIB).unwrap_or(Semaphore::MAX_PERMITS);
        Self {
            memory: Arc::new(Semaphore::new(memory)),
            scans: Semaphore::new(MAX_SCANS),
        }
    }
}

impl Room {
    async fn take(&self, bytes: usize) -> Option<OwnedSemaphorePermit> {
        let share = u32::try_from(bytes / 1024 + 1)
            .unwrap_or(u32::MAX)
            .min(BODY_ROOM_KIB);
        Arc::clone(&self.memory)
            .acquire_many_owned(share)
            .await
            .ok()
    }
}

/// How long the request says that its body is.
pub(super) fn declared(work: &Work) -> Option<usize> {
    length_of(work.incoming.as_ref()?)
}

fn length_of(incoming: &Incoming) -> Option<usize> {
    let length = incoming.size_hint().exact()?;
    Some(usize::try_from(length).unwrap_or(usize::MAX))
}

/// Reads a body to its end, or a little more of it than `limit`.
pub(super) async fn read_body(work: &mut Work, limit: usize, room: &Room) -> Result<Held, Refusal> {
    read_on(work, Held::default(), limit, room).await
}

/// The same behind what was read already.
pub(super) async fn read_on(
    work: &mut Work,
    first: Held,
    limit: usize,
    room: &Room,
) -> Result<Held, Refusal> {
    let Some(incoming) = work.incoming.as_mut() else {
        return Ok(first);
    };
    let first = first.bytes;
    let whole = length_of(incoming).map(|rest| rest.saturating_add(first.len()));
    let collect = async {
        let room = match whole {
            Some(0) => None,
            whole => room.take(whole.unwrap_or(limit).min(limit)).await,
        };
        let mut bytes = BytesMut::with_capacity(whole.unwrap_or(FIRST_ROOM).min(limit));
        bytes.extend_from_slice(&first);
        let mut goes_on = false;
        while let Some(frame) = incoming.frame().await {
            let frame = frame.map_err(|_| DenialCode::HttpMalformed)?;
            let Some(data) = frame.data_ref() else {
                continue;
            };
            work.bytes_in.add(data.len());
            bytes.extend_from_slice(data);
            if bytes.len() > limit {
                goes_on = true;
                break;
            }
        }
        let bytes = bytes.freeze();
        Ok(Held {
            bytes,
            room,
            goes_on,
        })
    };
    let collected = timeout(BODY_TIMEOUT, collect).await;
    Ok(collected.unwrap_or(Err(DenialCode::HttpMalformed))?)
}

/// The refusal of what was found.
pub(super) fn refusal(part: &str, finding: &Finding) -> Refusal {
    let code = match finding.rule {
        UNDECODABLE_RULE | COMPLEX_RULE => DenialCode::BodyUndecodable,
        rule if rule.contains("known") => DenialCode::DlpKnownSecret,
        _ => DenialCode::DlpSecret,
    };
    Refusal {
        code,
        finding: Some(Box::new(Sighting {
            rule: finding.rule.to_owned(),
            part: part.to_owned(),
            offset: finding.offset,
            excerpt: finding.excerpt(),
        })),
    }
}

//! Looking for secrets in everything that a request carries.

use std::sync::Arc;

use bottle_core::Guard;
use bottle_egress::{DenialCode, Permit, is_download, is_lfs_batch};
use bottle_pipelock::{Line, Scanner};
use bytes::{Bytes, BytesMut};
use http::HeaderMap;
use http::header::CONTENT_ENCODING;
use http_body_util::BodyExt;
use hyper::body::Body as _;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::knowing::Knowing;
use crate::gate::{Refusal, Work};
use crate::limits::{BODY_ROOM_KIB, BODY_TIMEOUT, MAX_SCAN_INLINE, MAX_SCANS};

/// Room made for a body of unknown length.
const FIRST_ROOM: usize = 16 * 1024;

/// A whole body, and the room it takes.
#[derive(Debug, Default)]
pub(super) struct Held {
    pub(super) bytes: Bytes,
    pub(super) room: Option<OwnedSemaphorePermit>,
}

/// Scans host, method, target and header fields, and refuses bodies that could not be scanned.
pub(super) fn head(scanner: &Scanner, permit: &Permit<'_>, work: &Work) -> Result<(), Refusal> {
    if Guard::HeadScan.is_on() {
        let line = Line {
            method: work.method.as_str(),
            host: &permit.destination().host,
            host_is_given: permit.names_host(),
            target: permit.target(),
        };
        let fields = work.headers.iter();
        let fields = fields.map(|(name, value)| (name.as_str(), value.as_bytes()));
        let found = scanner.scan_head(&line, fields);
        refuse(found.map(|located| located.finding.rule))?;
    }
    if is_encoded(&work.headers) && Guard::EncodedBodies.is_on() {
        Err(DenialCode::BodyUndecodable.into())
    } else {
        Ok(())
    }
}

/// Scans a whole body: a long one on a thread of its own, so that nothing else waits for it.
pub(super) async fn whole_body(
    knowing: Arc<Knowing>,
    bytes: Bytes,
    room: &Room,
) -> Result<(), Refusal> {
    if bytes.len() <= MAX_SCAN_INLINE {
        return body(knowing.scanner()?, &bytes);
    }
    let _turn = room.scans.acquire().await;
    let scan = move || body(knowing.scanner()?, &bytes);
    let scanned = tokio::task::spawn_blocking(scan).await;
    scanned.unwrap_or_else(|_| Err(DenialCode::InternalFailClosed.into()))
}

/// Scans a body, or one piece of what is said on a WebSocket.
pub(super) fn body(scanner: &Scanner, body: &[u8]) -> Result<(), Refusal> {
    if Guard::BodyScan.is_on() {
        refuse(scanner.scan_body(body).map(|finding| finding.rule))?;
    }
    Ok(())
}

/// Looks into a batch request of LFS: what it asks for stands in its body alone.
pub(super) fn batch(permit: &Permit<'_>, body: &[u8]) -> Result<(), Refusal> {
    let uploads = is_lfs_batch(permit.target()) && !is_download(body);
    if uploads && Guard::LfsUploads.is_on() {
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

/// Reads the body to its end: only what was scanned goes on, so all of it must be here first.
pub(super) async fn read_body(work: &mut Work, limit: usize, room: &Room) -> Result<Held, Refusal> {
    let Some(incoming) = work.incoming.as_mut() else {
        return Ok(Held::default());
    };
    let declared = incoming
        .size_hint()
        .exact()
        .map(|length| usize::try_from(length).unwrap_or(usize::MAX));
    match declared {
        Some(0) => return Ok(Held::default()),
        Some(length) if is_over(length, limit) => return Err(DenialCode::LimitBody.into()),
        _ => {}
    }
    let collect = async {
        let room = room.take(declared.unwrap_or(limit)).await;
        let mut whole = BytesMut::with_capacity(declared.unwrap_or(FIRST_ROOM));
        while let Some(frame) = incoming.frame().await {
            let frame = frame.map_err(|_| DenialCode::HttpMalformed)?;
            let Some(data) = frame.data_ref() else {
                continue;
            };
            work.bytes_in.add(data.len());
            if is_over(whole.len() + data.len(), limit) {
                return Err(DenialCode::LimitBody);
            }
            whole.extend_from_slice(data);
        }
        Ok(Held {
            bytes: whole.freeze(),
            room,
        })
    };
    let collected = timeout(BODY_TIMEOUT, collect).await;
    Ok(collected.unwrap_or(Err(DenialCode::HttpMalformed))?)
}

fn is_over(length: usize, limit: usize) -> bool {
    length > limit && Guard::BodyLimit.is_on()
}

fn is_encoded(headers: &HeaderMap) -> bool {
    headers
        .get_all(CONTENT_ENCODING)
        .iter()
        .any(|value| !value.as_bytes().eq_ignore_ascii_case(b"identity"))
}

fn refuse(found: Option<&'static str>) -> Result<(), Refusal> {
    let Some(rule) = found else { return Ok(()) };
    let code = if rule.contains("known") {
        DenialCode::DlpKnownSecret
    } else {
        DenialCode::DlpSecret
    };
    let rule = Some(rule.to_owned());
    Err(Refusal { code, rule })
}

//! Room for connections: over all next hops, and for each of them.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::{Stream, UpstreamError};
use crate::limits::{MAX_UPSTREAM_CONNECTIONS, MAX_UPSTREAM_STREAMS, SLOT_WAIT};

/// What all connections of a service share.
#[derive(Debug, Clone)]
pub(super) struct Room {
    pub(super) connections: Arc<Semaphore>,
    pub(super) streams: Arc<Semaphore>,
}

impl Default for Room {
    fn default() -> Self {
        Self {
            connections: Arc::new(Semaphore::new(MAX_UPSTREAM_CONNECTIONS)),
            streams: Arc::new(Semaphore::new(MAX_UPSTREAM_STREAMS)),
        }
    }
}

/// One place out of `room`, as soon as there is one, but not for ever.
pub(super) async fn one_of(room: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, UpstreamError> {
    if let Ok(one) = Arc::clone(room).try_acquire_owned() {
        return Ok(one);
    }
    let one = timeout(SLOT_WAIT, Arc::clone(room).acquire_owned()).await;
    one.ok().and_then(Result::ok).ok_or(UpstreamError::Full)
}

/// The right to have one connection open: to its authority, and at all.
#[derive(Debug)]
pub(super) struct Slot {
    pub(super) _of_authority: OwnedSemaphorePermit,
    pub(super) _of_all: OwnedSemaphorePermit,
}

/// A stream that holds its slot until it is closed, whatever became of the protocol on it: the driver of a connection
/// ends earlier where a WebSocket or the last streams of HTTP/2 live on.
pub(super) struct Slotted {
    pub(super) stream: Box<dyn Stream>,
    pub(super) _slot: Slot,
}

impl AsyncRead for Slotted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Slotted {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, pieces)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

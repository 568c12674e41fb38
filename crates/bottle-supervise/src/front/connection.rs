//! One connection.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::gate::Gate;
use crate::limits::{HEAD_TIMEOUT, MAX_CONNECTIONS, MAX_HEAD, MAX_OWN_CONNECTIONS};

/// Places for connections; this machine has some of its own.
pub(crate) struct Room {
    others: Arc<Semaphore>,
    own: Arc<Semaphore>,
}

impl Default for Room {
    fn default() -> Self {
        Self {
            others: Arc::new(Semaphore::new(MAX_CONNECTIONS)),
            own: Arc::new(Semaphore::new(MAX_OWN_CONNECTIONS)),
        }
    }
}

impl Room {
    /// A place for a connection from there, if one is free; it is free again when it is dropped.
    pub(crate) fn place(&self, peer: SocketAddr) -> Option<OwnedSemaphorePermit> {
        let places = if peer.ip().is_loopback() {
            &self.own
        } else {
            &self.others
        };
        Arc::clone(places).try_acquire_owned().ok()
    }
}

/// Serves one connection until it ends.
pub(crate) async fn serve(gate: Arc<Gate>, stream: TcpStream, peer: SocketAddr) {
    let Ok(local) = stream.local_addr() else {
        return;
    };
    let service = service_fn(move |request| {
        let gate = Arc::clone(&gate);
        async move { Ok::<_, Infallible>(gate.answer(request, (peer, local)).await) }
    });
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_buf_size(MAX_HEAD)
        .serve_connection(TokioIo::new(stream), service)
        .await;
    if let Err(error) = served {
        // Whatever the other side did.
        tracing::debug!(%error, "a connection ended");
    }
}

//! Accepting connections, so many at a time.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::Engine;
use crate::gate::Gate;
use crate::limits::{MAX_CONNECTIONS, STOP_GRACE};
use crate::stop::Stop;

/// Pause after a failed accept (no file descriptors left): the reason does not go away by asking at once.
const ACCEPT_PAUSE: std::time::Duration = std::time::Duration::from_millis(50);

/// A bound listening socket.
pub(crate) type Listener = TcpListener;

/// Binds a listening socket.
///
/// # Errors
///
/// The system's error, for example when the port is taken.
pub(crate) async fn listen(address: SocketAddr) -> io::Result<Listener> {
    TcpListener::bind(address).await
}

impl<G: Gate> Engine<G> {
    /// Serves connections until asked to stop; then gives the open ones a moment to finish.
    pub(crate) async fn run(self: Arc<Self>, listener: Listener, mut stop: Stop) {
        let slots = Arc::new(Semaphore::new(MAX_CONNECTIONS));
        let mut connections = JoinSet::new();
        loop {
            let (stream, peer, slot) = tokio::select! {
                next = next(&listener, &slots) => next,
                () = stop.requested() => break,
                Some(ended) = connections.join_next() => {
                    if let Err(error) = ended {
                        tracing::error!(%error, "a connection's task failed");
                    }
                    continue;
                }
            };
            let (engine, stop) = (Arc::clone(&self), stop.clone());
            connections.spawn(async move {
                engine.handle(stream, peer.ip(), stop).await;
                drop(slot);
            });
        }
        drop(listener);
        let _ = timeout(STOP_GRACE, async {
            while connections.join_next().await.is_some() {}
        })
        .await;
    }
}

async fn next(
    listener: &Listener,
    slots: &Arc<Semaphore>,
) -> (TcpStream, SocketAddr, Option<OwnedSemaphorePermit>) {
    // The semaphore is never closed, so there is always a slot in the end.
    let slot = Arc::clone(slots).acquire_owned().await.ok();
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => return (stream, peer, slot),
            Err(error) => {
                tracing::warn!(%error, "cannot accept");
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

//! A port that is open and says nothing.

use tokio::net::TcpListener;

use super::accept;
use super::seen::Memory;

/// Notes every connection and closes it.
pub(super) async fn serve(listener: TcpListener, memory: Memory) {
    loop {
        let (_, peer) = accept(&listener).await;
        memory.connection(peer.to_string());
    }
}

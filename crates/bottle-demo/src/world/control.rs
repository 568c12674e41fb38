//! Telling what was seen: one connection, one JSON document, on loopback alone.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

use super::accept;
use super::seen::{Memory, Seen};

/// The world is on the same machine.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Writes the document to whoever connects.
pub(super) async fn serve(listener: TcpListener, memory: Memory) {
    loop {
        let (mut stream, _) = accept(&listener).await;
        let document = serde_json::to_vec(&memory.all()).unwrap_or_default();
        // Whoever asked may have gone.
        let _ = timeout(TIMEOUT, stream.write_all(&document)).await;
    }
}

/// Asks a world what it has seen.
///
/// # Errors
///
/// When there is none, or it does not answer in five seconds.
pub async fn fetch_seen(control: SocketAddr) -> io::Result<Seen> {
    let fetch = async {
        let mut document = Vec::new();
        let mut stream = TcpStream::connect(control).await?;
        stream.read_to_end(&mut document).await?;
        Ok(serde_json::from_slice(&document)?)
    };
    timeout(TIMEOUT, fetch)
        .await
        .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

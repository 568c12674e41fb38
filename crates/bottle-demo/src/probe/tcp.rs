//! A connection past the proxy.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::net::TcpStream;
use tokio::time::timeout;

use super::milliseconds;
use crate::step::{TcpEnd, TcpOutcome};

/// Longer than a kernel takes to find out that nobody has the address of the next hop.
const TIMEOUT: Duration = Duration::from_secs(5);

pub(super) async fn connect(address: SocketAddr) -> TcpOutcome {
    let since = Instant::now();
    let result = timeout(TIMEOUT, TcpStream::connect(address))
        .await
        .unwrap_or_else(|_| Err(ErrorKind::TimedOut.into()));
    let error = result.err();
    TcpOutcome {
        end: error.as_ref().map_or(TcpEnd::Connected, end),
        error: error.map(|error| error.to_string()),
        elapsed_ms: milliseconds(since),
    }
}

fn end(error: &io::Error) -> TcpEnd {
    match error.kind() {
        ErrorKind::ConnectionRefused => TcpEnd::Refused,
        ErrorKind::NetworkUnreachable | ErrorKind::HostUnreachable => TcpEnd::Unreachable,
        ErrorKind::TimedOut => TcpEnd::TimedOut,
        _ => TcpEnd::Failed,
    }
}

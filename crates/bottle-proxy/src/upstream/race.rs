//! Connecting to whichever address answers first.

use std::io;
use std::net::{IpAddr, SocketAddr};

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use crate::limits::{CONNECT_DELAY, CONNECT_TIMEOUT};

/// A connection to one of the addresses, all of which may be dialled. A slow one gets company (RFC 8305, section 5).
pub(super) async fn connect_any(addresses: &[IpAddr], port: u16) -> io::Result<TcpStream> {
    timeout(CONNECT_TIMEOUT, race(addresses, port)).await?
}

async fn race(addresses: &[IpAddr], port: u16) -> io::Result<TcpStream> {
    let mut rest = addresses.iter();
    let mut attempts = FuturesUnordered::new();
    let mut last = io::ErrorKind::AddrNotAvailable.into();
    loop {
        match rest.next() {
            Some(address) => attempts.push(connect(SocketAddr::new(*address, port))),
            None if attempts.is_empty() => return Err(last),
            None => {}
        }
        tokio::select! {
            Some(attempt) = attempts.next() => match attempt {
                Ok(stream) => return Ok(stream),
                Err(error) => last = error,
            },
            () = sleep(CONNECT_DELAY), if rest.len() > 0 => {}
        }
    }
}

async fn connect(address: SocketAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use tokio::net::TcpListener;

    use super::*;

    /// No host has it (RFC 6666), so that packets to it are lost or refused.
    const NOBODY: &str = "100::1";

    #[tokio::test]
    async fn an_address_that_does_not_answer_holds_up_nobody() {
        // A backlog that is full answers no further connection.
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.2:0".parse().unwrap()).unwrap();
        let full = socket.listen(1).unwrap();
        let port = full.local_addr().unwrap().port();
        let mut waiting = Vec::new();
        for _ in 0..8 {
            let connect = TcpStream::connect(("127.0.0.2", port));
            waiting.push(timeout(Duration::from_millis(100), connect).await);
        }
        assert!(
            waiting.iter().any(Result::is_err),
            "the backlog is not full"
        );
        let listener = TcpListener::bind(("127.0.0.3", port)).await.unwrap();
        let addresses = ["127.0.0.2", NOBODY, "127.0.0.3"].map(|text| text.parse().unwrap());
        let start = Instant::now();
        let stream = connect_any(&addresses, port).await.unwrap();
        assert_eq!(stream.peer_addr().unwrap(), listener.local_addr().unwrap());
        assert!(
            start.elapsed() < Duration::from_secs(2),
            "{:?}",
            start.elapsed()
        );
    }

    #[tokio::test]
    async fn without_an_address_there_is_no_connection() {
        assert!(connect_any(&[], 1).await.is_err());
        let nobody = connect_any(&["127.0.0.1".parse().unwrap()], 1).await;
        assert_eq!(nobody.unwrap_err().kind(), io::ErrorKind::ConnectionRefused);
    }
}

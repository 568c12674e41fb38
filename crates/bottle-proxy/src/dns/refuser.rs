//! The refuser on UDP and TCP.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};

use super::refusal::refuse;
use crate::limits::{DNS_TCP_TIMEOUT, MAX_DNS_CONNECTIONS, MAX_DNS_MESSAGE};
use crate::stop::Stop;

/// Pause after a socket error: its reason does not go away by asking at once.
const ERROR_PAUSE: std::time::Duration = std::time::Duration::from_millis(20);

/// How many ports are tried when any will do.
const ANY_PORT_TRIES: u32 = 16;

/// A bound DNS refuser.
pub(crate) struct DnsRefuser {
    udp: UdpSocket,
    tcp: TcpListener,
}

impl DnsRefuser {
    /// Binds TCP and UDP on the same address.
    ///
    /// # Errors
    ///
    /// The system's error.
    pub(crate) async fn bind(address: SocketAddr) -> io::Result<Self> {
        let mut tries = if address.port() == 0 {
            ANY_PORT_TRIES
        } else {
            1
        };
        loop {
            let tcp = TcpListener::bind(address).await?;
            let address = tcp.local_addr()?;
            tries -= 1;
            match UdpSocket::bind(address).await {
                Ok(udp) => {
                    tracing::info!(%address, "dns refuser listens");
                    return Ok(Self { udp, tcp });
                }
                // A port that is free for one protocol need not be free for the other.
                Err(error) if tries == 0 => return Err(error),
                Err(_) => {}
            }
        }
    }

    /// Refuses until asked to stop.
    pub(crate) async fn run(self, mut stop: Stop) {
        tokio::select! {
            () = refuse_udp(&self.udp) => {}
            () = refuse_tcp(&self.tcp) => {}
            () = stop.requested() => {}
        }
    }
}

async fn refuse_udp(socket: &UdpSocket) {
    let mut buffer = vec![0; MAX_DNS_MESSAGE];
    loop {
        let Ok((length, from)) = socket.recv_from(&mut buffer).await else {
            sleep(ERROR_PAUSE).await;
            continue;
        };
        if let Some(answer) = buffer.get(..length).and_then(refuse) {
            // A lost answer is asked for again.
            let _ = socket.send_to(&answer, from).await;
        }
    }
}

async fn refuse_tcp(listener: &TcpListener) {
    let slots = Arc::new(Semaphore::new(MAX_DNS_CONNECTIONS));
    loop {
        let slot = Arc::clone(&slots).acquire_owned().await.ok();
        match listener.accept().await {
            Ok((stream, _)) => {
                tokio::spawn(async move {
                    let _ = timeout(DNS_TCP_TIMEOUT, serve(stream)).await;
                    drop(slot);
                });
            }
            Err(_) => sleep(ERROR_PAUSE).await,
        }
    }
}

/// Messages with their length in front, until one is not a query.
async fn serve(mut stream: TcpStream) -> io::Result<()> {
    let mut buffer = vec![0; MAX_DNS_MESSAGE];
    loop {
        let length = usize::from(stream.read_u16().await?);
        let message = buffer.get_mut(..length).ok_or(io::ErrorKind::InvalidData)?;
        stream.read_exact(message).await?;
        let answer = refuse(message).ok_or(io::ErrorKind::InvalidData)?;
        let length = u16::try_from(answer.len()).map_err(|_| io::ErrorKind::InvalidData)?;
        stream.write_u16(length).await?;
        stream.write_all(&answer).await?;
    }
}

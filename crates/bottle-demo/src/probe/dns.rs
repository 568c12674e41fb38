//! A look-up, spoken by hand so that no cache and no hosts file stands in between.

use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use hickory_proto::op::{Message, Query};
use hickory_proto::rr::{Name, RData, RecordType};
use tokio::net::UdpSocket;
use tokio::time::timeout;

use super::milliseconds;
use crate::step::DnsOutcome;

/// Long after a resolver that can be reached has answered.
const TIMEOUT: Duration = Duration::from_secs(3);
/// The largest answer over UDP.
const MAX_ANSWER: usize = 4096;
/// The port of resolvers.
const PORT: u16 = 53;

pub(super) async fn ask(server: Option<SocketAddr>, name: &str) -> DnsOutcome {
    let since = Instant::now();
    let answer = timeout(TIMEOUT, exchange(server, name))
        .await
        .unwrap_or_else(|_| Err(ErrorKind::TimedOut.into()));
    let (code, answers, addresses, error) = match answer {
        Ok(answer) => {
            let code = answer.metadata.response_code.to_str().to_owned();
            (Some(code), answer.answers.len(), addresses(&answer), None)
        }
        Err(error) => (None, 0, Vec::new(), Some(error.to_string())),
    };
    DnsOutcome {
        code,
        answers,
        addresses,
        error,
        elapsed_ms: milliseconds(since),
    }
}

fn addresses(answer: &Message) -> Vec<IpAddr> {
    let records = answer.answers.iter();
    records
        .filter_map(|record| match &record.data {
            RData::A(address) => Some(IpAddr::from(address.0)),
            _ => None,
        })
        .collect()
}

async fn exchange(server: Option<SocketAddr>, name: &str) -> io::Result<Message> {
    let server = match server {
        Some(server) => server,
        None => configured().await?,
    };
    let name = Name::from_ascii(format!("{name}.")).map_err(io::Error::other)?;
    let mut query = Message::query();
    query.metadata.recursion_desired = true;
    query.add_query(Query::query(name, RecordType::A));
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).await?;
    socket.connect(server).await?;
    socket
        .send(&query.to_vec().map_err(io::Error::other)?)
        .await?;
    let mut buffer = vec![0; MAX_ANSWER];
    let length = socket.recv(&mut buffer).await?;
    Message::from_vec(buffer.get(..length).unwrap_or_default()).map_err(io::Error::other)
}

/// The first server that the container was given.
async fn configured() -> io::Result<SocketAddr> {
    let text = tokio::fs::read_to_string("/etc/resolv.conf").await?;
    text.lines()
        .filter_map(|line| line.strip_prefix("nameserver"))
        .find_map(|address| address.trim().parse::<IpAddr>().ok())
        .map(|address| SocketAddr::new(address, PORT))
        .ok_or_else(|| ErrorKind::NotFound.into())
}

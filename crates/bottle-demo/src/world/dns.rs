//! The resolver of the outside.

use std::io::{self, ErrorKind};
use std::net::Ipv4Addr;
use std::time::Duration;

use bottle_core::Host;
use hickory_proto::op::{Message, MessageType, ResponseCode};
use hickory_proto::rr::rdata::A;
use hickory_proto::rr::{RData, Record, RecordType};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::time::timeout;

use super::accept;
use super::seen::Memory;

/// The largest query over UDP.
const MAX_QUERY: usize = 4096;
/// How long an answer may be kept, in seconds.
const TTL: u32 = 5;
/// How long a query over TCP may take: it is one packet.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Answers for the world's sites, denies all other names, and notes what it was asked.
#[derive(Debug, Clone)]
pub(super) struct Resolver {
    pub(super) hosts: Vec<Host>,
    pub(super) address: Ipv4Addr,
    pub(super) memory: Memory,
}

impl Resolver {
    /// Over UDP.
    pub(super) async fn serve_udp(self, socket: UdpSocket) {
        let mut buffer = vec![0; MAX_QUERY];
        loop {
            // An error of one peer is reported on the socket; it is not ours.
            let Ok((length, peer)) = socket.recv_from(&mut buffer).await else {
                continue;
            };
            let query = buffer.get(..length).unwrap_or_default();
            if let Some(answer) = self.answer(query) {
                let _ = socket.send_to(&answer, peer).await;
            }
        }
    }

    /// Over TCP: one query for each connection.
    pub(super) async fn serve_tcp(self, listener: TcpListener) {
        loop {
            let (stream, _) = accept(&listener).await;
            let resolver = self.clone();
            tokio::spawn(async move {
                // Whoever asked may have gone.
                let _ = timeout(TIMEOUT, resolver.converse(stream)).await;
            });
        }
    }

    /// A query and its answer, each after its length (RFC 1035, section 4.2.2).
    async fn converse(&self, mut stream: TcpStream) -> io::Result<()> {
        let length = stream.read_u16().await?;
        let mut query = vec![0; length.into()];
        stream.read_exact(&mut query).await?;
        let answer = self.answer(&query).ok_or(ErrorKind::InvalidData)?;
        let length = u16::try_from(answer.len()).map_err(io::Error::other)?;
        stream.write_u16(length).await?;
        stream.write_all(&answer).await
    }

    fn answer(&self, query: &[u8]) -> Option<Vec<u8>> {
        let query = Message::from_vec(query).ok()?;
        if query.metadata.message_type != MessageType::Query {
            return None;
        }
        let question = query.queries.first()?.clone();
        let name = question.name().to_ascii();
        let host: Option<Host> = name.trim_end_matches('.').parse().ok();
        self.memory.name(name);
        let known = host.is_some_and(|host| self.hosts.contains(&host));
        let code = if known {
            ResponseCode::NoError
        } else {
            ResponseCode::NXDomain
        };
        let mut answer = Message::error_msg(query.metadata.id, query.metadata.op_code, code);
        answer.metadata.recursion_desired = query.metadata.recursion_desired;
        answer.metadata.recursion_available = true;
        if known && question.query_type() == RecordType::A {
            let address = RData::A(A(self.address));
            let record = Record::from_rdata(question.name().clone(), TTL, address);
            answer.answers.push(record);
        }
        answer.queries = query.queries;
        answer.to_vec().ok()
    }
}

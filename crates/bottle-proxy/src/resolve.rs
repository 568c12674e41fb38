//! Names to addresses. Each request resolves once, checks every answer, and dials what was checked.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use bottle_core::{Guard, Host, Port};
use hickory_proto::op::{Message, MessageType, Query, ResponseCode};
use hickory_proto::rr::{Name, RData, RecordType};
use thiserror::Error;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket, lookup_host};
use tokio::time::timeout;

use crate::limits::{MAX_DNS_MESSAGE, MAX_DNS_TCP_ANSWER, RESOLVE_TIMEOUT, RESOLVE_TRY_TIMEOUT};

/// How often a query is sent before the server counts as down.
const TRIES: usize = 3;

/// A name has no address that can be used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub(crate) enum ResolveError {
    #[error("the resolver cannot be reached")]
    Io(#[from] io::Error),
    #[error("the resolver does not answer")]
    TimedOut,
    #[error("the resolver answers {0}")]
    Refused(ResponseCode),
    #[error("the name cannot be asked for")]
    Name,
    #[error("the name has no address")]
    Empty,
    #[error("the resolver does not give its whole answer")]
    Incomplete,
}

/// Where names are looked up.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Resolver {
    /// The system's resolver, as the container is configured.
    System,
    /// One DNS server, asked over UDP, and over TCP where that is too short.
    Server(SocketAddr),
}

impl Resolver {
    /// All addresses of `host`; never an empty list.
    ///
    /// # Errors
    ///
    /// [`ResolveError`]; no other resolver is tried after a failure.
    pub(crate) async fn resolve(
        self,
        host: &Host,
        port: Port,
    ) -> Result<Vec<IpAddr>, ResolveError> {
        let look_up = async {
            match self {
                Self::System => system(host, port).await,
                Self::Server(server) => ask_both(server, host).await,
            }
        };
        let addresses = timeout(RESOLVE_TIMEOUT, look_up)
            .await
            .map_err(|_| ResolveError::TimedOut)??;
        if addresses.is_empty() {
            Err(ResolveError::Empty)
        } else {
            Ok(addresses)
        }
    }
}

async fn system(host: &Host, port: Port) -> Result<Vec<IpAddr>, ResolveError> {
    Ok(lookup_host((host.as_str(), port.get()))
        .await?
        .map(|address| address.ip())
        .collect())
}

async fn ask_both(server: SocketAddr, host: &Host) -> Result<Vec<IpAddr>, ResolveError> {
    let name = Name::from_ascii(format!("{host}.")).map_err(|_| ResolveError::Name)?;
    let (v4, v6) = tokio::join!(
        ask(server, &name, RecordType::A),
        ask(server, &name, RecordType::AAAA)
    );
    match (v4, v6) {
        (Ok(mut v4), Ok(v6)) => {
            v4.extend(v6);
            Ok(v4)
        }
        // Half an answer could hide an address that must be refused.
        (Err(error), _) | (_, Err(error)) => Err(error),
    }
}

async fn ask(
    server: SocketAddr,
    name: &Name,
    kind: RecordType,
) -> Result<Vec<IpAddr>, ResolveError> {
    let any: IpAddr = if server.is_ipv4() {
        Ipv4Addr::UNSPECIFIED.into()
    } else {
        Ipv6Addr::UNSPECIFIED.into()
    };
    // A fresh port and a fresh id for each query: an answer must guess both.
    let socket = UdpSocket::bind((any, 0)).await?;
    socket.connect(server).await?;
    let mut query = Message::query();
    query.metadata.recursion_desired = true;
    query.add_query(Query::query(name.clone(), kind));
    let bytes = query.to_vec().map_err(|_| ResolveError::Name)?;
    for _ in 0..TRIES {
        socket.send(&bytes).await?;
        if let Ok(answer) = timeout(RESOLVE_TRY_TIMEOUT, answer(&socket, &query)).await {
            let answer = answer?;
            // What did not fit could be an address that must be refused.
            if answer.metadata.truncation && Guard::WholeAnswer.is_on() {
                return addresses(&ask_over_tcp(server, &query).await?);
            }
            return addresses(&answer);
        }
    }
    Err(ResolveError::TimedOut)
}

/// Asks again where an answer has no need to be cut short (RFC 1035, section 4.2.2).
async fn ask_over_tcp(server: SocketAddr, query: &Message) -> Result<Message, ResolveError> {
    let question = query.to_vec().map_err(|_| ResolveError::Name)?;
    let length = u16::try_from(question.len()).map_err(|_| ResolveError::Name)?;
    let mut stream = TcpStream::connect(server).await?;
    let framed = [&length.to_be_bytes(), question.as_slice()].concat();
    stream.write_all(&framed).await?;
    let length = usize::from(stream.read_u16().await?);
    let mut answer = vec![0; length.min(MAX_DNS_TCP_ANSWER)];
    stream.read_exact(&mut answer).await?;
    let answer = Message::from_vec(&answer).map_err(|_| ResolveError::Incomplete)?;
    if belongs_to(&answer, query) && !answer.metadata.truncation {
        Ok(answer)
    } else {
        Err(ResolveError::Incomplete)
    }
}

async fn answer(socket: &UdpSocket, query: &Message) -> Result<Message, ResolveError> {
    let mut buffer = vec![0; MAX_DNS_MESSAGE];
    loop {
        let length = socket.recv(&mut buffer).await?;
        let Some(Ok(message)) = buffer.get(..length).map(Message::from_vec) else {
            continue;
        };
        if belongs_to(&message, query) {
            return Ok(message);
        }
    }
}

fn belongs_to(answer: &Message, query: &Message) -> bool {
    answer.metadata.message_type == MessageType::Response
        && answer.metadata.id == query.metadata.id
        && answer.queries == query.queries
}

fn addresses(answer: &Message) -> Result<Vec<IpAddr>, ResolveError> {
    match answer.metadata.response_code {
        ResponseCode::NoError | ResponseCode::NXDomain => {}
        code => return Err(ResolveError::Refused(code)),
    }
    let address = |data: &RData| match data {
        RData::A(address) => Some(IpAddr::V4(address.0)),
        RData::AAAA(address) => Some(IpAddr::V6(address.0)),
        _ => None,
    };
    Ok(answer
        .answers
        .iter()
        .filter_map(|record| address(&record.data))
        .collect())
}

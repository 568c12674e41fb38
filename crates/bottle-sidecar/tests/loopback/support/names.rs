//! A pretend DNS server.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{IpAddr, SocketAddr, TcpListener, UdpSocket};
use std::sync::{Arc, Mutex};

use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::rdata::{A, AAAA, CNAME};
use hickory_proto::rr::{Name, RData, Record, RecordType};

type Zone = BTreeMap<String, Vec<Vec<IpAddr>>>;

/// Where an alias leads, before its addresses: what a name has that starts with this.
const ALIAS: &str = "alias.";

/// Answers from a table; each query for a name with several answer sets moves on to the next one (the last one stays).
pub(crate) struct Names {
    pub(crate) address: SocketAddr,
    zone: Arc<Mutex<Zone>>,
    asked: Arc<Mutex<Vec<String>>>,
    truncated: Arc<Mutex<Vec<String>>>,
}

impl Names {
    pub(crate) fn start() -> Self {
        let (socket, listener) = sockets();
        let names = Self {
            address: socket.local_addr().unwrap(),
            zone: Arc::default(),
            asked: Arc::default(),
            truncated: Arc::default(),
        };
        let (zone, asked) = (Arc::clone(&names.zone), Arc::clone(&names.asked));
        let truncated = Arc::clone(&names.truncated);
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok((length, from)) = socket.recv_from(&mut buffer) {
                if let Some(answer) = answer(&buffer[..length], &zone, &asked) {
                    let answer = cut(answer, &truncated.lock().unwrap());
                    let _ = socket.send_to(&answer, from);
                }
            }
        });
        names.serve_tcp(listener);
        names
    }

    /// The same answers over TCP, all of them whole.
    fn serve_tcp(&self, listener: TcpListener) {
        let (zone, asked) = (Arc::clone(&self.zone), Arc::clone(&self.asked));
        std::thread::spawn(move || {
            while let Ok((mut stream, _)) = listener.accept() {
                let mut length = [0; 2];
                stream.read_exact(&mut length).unwrap();
                let mut query = vec![0; usize::from(u16::from_be_bytes(length))];
                stream.read_exact(&mut query).unwrap();
                let answer = answer(&query, &zone, &asked).unwrap();
                let length = u16::try_from(answer.len()).unwrap().to_be_bytes();
                stream.write_all(&[&length[..], &answer].concat()).unwrap();
            }
        });
    }

    /// From now on a datagram has room for one address of the name.
    pub(crate) fn truncate(&self, name: &str) {
        self.truncated.lock().unwrap().push(name.to_owned());
    }

    /// From now on the name has these answer sets.
    pub(crate) fn set(&self, name: &str, answers: &[&[&str]]) {
        let sets = answers
            .iter()
            .map(|set| set.iter().map(|address| address.parse().unwrap()).collect())
            .collect();
        self.zone.lock().unwrap().insert(name.to_owned(), sets);
    }

    /// All names that were asked for.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

/// One port for both protocols.
fn sockets() -> (UdpSocket, TcpListener) {
    for _ in 0..100 {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        // The same port may be taken in the other protocol.
        if let Ok(listener) = TcpListener::bind(socket.local_addr().unwrap()) {
            return (socket, listener);
        }
    }
    panic!("no port is free in both protocols");
}

/// What fits of an answer: one address for the names that are long.
fn cut(answer: Vec<u8>, truncated: &[String]) -> Vec<u8> {
    let mut message = Message::from_vec(&answer).unwrap();
    let name = message.queries[0].name().to_ascii();
    if !truncated.contains(&name.trim_end_matches('.').to_owned()) {
        return answer;
    }
    message.metadata.truncation = true;
    message.answers.truncate(1);
    message.to_vec().unwrap()
}

fn answer(query: &[u8], zone: &Mutex<Zone>, asked: &Mutex<Vec<String>>) -> Option<Vec<u8>> {
    let query = Message::from_vec(query).ok()?;
    let question = query.queries.first()?.clone();
    let name = question.name().to_ascii().trim_end_matches('.').to_owned();
    asked.lock().unwrap().push(name.clone());
    let mut response = Message::response(query.metadata.id, query.metadata.op_code);
    response.add_query(question.clone());
    let mut zone = zone.lock().unwrap();
    let Some(sets) = zone.get_mut(&name) else {
        response.metadata.response_code = ResponseCode::ServFail;
        return response.to_vec().ok();
    };
    // A and AAAA are asked for together; the A query moves on.
    let is_a = question.query_type() == RecordType::A;
    let set = if is_a && sets.len() > 1 {
        sets.remove(0)
    } else {
        sets[0].clone()
    };
    let mut owner = question.name().clone();
    if name.starts_with(ALIAS) {
        let target = Name::from_ascii("target.of.the.alias.").unwrap();
        let data = RData::CNAME(CNAME(target.clone()));
        response.add_answer(Record::from_rdata(owner, 0, data));
        owner = target;
    }
    for address in set.iter().filter(|address| address.is_ipv4() == is_a) {
        let data = match address {
            IpAddr::V4(address) => RData::A(A(*address)),
            IpAddr::V6(address) => RData::AAAA(AAAA(*address)),
        };
        response.add_answer(Record::from_rdata(owner.clone(), 0, data));
    }
    response.to_vec().ok()
}

//! The agent's resolver refuses every name, at once.

use std::io::{Read, Write};
use std::net::{TcpStream, UdpSocket};
use std::time::{Duration, Instant};

use hickory_proto::op::{Message, Query, ResponseCode};
use hickory_proto::rr::{Name, RecordType};

use super::support::Bottle;

fn query(name: &str, kind: RecordType) -> Message {
    let mut query = Message::query();
    query.add_query(Query::query(Name::from_ascii(name).unwrap(), kind));
    query
}

#[test]
fn every_name_is_refused_over_udp_and_tcp() {
    let bottle = Bottle::start();
    let address = bottle.egress.announced("dns refuser listens");
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket
        .set_read_timeout(Some(Duration::from_secs(3)))
        .unwrap();
    socket.send_to(b"garbage", address).unwrap();
    for (name, kind) in [
        ("ok.test.", RecordType::A),
        ("data.evil.test.", RecordType::TXT),
        ("egress.", RecordType::AAAA),
    ] {
        let query = query(name, kind);
        let start = Instant::now();
        socket.send_to(&query.to_vec().unwrap(), address).unwrap();
        let mut buffer = [0; 512];
        let length = socket.recv(&mut buffer).unwrap();
        let answer = Message::from_vec(&buffer[..length]).unwrap();
        assert_eq!(
            (answer.metadata.id, answer.metadata.response_code),
            (query.metadata.id, ResponseCode::Refused)
        );
        assert!(start.elapsed() < Duration::from_secs(1));
    }
    let query = query("ok.test.", RecordType::A).to_vec().unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(3)))
        .unwrap();
    stream
        .write_all(
            &[
                &u16::try_from(query.len()).unwrap().to_be_bytes()[..],
                &query,
            ]
            .concat(),
        )
        .unwrap();
    let mut length = [0; 2];
    stream.read_exact(&mut length).unwrap();
    let mut answer = vec![0; u16::from_be_bytes(length).into()];
    stream.read_exact(&mut answer).unwrap();
    assert_eq!(
        Message::from_vec(&answer).unwrap().metadata.response_code,
        ResponseCode::Refused
    );
    assert!(
        bottle.names.asked().is_empty(),
        "no query leaves the bottle"
    );
}

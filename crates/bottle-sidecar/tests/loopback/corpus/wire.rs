//! Sending an attempt as it is written, and reading what comes back.

use std::time::{Duration, Instant};

use super::record::{Send, Via};
use crate::support::{Bottle, Client, trusting};

/// What the client got.
#[derive(Debug, Default)]
pub(super) struct Got {
    /// None when the connection or the stream ended without an answer.
    pub(super) status: Option<u16>,
    pub(super) text: String,
}

/// How long a frame of HTTP/2 may take.
const FRAME_PATIENCE: Duration = Duration::from_secs(5);

/// Bytes of a frame that every peer takes.
const MAX_FRAME: usize = 16 * 1024;

const END_HEADERS: u8 = 4;
const CONTINUATION: u8 = 9;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const GO_AWAY: u8 = 7;

/// Sends an attempt.
pub(super) fn send(bottle: &Bottle, send: &Send) -> Result<Got, String> {
    let Some(mut client) = open(bottle, send) else {
        return Ok(Got::default());
    };
    if send.via == Via::H2 {
        return http2(&mut client, send);
    }
    if let Some(first) = &send.first {
        let answer = client.ask(bytes(first));
        if answer.status >= 400 {
            return Err(format!("the first request is answered {answer:?}"));
        }
    }
    // The other side may end while it is being written to.
    let _ = client.try_send(bytes(&send.raw));
    let head = client.head();
    if head.is_empty() {
        return Ok(Got::default());
    }
    let method = send.raw.split(' ').next().unwrap_or_default();
    let answer = client.answer_with(head, method);
    Ok(Got {
        status: Some(answer.status),
        text: format!("{}{}", answer.head, answer.text()),
    })
}

/// The connection on which the attempt is made; none when TLS is refused.
fn open(bottle: &Bottle, send: &Send) -> Option<Client> {
    let proxy = bottle.egress.address;
    if send.via == Via::Plain {
        return Some(Client::plain(proxy));
    }
    let client = Client::connect(proxy, &send.connect);
    if send.via == Via::Connect {
        return Some(client);
    }
    let host = send
        .connect
        .rsplit_once(':')
        .map_or(send.connect.as_str(), |(host, _)| host);
    let name = send.sni.as_deref().unwrap_or(host);
    let alpn: &[&[u8]] = if send.via == Via::H2 {
        &[b"h2"]
    } else {
        &[b"http/1.1"]
    };
    let trust = trusting(&bottle.ca.certificate, alpn);
    let name = name.trim_end_matches('.').trim_matches(['[', ']']);
    client.tls(name, trust, usize::MAX).ok()
}

fn bytes(text: &str) -> Vec<u8> {
    text.chars()
        .map(|each| u8::try_from(u32::from(each)).unwrap())
        .collect()
}

/// One request in frames that no library would write, and the answer to it.
fn http2(client: &mut Client, send: &Send) -> Result<Got, String> {
    let mut block = Vec::new();
    for (name, value) in &send.fields {
        let (name, value) = (bytes(name), bytes(value));
        // A literal without indexing and without Huffman's code (RFC 7541 §6.2.2).
        block.push(0);
        for text in [name, value] {
            block.extend(length(text.len()));
            block.extend(text);
        }
    }
    let mut out = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0".to_vec();
    let ended = u8::from(send.body.is_none());
    let pieces = block.chunks(MAX_FRAME).count();
    for (number, piece) in block.chunks(MAX_FRAME).enumerate() {
        let (kind, flags) = if number == 0 {
            (HEADERS, ended)
        } else {
            (CONTINUATION, 0)
        };
        let last = if number + 1 == pieces { END_HEADERS } else { 0 };
        out.extend(frame(kind, flags | last, piece));
    }
    if let Some(body) = &send.body {
        out.extend(frame(0, 1, &bytes(body)));
    }
    let _ = client.try_send(out);
    let mut got = Got::default();
    let start = Instant::now();
    while start.elapsed() < FRAME_PATIENCE {
        let Some((kind, flags, stream, payload)) = client.http2_frame() else {
            return Ok(got);
        };
        match (kind, stream) {
            (HEADERS, 1) => {
                // The status stands first: 200 as one byte, anything else as a text (RFC 7541, appendix A).
                let first = payload.first().copied();
                got.status = if first == Some(0x88) { Some(200) } else { None };
            }
            (0, 1) => got.text.push_str(&String::from_utf8_lossy(&payload)),
            (RST_STREAM, 1) | (GO_AWAY, _) => return Ok(Got::default()),
            _ => {}
        }
        if stream == 1 && matches!(kind, 0 | HEADERS) && flags & 1 == 1 {
            if got.status.is_none() {
                let problem: Option<serde_json::Value> = serde_json::from_str(&got.text).ok();
                let status = problem.and_then(|problem| problem["status"].as_u64());
                got.status = status.and_then(|status| u16::try_from(status).ok());
            }
            return Ok(got);
        }
    }
    Err("no end of the answer".to_owned())
}

/// An integer with a seven-bit prefix (RFC 7541 §5.1).
fn length(mut number: usize) -> Vec<u8> {
    if number < 127 {
        return vec![u8::try_from(number).unwrap()];
    }
    let mut out = vec![127];
    number -= 127;
    while number >= 128 {
        out.push(u8::try_from(number % 128).unwrap() | 128);
        number /= 128;
    }
    out.push(u8::try_from(number).unwrap());
    out
}

fn frame(kind: u8, flags: u8, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags, 0, 0, 0, 1], payload].concat()
}

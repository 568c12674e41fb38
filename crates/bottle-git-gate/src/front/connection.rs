//! One connection from its first byte to its line in the log.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::timeout;

use super::session::{Outcome, Session};
use crate::gate::Gate;
use crate::limits::{LAST_WORDS, MAX_REQUEST_BYTES, REQUEST_TIMEOUT};
use crate::pkt::{self, HEADER, Header};
use crate::record::{Line, Record, now, since};
use crate::refusal::{Code, Refusal};
use crate::request::Request;

/// Serves one connection; `full` when there are too many of them already.
pub(crate) async fn serve(
    gate: Arc<Gate>,
    mut stream: TcpStream,
    peer: SocketAddr,
    (full, stop): (bool, watch::Receiver<bool>),
) {
    let (started, time) = (Instant::now(), now());
    let first = if full {
        Err(Refusal::new(
            Code::Limits,
            "there are too many connections to the gate at once. Wait for the others to end.",
        ))
    } else {
        first_request(&mut stream).await
    };
    let mut record = Record {
        time,
        event: "git",
        service: "git-gate",
        identity: gate.settings.identity.clone(),
        peer: peer.ip().to_string(),
        remote: None,
        request: None,
        verdict: "allow",
        code: None,
        push: None,
        refresh_ms: None,
        bytes_in: 0,
        bytes_out: 0,
        duration_ms: 0,
    };
    match first {
        Ok(Request::Health) if is_itself(&stream, peer) => {
            last_words(&mut stream, &pkt::line(b"ok\n")).await;
            return;
        }
        Ok(Request::Health) => {
            let refusal =
                Refusal::new(Code::Transport, "the gate tells its health to itself alone");
            refuse(&mut stream, &mut record, refusal).await;
        }
        Ok(Request::Git {
            service,
            name,
            version,
        }) => {
            record.remote = Some(name.to_string());
            record.request = Some(service.as_str());
            let session = Session {
                gate: &gate,
                service,
                name: &name,
                version,
            };
            let outcome = session.run(&mut stream, stop).await;
            match outcome {
                Ok(outcome) => note(&mut record, outcome),
                Err(refusal) => refuse(&mut stream, &mut record, refusal).await,
            }
        }
        Err(refusal) => refuse(&mut stream, &mut record, refusal).await,
    }
    record.duration_ms = since(started);
    (gate.log)(&Line::Request(Box::new(record)));
}

/// Reads the first pkt-line and takes it apart.
async fn first_request(stream: &mut TcpStream) -> Result<Request, Refusal> {
    let no_request = |words: &str| Refusal::new(Code::Transport, words);
    let read = async {
        let mut digits = [0; HEADER];
        stream.read_exact(&mut digits).await.ok()?;
        let length = match pkt::header(digits) {
            Ok(Header::Data(length)) if length <= MAX_REQUEST_BYTES => length,
            _ => return Some(Vec::new()),
        };
        let mut content = vec![0; length];
        stream.read_exact(&mut content).await.ok()?;
        Some(content)
    };
    match timeout(REQUEST_TIMEOUT, read).await {
        Ok(Some(content)) if content.is_empty() => Err(no_request(
            "this is no request of git's own protocol (git://), which is all that is spoken here",
        )),
        Ok(Some(content)) => Request::parse(&content),
        Ok(None) => Err(no_request("the connection ended within its first request")),
        Err(_) => Err(no_request("no request came in time")),
    }
}

async fn refuse(stream: &mut TcpStream, record: &mut Record, refusal: Refusal) {
    record.verdict = "deny";
    record.code = Some(refusal.code);
    let line = refusal.line();
    record.bytes_out = u64::try_from(line.len()).unwrap_or(u64::MAX);
    last_words(stream, &line).await;
}

/// Says something and ends. What the client still sends is read for a while: unread it would make the kernel take back
/// what was said.
async fn last_words(stream: &mut TcpStream, words: &[u8]) {
    let said = async {
        stream.write_all(words).await?;
        stream.shutdown().await?;
        tokio::io::copy(stream, &mut tokio::io::sink()).await
    };
    // A client that has gone hears nothing.
    let _ = timeout(LAST_WORDS, said).await;
}

fn note(record: &mut Record, outcome: Outcome) {
    let Outcome {
        code,
        push,
        refresh_ms,
        bytes_in,
        bytes_out,
    } = outcome;
    if code.is_some() {
        record.verdict = "deny";
    }
    record.code = code;
    record.push = push;
    record.refresh_ms = Some(refresh_ms);
    record.bytes_in = bytes_in;
    record.bytes_out = bytes_out;
}

/// Whether a peer is this container: it comes over loopback, or from the very address that the gate listens on.
fn is_itself(stream: &TcpStream, peer: SocketAddr) -> bool {
    let own = stream.local_addr();
    peer.ip().is_loopback() || own.is_ok_and(|own| own.ip() == peer.ip())
}

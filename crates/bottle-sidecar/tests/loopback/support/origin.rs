//! A pretend web server that records every byte that reaches it inside TLS.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::{PATIENCE, orders};

/// Size of the large download.
pub(crate) const BIG: usize = 20 * 1024 * 1024;

/// One request as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Seen {
    /// All values of a header field.
    pub(crate) fn values(&self, name: &str) -> Vec<&str> {
        let field = |line: &'_ str| -> Option<(usize, bool)> {
            let (field, _) = line.split_once(':')?;
            Some((field.len() + 1, field.eq_ignore_ascii_case(name)))
        };
        let lines = self.head.lines().skip(1);
        lines
            .filter_map(|line| {
                field(line)
                    .filter(|(_, same)| *same)
                    .map(|(at, _)| line[at..].trim())
            })
            .collect()
    }
}

#[derive(Default)]
struct Log {
    requests: Mutex<Vec<Seen>>,
    bytes: AtomicUsize,
    connections: AtomicUsize,
    /// What came through every socket, unmasked.
    socket: Mutex<Vec<u8>>,
}

pub(crate) struct Origin {
    pub(crate) address: SocketAddr,
    log: Arc<Log>,
}

impl Origin {
    /// Serves https (or plain http without a TLS configuration) on a loopback address.
    pub(crate) fn start(ip: &str, tls: Option<Arc<ServerConfig>>) -> Self {
        Self::start_at(ip, 0, tls)
    }

    /// The same on a given port.
    pub(crate) fn start_at(ip: &str, port: u16, tls: Option<Arc<ServerConfig>>) -> Self {
        let listener = TcpListener::bind((ip, port)).unwrap();
        let origin = Self {
            address: listener.local_addr().unwrap(),
            log: Arc::default(),
        };
        let log = Arc::clone(&origin.log);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                log.connections.fetch_add(1, Ordering::SeqCst);
                let (log, tls) = (Arc::clone(&log), tls.clone());
                std::thread::spawn(move || {
                    let _ = stream.set_read_timeout(Some(PATIENCE));
                    let _ = stream.set_nodelay(true);
                    let _ = connection(stream, tls, &log);
                });
            }
        });
        origin
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// Every request so far.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.log.requests.lock().unwrap().clone()
    }

    /// The only request so far.
    #[track_caller]
    pub(crate) fn only(&self) -> Seen {
        let seen = self.seen();
        assert_eq!(seen.len(), 1, "{seen:?}");
        seen[0].clone()
    }

    /// Starts the record anew.
    pub(crate) fn forget(&self) {
        self.log.requests.lock().unwrap().clear();
        self.log.bytes.store(0, Ordering::SeqCst);
    }

    /// Not one byte of a request arrived.
    #[track_caller]
    pub(crate) fn saw_nothing(&self) {
        assert_eq!(
            (self.log.bytes.load(Ordering::SeqCst), self.seen().len()),
            (0, 0),
            "{:?}",
            self.seen()
        );
    }

    /// What came through every socket.
    pub(crate) fn socket_bytes(&self) -> Vec<u8> {
        self.log.socket.lock().unwrap().clone()
    }

    /// Waits until this came through a WebSocket, and forgets what did.
    #[track_caller]
    pub(crate) fn socket_saw(&self, bytes: &[u8]) {
        let start = std::time::Instant::now();
        while self.socket_bytes() != bytes {
            assert!(start.elapsed() < PATIENCE, "{:?}", self.socket_bytes());
            std::thread::sleep(Duration::from_millis(5));
        }
        self.log.socket.lock().unwrap().clear();
    }

    pub(crate) fn connections(&self) -> usize {
        self.log.connections.load(Ordering::SeqCst)
    }
}

fn connection(stream: TcpStream, tls: Option<Arc<ServerConfig>>, log: &Log) -> io::Result<()> {
    match tls {
        Some(tls) => {
            let session = ServerConnection::new(tls).map_err(io::Error::other)?;
            serve(&mut StreamOwned::new(session, stream), log)
        }
        None => serve(&mut { stream }, log),
    }
}

fn serve(stream: &mut (impl Read + Write), log: &Log) -> io::Result<()> {
    let mut raw = Vec::new();
    loop {
        let Some(end) = fill_until(stream, &mut raw, log, find_head_end)? else {
            return Ok(());
        };
        let head = String::from_utf8_lossy(&raw[..end]).into_owned();
        raw.drain(..end);
        let mut seen = Seen {
            head,
            body: Vec::new(),
        };
        seen.body = read_body(stream, &mut raw, &seen, log)?;
        log.requests.lock().unwrap().push(seen.clone());
        if seen.head.starts_with("GET /socket") {
            return socket(stream, &seen, log);
        }
        let target = seen.head.split(' ').nth(1).unwrap_or_default();
        if seen.head.starts_with("GET ") && orders::respond(stream, target, || log.go())? {
            stream.flush()?;
        } else {
            respond(stream, &seen)?;
        }
    }
}

impl Log {
    /// Waits until somebody asks for `/v1/go`.
    fn go(&self) {
        let start = std::time::Instant::now();
        let is_asked = |seen: &Seen| seen.head.starts_with("GET /v1/go ");
        while !self.requests.lock().unwrap().iter().any(is_asked) && start.elapsed() < PATIENCE {
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

/// Takes the handshake of a WebSocket and keeps what comes through it.
fn socket(stream: &mut (impl Read + Write), seen: &Seen, log: &Log) -> io::Result<()> {
    let key = seen.values("sec-websocket-key")[0].as_bytes();
    let accept = tokio_tungstenite::tungstenite::handshake::derive_accept_key(key);
    write!(
        stream,
        "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"
    )?;
    if seen.head.starts_with("GET /socket/orders ") {
        let length = u8::try_from(orders::ORDER.len()).unwrap();
        stream.write_all(&[0x81, length])?;
        stream.write_all(orders::ORDER.as_bytes())?;
    }
    stream.flush()?;
    loop {
        // Pipelock sends short frames with a mask, and nothing else.
        let mut head = [0; 6];
        stream.read_exact(&mut head)?;
        let mut payload = vec![0; usize::from(head[1] & 0x7f)];
        stream.read_exact(&mut payload)?;
        let masks = head[2..].iter().cycle();
        let plain = payload.iter().zip(masks).map(|(byte, mask)| byte ^ mask);
        let is_close = head[0] & 0xf == 8;
        if !is_close {
            log.socket.lock().unwrap().extend(plain);
        }
    }
}

fn find_head_end(raw: &[u8]) -> Option<usize> {
    raw.windows(4)
        .position(|window| window == b"\r\n\r\n")
        .map(|at| at + 4)
}

fn fill_until(
    stream: &mut impl Read,
    raw: &mut Vec<u8>,
    log: &Log,
    complete: impl Fn(&[u8]) -> Option<usize>,
) -> io::Result<Option<usize>> {
    let mut buffer = vec![0; 65536];
    loop {
        if let Some(end) = complete(raw) {
            return Ok(Some(end));
        }
        let count = stream.read(&mut buffer)?;
        if count == 0 {
            return Ok(None);
        }
        log.bytes.fetch_add(count, Ordering::SeqCst);
        raw.extend_from_slice(&buffer[..count]);
    }
}

fn read_body(
    stream: &mut impl Read,
    raw: &mut Vec<u8>,
    seen: &Seen,
    log: &Log,
) -> io::Result<Vec<u8>> {
    if seen.values("transfer-encoding") == ["chunked"] {
        let end = |raw: &[u8]| {
            raw.windows(5)
                .position(|window| window == b"0\r\n\r\n")
                .map(|at| at + 5)
        };
        let end = fill_until(stream, raw, log, end)?.unwrap_or(raw.len());
        return Ok(raw.drain(..end).collect());
    }
    let length: usize = seen
        .values("content-length")
        .first()
        .map_or(0, |text| text.parse().unwrap());
    fill_until(stream, raw, log, |raw| {
        (raw.len() >= length).then_some(length)
    })?;
    Ok(raw.drain(..length.min(raw.len())).collect())
}

fn respond(stream: &mut impl Write, seen: &Seen) -> io::Result<()> {
    let line = seen.head.lines().next().unwrap_or_default();
    let mut words = line.split(' ');
    let (method, target) = (
        words.next().unwrap_or_default(),
        words.next().unwrap_or_default(),
    );
    match target {
        "/v1/events" => events(stream),
        "/v1/big" => big(stream),
        "/v1/odd" => stream.write_all(
            b"HTTP/1.1 200 OK\r\nAlt-Svc: h3=\":443\"\r\nBottle-Denial: dlp.secret\r\nConnection: close, X-Hop\r\nX-Hop: 1\r\nETag: \"e\"\r\nContent-Length: 2\r\n\r\nok",
        ),
        "/v1/switch" => stream.write_all(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"),
        "/v1/nonsense" => stream.write_all(b"I am not a web server\r\n\r\n"),
        "/v1/redirect" => stream.write_all(
            b"HTTP/1.1 307 Temporary Redirect\r\nLocation: https://evil.test/take\r\nRefresh: 0; url=https://evil.test/\r\nContent-Length: 0\r\n\r\n",
        ),
        "/v1/interim" => {
            let flood = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n".repeat(1000);
            write!(stream, "{flood}HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        }
        "/v1/one-interim" => stream.write_all(
            b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
        ),
        "/v1/long-head" => {
            let line = format!("X-Filler: {}\r\n", "x".repeat(1000));
            write!(stream, "HTTP/1.1 200 OK\r\n{}Content-Length: 2\r\n\r\nok", line.repeat(1000))
        }
        "/v1/bad-length" => stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2, 3\r\n\r\nok"),
        "/v1/two-framings" => stream.write_all(
            b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: gzip\r\n\r\nok",
        ),
        "/v1/bad-field" => stream.write_all(b"HTTP/1.1 200 OK\r\nX: a\x00b\r\nContent-Length: 2\r\n\r\nok"),
        "/v1/extra" => stream.write_all(
            b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\npoisoned",
        ),
        "/v1/cached" => stream.write_all(
            b"HTTP/1.1 206 Partial Content\r\nETag: \"e\"\r\nContent-Range: bytes 0-1/9\r\nContent-Length: 2\r\n\r\nok",
        ),
        "/v1/none" => stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n"),
        _ if method == "HEAD" => stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1234\r\n\r\n"),
        _ => write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{target}\n", target.len() + 1),
    }?;
    stream.flush()
}

fn events(stream: &mut impl Write) -> io::Result<()> {
    write!(
        stream,
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
    )?;
    for number in 1..=3 {
        let event = format!("data: {number}\n\n");
        write!(stream, "{:x}\r\n{event}\r\n", event.len())?;
        stream.flush()?;
        std::thread::sleep(Duration::from_millis(if number == 1 { 1500 } else { 0 }));
    }
    write!(stream, "0\r\n\r\n")
}

fn big(stream: &mut impl Write) -> io::Result<()> {
    write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {BIG}\r\n\r\n")?;
    let block = vec![b'x'; 64 * 1024];
    for _ in 0..BIG / block.len() {
        stream.write_all(&block)?;
    }
    Ok(())
}

//! A client that sends exactly the bytes a test gives it.

use std::io::{self, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::sync::Arc;

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, StreamOwned};

use super::PATIENCE;

pub(crate) trait Wire: Read + Write {}
impl<T: Read + Write> Wire for T {}

/// A connection on which requests are written by hand.
pub(crate) struct Client {
    wire: Box<dyn Wire>,
    rest: Vec<u8>,
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON in {self:?}"))
    }

    /// Is a refusal document with this status and code.
    #[track_caller]
    pub(crate) fn refused(&self, status: u16, code: &str) {
        assert_eq!(self.status, status, "{self:?}");
        assert!(
            self.has("content-type: application/problem+json"),
            "{self:?}"
        );
        assert_eq!(self.json()["code"], code, "{self:?}");
        assert!(self.body.ends_with(b"\n"));
    }

    /// The head contains this line (any case).
    pub(crate) fn has(&self, line: &str) -> bool {
        self.head
            .to_ascii_lowercase()
            .contains(&line.to_ascii_lowercase())
    }
}

impl Client {
    pub(crate) fn plain(proxy: SocketAddr) -> Self {
        Self {
            wire: Box::new(socket(proxy)),
            rest: Vec::new(),
        }
    }

    /// The same from another address of this machine.
    pub(crate) fn plain_from(source: &str, proxy: SocketAddr) -> Self {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let connected = runtime.block_on(async {
            let socket = tokio::net::TcpSocket::new_v4().unwrap();
            socket
                .bind((source.parse::<IpAddr>().unwrap(), 0).into())
                .unwrap();
            socket.connect(proxy).await.unwrap().into_std().unwrap()
        });
        connected.set_nonblocking(false).unwrap();
        connected.set_read_timeout(Some(PATIENCE)).unwrap();
        Self {
            wire: Box::new(connected),
            rest: Vec::new(),
        }
    }

    /// CONNECT, and nothing after it.
    pub(crate) fn connect(proxy: SocketAddr, authority: &str) -> Self {
        let mut client = Self::plain(proxy);
        client.send(format!(
            "CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n\r\n"
        ));
        let answer = client.head();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        assert!(client.rest.is_empty());
        client
    }

    /// TLS over this connection, the hello sent in pieces of `piece` bytes.
    pub(crate) fn tls(
        self,
        name: &str,
        config: Arc<ClientConfig>,
        piece: usize,
    ) -> io::Result<Self> {
        let name = match name.parse::<IpAddr>() {
            Ok(address) => ServerName::from(address),
            Err(_) => ServerName::try_from(name.to_owned()).map_err(io::Error::other)?,
        };
        let session = ClientConnection::new(config, name).map_err(io::Error::other)?;
        let mut stream = StreamOwned::new(
            session,
            Pieces {
                wire: self.wire,
                piece,
            },
        );
        while stream.conn.is_handshaking() {
            stream.conn.complete_io(&mut stream.sock)?;
        }
        stream.sock.piece = usize::MAX;
        Ok(Self {
            wire: Box::new(stream),
            rest: Vec::new(),
        })
    }

    #[track_caller]
    pub(crate) fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.try_send(bytes).unwrap();
    }

    pub(crate) fn try_send(&mut self, bytes: impl AsRef<[u8]>) -> io::Result<()> {
        self.wire.write_all(bytes.as_ref())?;
        self.wire.flush()
    }

    /// Sends a request and reads the answer.
    #[track_caller]
    pub(crate) fn ask(&mut self, request: impl AsRef<[u8]>) -> Answer {
        self.send(request);
        self.answer()
    }

    #[track_caller]
    pub(crate) fn answer(&mut self) -> Answer {
        self.answer_to("GET")
    }

    #[track_caller]
    pub(crate) fn answer_to(&mut self, method: &str) -> Answer {
        let head = self.head();
        self.answer_with(head, method)
    }

    /// The rest of an answer of which the head was read.
    #[track_caller]
    pub(crate) fn answer_with(&mut self, head: String, method: &str) -> Answer {
        let status = head
            .get(9..12)
            .and_then(|text| text.parse().ok())
            .unwrap_or_else(|| panic!("no status in {head:?}"));
        let body = if method == "HEAD" || status == 204 {
            Vec::new()
        } else {
            self.body(&head)
        };
        Answer { status, head, body }
    }

    /// The next answer's head; empty when the connection ended.
    pub(crate) fn head(&mut self) -> String {
        loop {
            if let Some(end) = self
                .rest
                .windows(4)
                .position(|window| window == b"\r\n\r\n")
            {
                return String::from_utf8(self.rest.drain(..end + 4).collect()).unwrap();
            }
            if self.fill() == 0 {
                return String::from_utf8_lossy(&std::mem::take(&mut self.rest)).into_owned();
            }
        }
    }

    /// The next frame of HTTP/2: kind, flags, stream, payload. None when the connection ended.
    pub(crate) fn http2_frame(&mut self) -> Option<(u8, u8, u32, Vec<u8>)> {
        let head = self.exactly(9)?;
        let number = |bytes: &[u8]| {
            bytes
                .iter()
                .fold(0, |all, byte| all << 8 | u32::from(*byte))
        };
        let payload = self.exactly(usize::try_from(number(&head[..3])).unwrap())?;
        Some((head[3], head[4], number(&head[5..]), payload))
    }

    fn exactly(&mut self, count: usize) -> Option<Vec<u8>> {
        while self.rest.len() < count {
            if self.fill() == 0 {
                return None;
            }
        }
        Some(self.rest.drain(..count).collect())
    }

    /// Some more bytes of a body that is being streamed.
    pub(crate) fn some(&mut self) -> Vec<u8> {
        if self.rest.is_empty() {
            self.fill();
        }
        std::mem::take(&mut self.rest)
    }

    /// Nothing more comes: the connection is closed (or reset).
    pub(crate) fn is_closed(&mut self) -> bool {
        self.rest.is_empty() && self.fill() == 0
    }

    fn fill(&mut self) -> usize {
        let mut buffer = vec![0; 65536];
        let count = self.wire.read(&mut buffer).or_else(ended).unwrap();
        self.rest.extend_from_slice(&buffer[..count]);
        count
    }

    fn body(&mut self, head: &str) -> Vec<u8> {
        let lower = head.to_ascii_lowercase();
        if let Some((_, rest)) = lower.split_once("content-length: ") {
            let length: usize = rest.lines().next().unwrap().parse().unwrap();
            while self.rest.len() < length && self.fill() > 0 {}
            return self.rest.drain(..length.min(self.rest.len())).collect();
        }
        if !lower.contains("transfer-encoding: chunked") {
            while self.fill() > 0 {}
            return std::mem::take(&mut self.rest);
        }
        let mut body = Vec::new();
        loop {
            let size = usize::from_str_radix(&self.line(), 16).unwrap();
            while self.rest.len() < size + 2 && self.fill() > 0 {}
            body.extend(self.rest.drain(..size));
            self.rest.drain(..2);
            if size == 0 {
                return body;
            }
        }
    }

    fn line(&mut self) -> String {
        loop {
            if let Some(end) = self.rest.windows(2).position(|pair| pair == b"\r\n") {
                let line = self.rest.drain(..end + 2).take(end).collect();
                return String::from_utf8(line).unwrap();
            }
            assert!(self.fill() > 0, "connection ended inside a body");
        }
    }
}

fn socket(proxy: SocketAddr) -> TcpStream {
    let socket = TcpStream::connect(proxy).unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    socket.set_nodelay(true).unwrap();
    socket
}

fn ended(error: io::Error) -> io::Result<usize> {
    match error.kind() {
        io::ErrorKind::ConnectionReset
        | io::ErrorKind::UnexpectedEof
        | io::ErrorKind::BrokenPipe
        | io::ErrorKind::ConnectionAborted => Ok(0),
        _ => Err(error),
    }
}

/// Writes in small pieces, each a packet of its own.
struct Pieces {
    wire: Box<dyn Wire>,
    piece: usize,
}

impl Read for Pieces {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.wire.read(buffer)
    }
}

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.wire.write(&bytes[..bytes.len().min(self.piece)])?;
        self.wire.flush()?;
        if self.piece < 64 {
            std::thread::sleep(std::time::Duration::from_micros(500));
        }
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.wire.flush()
    }
}

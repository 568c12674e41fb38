//! A pretend origin that ends its HTTP/2 connections after some requests, as servers and balancers do.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustls::ServerConfig;
use tokio::io::{AsyncReadExt, AsyncWriteExt, ReadHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::{Issuer, runtime};

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GO_AWAY: u8 = 7;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;
const ACK: u8 = 1;

/// How a connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Goodbye {
    /// What comes later is thrown away unread; the frame says so (nginx).
    AtOnce,
    /// What is on its way is still answered (Envoy).
    Later,
}

/// The origin: frames and nothing else.
pub(crate) struct LeavingOrigin {
    pub(crate) port: u16,
    answered: Arc<Mutex<usize>>,
    connections: Arc<Mutex<usize>>,
    _runtime: Runtime,
}

impl LeavingOrigin {
    /// Says goodbye after so many requests on one connection.
    pub(crate) fn start(issuer: &Issuer, after: usize, goodbye: Goodbye) -> Self {
        let mut config = ServerConfig::clone(&issuer.server(None));
        config.alpn_protocols = vec![b"h2".to_vec()];
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let runtime = runtime();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let port = listener.local_addr().unwrap().port();
        let (answered, connections) = (Arc::default(), Arc::<Mutex<usize>>::default());
        let (counted, count) = (Arc::clone(&answered), Arc::clone(&connections));
        runtime.spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                *count.lock().unwrap() += 1;
                let (acceptor, counted) = (acceptor.clone(), Arc::clone(&counted));
                tokio::spawn(async move {
                    stream.set_nodelay(true).unwrap();
                    if let Ok(stream) = acceptor.accept(stream).await {
                        let _ = serve(stream, (after, goodbye), counted).await;
                    }
                });
            }
        });
        Self {
            port,
            answered,
            connections,
            _runtime: runtime,
        }
    }

    pub(crate) fn answered(&self) -> usize {
        *self.answered.lock().unwrap()
    }

    pub(crate) fn connections(&self) -> usize {
        *self.connections.lock().unwrap()
    }
}

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

async fn next(reading: &mut ReadHalf<TlsStream<TcpStream>>) -> std::io::Result<(u8, u8, u32)> {
    let mut head = [0; 9];
    reading.read_exact(&mut head).await?;
    let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
    let mut payload = vec![0; usize::try_from(length).unwrap()];
    reading.read_exact(&mut payload).await?;
    let stream = u32::from_be_bytes([head[5], head[6], head[7], head[8]]);
    Ok((head[3], head[4], stream))
}

async fn serve(
    stream: TlsStream<TcpStream>,
    (after, goodbye): (usize, Goodbye),
    answered: Arc<Mutex<usize>>,
) -> std::io::Result<()> {
    let (mut reading, mut writing) = tokio::io::split(stream);
    let (write, mut written) = mpsc::unbounded_channel::<Vec<u8>>();
    tokio::spawn(async move {
        while let Some(bytes) = written.recv().await {
            if writing.write_all(&bytes).await.is_err() || writing.flush().await.is_err() {
                return;
            }
        }
    });
    let mut preface = [0; 24];
    reading.read_exact(&mut preface).await?;
    let _ = write.send(frame(SETTINGS, 0, 0, b""));
    let (mut taken, reset) = (0, Arc::<Mutex<Vec<u32>>>::default());
    loop {
        let (kind, flags, stream) = next(&mut reading).await?;
        match kind {
            SETTINGS if flags & ACK == 0 => drop(write.send(frame(SETTINGS, ACK, 0, b""))),
            PING if flags & ACK == 0 => drop(write.send(frame(PING, ACK, 0, &[0; 8]))),
            RST_STREAM => reset.lock().unwrap().push(stream),
            HEADERS if taken < after || goodbye == Goodbye::Later => {
                taken += 1;
                let (answer, reset) = (write.clone(), Arc::clone(&reset));
                let answered = Arc::clone(&answered);
                tokio::spawn(async move {
                    tokio::time::sleep(Duration::from_millis(30)).await;
                    // A client that cancelled has nothing of it.
                    if reset.lock().unwrap().contains(&stream) {
                        return;
                    }
                    *answered.lock().unwrap() += 1;
                    let head = frame(HEADERS, END_HEADERS, stream, &[0x88]);
                    let _ = answer.send([head, frame(DATA, END_STREAM, stream, b"ok")].concat());
                });
                if taken == after {
                    let last = match goodbye {
                        Goodbye::AtOnce => stream,
                        Goodbye::Later => u32::MAX >> 1,
                    };
                    let told = [last.to_be_bytes(), [0; 4]].concat();
                    let _ = write.send(frame(GO_AWAY, 0, 0, &told));
                }
            }
            _ => {}
        }
    }
}

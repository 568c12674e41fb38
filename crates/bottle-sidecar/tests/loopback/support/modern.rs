//! A pretend origin and a client that speak HTTP/1.1 and HTTP/2, gRPC's way of using it, and WebSocket.

use std::convert::Infallible;
use std::io::Write as _;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use futures_util::{SinkExt, StreamExt};
use http::{HeaderMap, Request, Response, StatusCode, Uri, Version};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Empty, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::client::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::ServerConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio::sync::mpsc;
use tokio_rustls::client::TlsStream;
use tokio_rustls::{TlsAcceptor, TlsConnector};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::Role;

use super::{Issuer, PATIENCE, mirrors, trusting};

/// A body of either side.
pub(crate) type TestBody = BoxBody<Bytes, Infallible>;

/// What the origin offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protocols {
    Http1,
    Both,
}

/// A request as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Arrived {
    pub(crate) version: Version,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
}

type Log = Arc<Mutex<Vec<Arrived>>>;

pub(crate) struct ModernOrigin {
    pub(crate) port: u16,
    log: Log,
    connections: Arc<Mutex<usize>>,
    _runtime: Runtime,
}

impl ModernOrigin {
    pub(crate) fn start(issuer: &Issuer, protocols: Protocols) -> Self {
        Self::start_at("127.0.0.1:0", issuer, protocols)
    }

    pub(crate) fn start_at(address: &str, issuer: &Issuer, protocols: Protocols) -> Self {
        let mut config = ServerConfig::clone(&issuer.server(None));
        config.alpn_protocols = match protocols {
            Protocols::Http1 => vec![b"http/1.1".to_vec()],
            Protocols::Both => vec![b"h2".to_vec(), b"http/1.1".to_vec()],
        };
        let runtime = runtime();
        let listener = runtime.block_on(TcpListener::bind(address)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let (log, connections) = (Log::default(), Arc::<Mutex<usize>>::default());
        let (seen, count) = (Arc::clone(&log), Arc::clone(&connections));
        let acceptor = TlsAcceptor::from(Arc::new(config));
        runtime.spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                *count.lock().unwrap() += 1;
                tokio::spawn(serve(acceptor.clone(), stream, Arc::clone(&seen)));
            }
        });
        Self {
            port,
            log,
            connections,
            _runtime: runtime,
        }
    }

    pub(crate) fn arrived(&self) -> Vec<Arrived> {
        self.log.lock().unwrap().clone()
    }

    #[track_caller]
    pub(crate) fn only(&self) -> Arrived {
        let arrived = self.arrived();
        assert_eq!(arrived.len(), 1, "{arrived:?}");
        arrived[0].clone()
    }

    pub(crate) fn connections(&self) -> usize {
        *self.connections.lock().unwrap()
    }
}

pub(crate) fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
}

async fn serve(acceptor: TlsAcceptor, stream: TcpStream, log: Log) {
    stream.set_nodelay(true).unwrap();
    let Ok(stream) = acceptor.accept(stream).await else {
        return;
    };
    let is_http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
    let service = service_fn(move |request: Request<Incoming>| {
        let waits = request.uri().path() == "/v1/never";
        let response = answer(request, &log);
        async move {
            if waits {
                std::future::pending::<()>().await;
            }
            Ok::<_, Infallible>(response)
        }
    });
    let io = TokioIo::new(stream);
    if is_http2 {
        let builder = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
        let _ = builder.serve_connection(io, service).await;
    } else {
        let builder = hyper::server::conn::http1::Builder::new();
        let _ = builder.serve_connection(io, service).with_upgrades().await;
    }
}

fn answer(request: Request<Incoming>, log: &Log) -> Response<TestBody> {
    let arrived = Arrived {
        version: request.version(),
        uri: request.uri().clone(),
        headers: request.headers().clone(),
    };
    log.lock().unwrap().push(arrived.clone());
    let path = arrived.uri.path().to_owned();
    if let Some(response) = mirrors::answer(&arrived) {
        return response;
    }
    match path.as_str() {
        "/v1/echo" => Response::new(echo(request.into_body())),
        "/v1/events" => Response::new(events()),
        "/v1/trailers" => Response::new(counted(request.into_body())),
        "/v1/endless" => Response::new(zeros(usize::MAX)),
        "/v1/much" => Response::new(zeros(MUCH)),
        "/v1/mirror" => mirror(&arrived),
        "/v1/mirror/gzip" => packed(&arrived, "gzip"),
        "/v1/mirror/br" => packed(&arrived, "br"),
        "/socket" => socket(request),
        "/socket/wrong" => {
            let mut response = socket(request);
            let wrong = "AAAAAAAAAAAAAAAAAAAAAAAAAAA=".parse().unwrap();
            response.headers_mut().insert("sec-websocket-accept", wrong);
            response
        }
        _ => Response::new(full(path + "\n")),
    }
}

pub(crate) fn full(text: impl Into<Bytes>) -> TestBody {
    Full::new(text.into()).boxed()
}

/// Each piece goes back as it comes; gRPC's status stands behind the last one.
fn echo(body: Incoming) -> TestBody {
    let (sender, receiver) = mpsc::channel::<Result<Frame<Bytes>, Infallible>>(4);
    tokio::spawn(async move {
        let mut body = body;
        while let Some(Ok(frame)) = body.frame().await {
            if let Ok(data) = frame.into_data() {
                let _ = sender.send(Ok(Frame::data(data))).await;
            }
        }
        let mut trailers = HeaderMap::new();
        trailers.insert("grpc-status", "0".parse().unwrap());
        trailers.insert("alt-svc", "h3".parse().unwrap());
        let _ = sender.send(Ok(Frame::trailers(trailers))).await;
    });
    receiving(receiver)
}

/// Says how long a body was and what stood behind it.
fn counted(body: Incoming) -> TestBody {
    let (sender, receiver) = mpsc::channel::<Result<Frame<Bytes>, Infallible>>(1);
    tokio::spawn(async move {
        let whole = body.collect().await.unwrap();
        let trailers = match whole.trailers() {
            Some(trailers) => format!("{trailers:?}"),
            None => "no trailers".to_owned(),
        };
        let text = format!("{} bytes, {trailers}", whole.to_bytes().len());
        let _ = sender.send(Ok(Frame::data(text.into()))).await;
    });
    receiving(receiver)
}

/// A stream that never ends by itself.
fn events() -> TestBody {
    let (sender, receiver) = mpsc::channel(4);
    tokio::spawn(async move {
        while sender
            .send(Ok(Frame::data(Bytes::from_static(b"data: tick\n\n"))))
            .await
            .is_ok()
        {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    });
    receiving(receiver)
}

/// Bytes of `/v1/much`.
pub(crate) const MUCH: usize = 64 * 1024 * 1024;

/// As many zeros, as fast as they are taken.
fn zeros(mut left: usize) -> TestBody {
    static ZEROS: [u8; 64 * 1024] = [0; 64 * 1024];
    let stream = futures_util::stream::poll_fn(move |_| {
        let piece = left.min(ZEROS.len());
        left -= piece;
        let data = Bytes::from_static(&ZEROS[..piece]);
        std::task::Poll::Ready((piece > 0).then(|| Ok(Frame::data(data))))
    });
    BodyExt::boxed(StreamBody::new(stream))
}

/// Says back what it was sent in `Authorization`, in several ways.
fn mirror(arrived: &Arrived) -> Response<TestBody> {
    let value = arrived.headers.get("authorization").cloned();
    let text = value.as_ref().map_or("", |value| value.to_str().unwrap());
    let (sender, receiver) = mpsc::channel(4);
    let pieces: Vec<Bytes> = format!("before {text} after {text}")
        .into_bytes()
        .chunks(7)
        .map(Bytes::copy_from_slice)
        .collect();
    tokio::spawn(async move {
        for piece in pieces {
            let _ = sender.send(Ok(Frame::data(piece))).await;
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    });
    let mut response = Response::new(receiving(receiver));
    if let Some(value) = value {
        response.headers_mut().insert("x-echo", value);
    }
    response
}

/// The same as one compressed body; what claims to be another coding is not really.
fn packed(arrived: &Arrived, coding: &'static str) -> Response<TestBody> {
    let value = arrived.headers["authorization"].clone();
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    write!(encoder, "before {} after", value.to_str().unwrap()).unwrap();
    let mut response = Response::new(full(encoder.finish().unwrap()));
    response.headers_mut().insert("x-echo", value);
    response
        .headers_mut()
        .insert("content-encoding", coding.parse().unwrap());
    response
}

pub(crate) fn receiving(
    mut receiver: mpsc::Receiver<Result<Frame<Bytes>, Infallible>>,
) -> TestBody {
    let stream = futures_util::stream::poll_fn(move |cx| receiver.poll_recv(cx));
    BodyExt::boxed(StreamBody::new(stream))
}

/// Answers every message with itself, `echo: ` in front of texts.
fn socket(mut request: Request<Incoming>) -> Response<TestBody> {
    let Some(key) = request.headers().get("sec-websocket-key").cloned() else {
        return Response::builder()
            .status(400)
            .body(full("no key"))
            .unwrap();
    };
    let accept = tokio_tungstenite::tungstenite::handshake::derive_accept_key(key.as_bytes());
    let upgraded = hyper::upgrade::on(&mut request);
    tokio::spawn(async move {
        let io = TokioIo::new(upgraded.await.unwrap());
        let mut socket = WebSocketStream::from_raw_socket(io, Role::Server, None).await;
        while let Some(Ok(message)) = socket.next().await {
            if message.is_close() || socket.send(message).await.is_err() {
                break;
            }
        }
        let _ = socket.close(None).await;
    });
    Response::builder()
        .status(StatusCode::SWITCHING_PROTOCOLS)
        .header("connection", "upgrade")
        .header("upgrade", "websocket")
        .header("sec-websocket-accept", accept)
        .body(Empty::new().boxed())
        .unwrap()
}

/// A TLS stream to `authority` through the proxy.
pub(crate) async fn tunnel(
    proxy: SocketAddr,
    authority: &str,
    ca: &str,
    alpn: &[&[u8]],
) -> TlsStream<TcpStream> {
    let mut stream = TcpStream::connect(proxy).await.unwrap();
    let ask = format!("CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n\r\n");
    stream.write_all(ask.as_bytes()).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    assert!(head.starts_with(b"HTTP/1.1 200"));
    let name = authority.split(':').next().unwrap().to_owned();
    let connector = TlsConnector::from(trusting(ca, alpn));
    let name = ServerName::try_from(name).unwrap();
    connector.connect(name, stream).await.unwrap()
}

pub(crate) async fn http2_client(stream: TlsStream<TcpStream>) -> http2::SendRequest<TestBody> {
    http2_client_with(stream, http2::Builder::new(TokioExecutor::new())).await
}

/// A client that takes 64 KiB before it reads.
pub(crate) async fn slow_client(stream: TlsStream<TcpStream>) -> http2::SendRequest<TestBody> {
    let mut builder = http2::Builder::new(TokioExecutor::new());
    builder
        .initial_stream_window_size(65_535)
        .initial_connection_window_size(65_535);
    http2_client_with(stream, builder).await
}

async fn http2_client_with(
    stream: TlsStream<TcpStream>,
    builder: http2::Builder<TokioExecutor>,
) -> http2::SendRequest<TestBody> {
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    let (sender, connection) = builder.handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    sender
}

pub(crate) async fn http1_client(stream: TlsStream<TcpStream>) -> http1::SendRequest<TestBody> {
    let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection.with_upgrades());
    sender
}

/// Fails a test that hangs.
pub(crate) async fn patiently<T>(future: impl Future<Output = T>) -> T {
    // All tests at once on a slow machine take a multiple of what one takes alone.
    tokio::time::timeout(PATIENCE * 3, future)
        .await
        .expect("this takes too long")
}

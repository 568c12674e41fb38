//! The next hop. Only a [`Permit`] opens a way to it, and it leads where the permit says.

mod error;
mod hop;
mod pool;
mod way;

pub(crate) use error::UpstreamError;
pub(crate) use hop::{Direct, Hop, OuterProxy};
pub(crate) use pool::PutBack;
pub(crate) use way::Way;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use bottle_core::Guard;
use bottle_egress::{Destination, Permit, Scheme};
use http::header::{CONNECTION, CONTENT_LENGTH, HOST, PROXY_AUTHORIZATION, TE, TRANSFER_ENCODING};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Uri};
use hyper::body::Incoming;
use hyper::client::conn::{http1, http2};
use hyper::upgrade::Upgraded;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use self::pool::{Aged, Http1, Http2, Pool, Shared};
use crate::body::Body;
use crate::limits::{
    CONNECT_TIMEOUT, H2_CONNECTION_WINDOW, H2_PING_INTERVAL, H2_PING_TIMEOUT, H2_STREAM_WINDOW,
    MAX_HEAD_BYTES, MAX_HTTP_BUFFER, MAX_INTERIM, MAX_UPSTREAM_CONNECTIONS, RESPONSE_HEAD_TIMEOUT,
};
use crate::place::default_port;
use crate::watched::Watched;
use crate::websocket::{Handshake, Upgrade};

/// A request after the gate prepared it; the target is in the permit.
pub(crate) struct Outgoing {
    pub(crate) method: Method,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Body,
    /// What the client speaks, which is offered to the next hop, too.
    pub(crate) version: HttpVersion,
    /// What it wants to become.
    pub(crate) upgrade: Upgrade,
}

/// A version of HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HttpVersion {
    /// HTTP/1.1 (or 1.0).
    Http1,
    /// HTTP/2.
    Http2,
}

/// An answer, and the connection that becomes free with its end.
pub(crate) struct Answered {
    pub(crate) response: Response<Incoming>,
    pub(crate) put_back: Option<PutBack>,
    /// The open WebSocket behind a 101, and the handshake that made it.
    pub(crate) socket: Option<(Upgraded, Handshake)>,
}

/// The only exit of a service.
pub(crate) struct Upstream {
    way: Watched<Way>,
    pool: Arc<Pool>,
    slots: Arc<Semaphore>,
}

/// A stream to the next hop, encrypted or not.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

enum Sender {
    Http1(Aged),
    Http2(Http2),
}

impl Upstream {
    /// An exit over `way`.
    pub(crate) fn new(way: Way) -> Self {
        Self {
            way: Watched::new(way),
            pool: Arc::default(),
            slots: Arc::new(Semaphore::new(MAX_UPSTREAM_CONNECTIONS)),
        }
    }

    /// From now on over `way`. Connections of the old one carry no further request when it is another one.
    pub(crate) fn replace(&self, way: Way) {
        if !self.way.get().is_same(&way) {
            self.way.set(way);
            self.pool.clear();
        }
    }

    /// How the error of this exit is told.
    pub(crate) fn code(&self, error: &UpstreamError) -> bottle_egress::DenialCode {
        error.code(&self.way.get().hop)
    }

    /// Sends a request where `permit` says, over an open connection if one leads there.
    ///
    /// # Errors
    ///
    /// [`UpstreamError`]; a request is sent a second time only when not one byte of it went out.
    pub(crate) async fn send(
        &self,
        permit: Permit<'_>,
        outgoing: Outgoing,
    ) -> Result<Answered, UpstreamError> {
        let way = self.way.get();
        let destination = permit.destination();
        let wish = match destination.scheme {
            // In clear nobody says what he speaks.
            Scheme::Http => HttpVersion::Http1,
            Scheme::Https => outgoing.version,
        };
        let upgrade = outgoing.upgrade.clone();
        let mut request = request(&way.hop, &permit, outgoing)?;
        if let Upgrade::WebSocket(handshake) = upgrade {
            return self
                .open_websocket(&way, destination, request, handshake)
                .await;
        }
        if wish == HttpVersion::Http1
            && let Some(open) = self.pool.take(destination).await
        {
            match self.exchange1(destination, open, request).await {
                Exchanged::Answered(answered) => return checked(*answered),
                Exchanged::Unsent(again) => request = *again,
                Exchanged::Failed(error) => return Err(error),
            }
        }
        let sender = match wish {
            HttpVersion::Http1 => Sender::Http1(self.open1(&way, destination).await?),
            HttpVersion::Http2 => self.open_any(&way, destination).await?,
        };
        let exchanged = match sender {
            Sender::Http1(open) => self.exchange1(destination, open, request).await,
            Sender::Http2(open) => exchange2(open, destination, request).await,
        };
        match exchanged {
            Exchanged::Answered(answered) => checked(*answered),
            Exchanged::Unsent(_) => Err(UpstreamError::Closed),
            Exchanged::Failed(error) => Err(error),
        }
    }

    async fn open1(&self, way: &Way, destination: &Destination) -> Result<Aged, UpstreamError> {
        let slot = self.slot().await?;
        let (stream, _) = way.secure_stream(destination, HttpVersion::Http1).await?;
        let (sender, connection) = handshake1(stream).await?;
        drive(connection, slot);
        let opened = Instant::now();
        Ok(Aged { sender, opened })
    }

    /// Makes a WebSocket on a connection of its own. An answer other than 101 is one like any other.
    async fn open_websocket(
        &self,
        way: &Way,
        destination: &Destination,
        mut request: Request<Body>,
        handshake: Handshake,
    ) -> Result<Answered, UpstreamError> {
        let slot = self.slot().await?;
        let (stream, _) = way.secure_stream(destination, HttpVersion::Http1).await?;
        let (mut sender, connection) = handshake1(stream).await?;
        drive(connection.with_upgrades(), slot);
        let interim = count_interim(&mut request);
        let mut response = tokio::select! {
            biased;
            () = interim.notified() => return Err(UpstreamError::Interim),
            answered = timeout(RESPONSE_HEAD_TIMEOUT, sender.send_request(request)) => {
                answered.map_err(|_| UpstreamError::TimedOut)?.map_err(UpstreamError::Exchange)?
            }
        };
        let mut socket = None;
        if response.status() == StatusCode::SWITCHING_PROTOCOLS {
            if !handshake.is_answered_by(&response) && Guard::WebSocketAccept.is_on() {
                return Err(UpstreamError::WebSocket);
            }
            let upgraded = hyper::upgrade::on(&mut response).await;
            socket = Some((upgraded.map_err(UpstreamError::Exchange)?, handshake));
        }
        Ok(Answered {
            response,
            put_back: None,
            socket,
        })
    }

    /// A connection that speaks HTTP/2 if the other side does.
    async fn open_any(
        &self,
        way: &Way,
        destination: &Destination,
    ) -> Result<Sender, UpstreamError> {
        let shared = self.pool.shared(destination);
        if shared.refuses_http2() {
            return self.any1(way, destination).await;
        }
        let mut connection = shared.connection.lock().await;
        if let Some(open) = Shared::usable(connection.as_ref()) {
            return Ok(Sender::Http2(open));
        }
        if shared.refuses_http2() {
            drop(connection);
            return self.any1(way, destination).await;
        }
        let slot = self.slot().await?;
        let (stream, spoken) = way.secure_stream(destination, HttpVersion::Http2).await?;
        if spoken == HttpVersion::Http1 {
            shared.only_http1.store(true, Ordering::Relaxed);
            drop(connection);
            let (sender, driven) = handshake1(stream).await?;
            drive(driven, slot);
            let opened = Instant::now();
            return Ok(Sender::Http1(Aged { sender, opened }));
        }
        let (sender, driven) = handshake2(stream).await?;
        drive(driven, slot);
        *connection = Some((sender.clone(), Instant::now()));
        Ok(Sender::Http2(sender))
    }

    async fn any1(&self, way: &Way, destination: &Destination) -> Result<Sender, UpstreamError> {
        let open = match self.pool.take(destination).await {
            Some(open) => open,
            None => self.open1(way, destination).await?,
        };
        Ok(Sender::Http1(open))
    }

    /// The right to open one more connection. When there is none left, idle ones make room.
    async fn slot(&self) -> Result<OwnedSemaphorePermit, UpstreamError> {
        if let Ok(slot) = Arc::clone(&self.slots).try_acquire_owned() {
            return Ok(slot);
        }
        self.pool.clear();
        let slot = timeout(CONNECT_TIMEOUT, Arc::clone(&self.slots).acquire_owned()).await;
        slot.ok().and_then(Result::ok).ok_or(UpstreamError::Full)
    }

    async fn exchange1(
        &self,
        destination: &Destination,
        mut open: Aged,
        mut request: Request<Body>,
    ) -> Exchanged {
        let interim = count_interim(&mut request);
        let sent = open.sender.try_send_request(request);
        let response = tokio::select! {
            // The flood comes before the answer: it must not lose against it.
            biased;
            () = interim.notified() => return Exchanged::Failed(UpstreamError::Interim),
            answered = timeout(RESPONSE_HEAD_TIMEOUT, sent) => answered,
        };
        match response {
            Ok(Ok(response)) => Exchanged::Answered(Box::new(Answered {
                response,
                put_back: Some(PutBack {
                    pool: Arc::clone(&self.pool),
                    destination: destination.clone(),
                    connection: open,
                }),
                socket: None,
            })),
            Ok(Err(error)) => unsent(error),
            Err(_) => Exchanged::Failed(UpstreamError::TimedOut),
        }
    }
}

enum Exchanged {
    Answered(Box<Answered>),
    Unsent(Box<Request<Body>>),
    Failed(UpstreamError),
}

fn unsent(mut error: hyper::client::conn::TrySendError<Request<Body>>) -> Exchanged {
    match error.take_message() {
        Some(request) => Exchanged::Unsent(Box::new(request)),
        None => Exchanged::Failed(UpstreamError::Exchange(error.into_error())),
    }
}

async fn exchange2(
    mut sender: Http2,
    destination: &Destination,
    mut request: Request<Body>,
) -> Exchanged {
    if let Err(error) = absolute(&mut request, destination) {
        return Exchanged::Failed(error);
    }
    let exchange = async {
        // Waits while the other side takes no further stream.
        sender.ready().await.map_err(UpstreamError::Exchange)?;
        Ok(sender.try_send_request(request).await)
    };
    match timeout(RESPONSE_HEAD_TIMEOUT, exchange).await {
        Ok(Ok(Ok(response))) => Exchanged::Answered(Box::new(Answered {
            response,
            put_back: None,
            socket: None,
        })),
        Ok(Ok(Err(error))) => unsent(error),
        Ok(Err(error)) => Exchanged::Failed(error),
        Err(_) => Exchanged::Failed(UpstreamError::TimedOut),
    }
}

/// HTTP/2 has the authority beside the path and no `Host`.
pub(crate) fn absolute(
    request: &mut Request<Body>,
    destination: &Destination,
) -> Result<(), UpstreamError> {
    let target = request
        .uri()
        .path_and_query()
        .map_or("/", |target| target.as_str());
    let authority = authority(destination);
    let uri = Uri::builder()
        .scheme("https")
        .authority(authority)
        .path_and_query(target)
        .build()
        .map_err(UpstreamError::Request)?;
    *request.uri_mut() = uri;
    request.headers_mut().remove(HOST);
    Ok(())
}

/// Tells when an answer is announced more often than anybody has reason to.
fn count_interim(request: &mut Request<Body>) -> Arc<Notify> {
    let (seen, enough) = (AtomicUsize::new(0), Arc::new(Notify::new()));
    let tell = Arc::clone(&enough);
    hyper::ext::on_informational(request, move |_| {
        if seen.fetch_add(1, Ordering::Relaxed) >= MAX_INTERIM && Guard::Interim.is_on() {
            tell.notify_one();
        }
    });
    enough
}

/// Upgrades are asked for elsewhere, so an upstream that switches protocols here is not to be talked to.
fn checked(answered: Answered) -> Result<Answered, UpstreamError> {
    let switches = answered.response.status() == StatusCode::SWITCHING_PROTOCOLS;
    if switches && Guard::UnaskedSwitch.is_on() {
        return Err(UpstreamError::Switched);
    }
    if is_framed_twice(answered.response.headers()) && Guard::AnswerFraming.is_on() {
        return Err(UpstreamError::Framing);
    }
    Ok(answered)
}

/// Whether the end of an answer can be understood in two ways: by its length, and by its coding.
fn is_framed_twice(headers: &HeaderMap) -> bool {
    let mut codings = headers.get_all(TRANSFER_ENCODING).iter();
    let plain = codings.all(|coding| coding.as_bytes().eq_ignore_ascii_case(b"chunked"));
    let both = headers.contains_key(TRANSFER_ENCODING) && headers.contains_key(CONTENT_LENGTH);
    both || !plain
}

pub(crate) fn request(
    hop: &Hop,
    permit: &Permit<'_>,
    outgoing: Outgoing,
) -> Result<Request<Body>, UpstreamError> {
    let Outgoing {
        method,
        headers,
        body,
        version,
        upgrade,
    } = outgoing;
    let destination = permit.destination();
    let authority = authority(destination);
    let absolute = destination.scheme == Scheme::Http && !matches!(hop, Hop::Direct(_));
    let uri = if absolute {
        // The server as a whole has no path in this form (RFC 9112 §3.2.4).
        let target = Some(permit.target()).filter(|target| *target != "*");
        let target = target.unwrap_or_default();
        format!("http://{authority}{target}").parse::<Uri>()
    } else {
        permit.target().parse()
    };
    let mut request = Request::new(body);
    *request.method_mut() = method;
    *request.uri_mut() = uri.map_err(|error| UpstreamError::Request(error.into()))?;
    *request.headers_mut() = headers;
    let host =
        HeaderValue::from_str(&authority).map_err(|error| UpstreamError::Request(error.into()))?;
    request.headers_mut().insert(HOST, host);
    if let Upgrade::WebSocket(handshake) = &upgrade {
        handshake.write(request.headers_mut());
    } else if version == HttpVersion::Http1 && request.headers().contains_key(TE) {
        request
            .headers_mut()
            .insert(CONNECTION, HeaderValue::from_static("te"));
    }
    if let (
        true,
        Hop::Proxy(OuterProxy {
            authorization: Some(value),
            ..
        }),
    ) = (absolute, hop)
    {
        request
            .headers_mut()
            .insert(PROXY_AUTHORIZATION, value.clone());
    }
    Ok(request)
}

fn authority(destination: &Destination) -> String {
    let Destination { scheme, host, port } = destination;
    if *port == default_port(*scheme) {
        host.to_string()
    } else {
        format!("{host}:{port}")
    }
}

type Io = TokioIo<Box<dyn Stream>>;

async fn handshake1(
    stream: Box<dyn Stream>,
) -> Result<(Http1, http1::Connection<Io, Body>), UpstreamError> {
    let mut builder = http1::Builder::new();
    builder.max_buf_size(MAX_HTTP_BUFFER);
    builder
        .handshake(TokioIo::new(stream))
        .await
        .map_err(UpstreamError::Exchange)
}

async fn handshake2(
    stream: Box<dyn Stream>,
) -> Result<(Http2, http2::Connection<Io, Body, TokioExecutor>), UpstreamError> {
    let mut builder = http2::Builder::new(TokioExecutor::new());
    builder
        .timer(TokioTimer::new())
        .initial_stream_window_size(H2_STREAM_WINDOW)
        .initial_connection_window_size(H2_CONNECTION_WINDOW)
        .max_header_list_size(u32::try_from(MAX_HEAD_BYTES).unwrap_or(u32::MAX))
        .keep_alive_interval(H2_PING_INTERVAL)
        .keep_alive_timeout(H2_PING_TIMEOUT);
    builder
        .handshake(TokioIo::new(stream))
        .await
        .map_err(UpstreamError::Exchange)
}

/// Moves a connection's bytes until it ends; its slot is free then.
fn drive(
    connection: impl Future<Output = Result<(), hyper::Error>> + Send + 'static,
    slot: OwnedSemaphorePermit,
) {
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "upstream connection ended");
        }
        drop(slot);
    });
}

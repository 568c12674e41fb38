//! A WebSocket between client and next hop: whole messages are looked at and passed on, in both directions.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use bottle_pipelock::MessageScan;
use bytes::Bytes;
use futures_util::{Sink, SinkExt, Stream, StreamExt};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message, Utf8Bytes};

use crate::body::Counter;
use crate::decision_log::OpenRecord;
use crate::gate::{Gate, Message as Judged, Refusal, Sender};
use crate::grant::{Grant, GrantedRequest};
use crate::limits::{MAX_WS_MESSAGE, MAX_WS_WRITE_BUFFER, STALL_TIMEOUT, WS_CLOSE_TIMEOUT};
use crate::mask::Mask;
use crate::stop::Stop;
use crate::watch::{Sign, Watch};

/// What the log and the close frame say when the rules changed under an open WebSocket.
const REVOKED: &str = "policy.revoked";

/// A WebSocket of which the next hop's side is open.
pub(super) struct Relay {
    pub(super) upstream: Upgraded,
    pub(super) record: OpenRecord,
    pub(super) grant: Grant,
    /// Covers what was sent with the handshake.
    pub(super) mask: Option<Arc<Mask>>,
    /// How the messages of the next hop are watched.
    pub(super) watch: Option<Watch>,
}

/// Why a WebSocket ends.
enum End {
    /// One side said goodbye or went away.
    Closed(Option<CloseFrame>),
    /// A message was refused.
    Refused(Refusal),
    /// The rules do not grant it any more.
    Revoked,
    /// Nobody said anything for too long, or the service stops.
    Away,
}

/// When the last message passed, in milliseconds since the beginning.
struct Activity {
    began: Instant,
    last: AtomicU64,
}

impl Activity {
    fn new() -> Self {
        Self {
            began: Instant::now(),
            last: AtomicU64::new(0),
        }
    }

    fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn note(&self) {
        self.last.store(self.now(), Ordering::Relaxed);
    }

    fn is_stale(&self) -> bool {
        let still = self.now().saturating_sub(self.last.load(Ordering::Relaxed));
        u128::from(still) >= STALL_TIMEOUT.as_millis()
    }
}

/// Passes messages on until one side ends, a message is refused, or the grant is gone.
pub(super) async fn relay<G, S>(gate: &G, client: S, relay: Relay, mut stop: Stop)
where
    G: Gate,
    S: AsyncRead + AsyncWrite + Unpin + Send,
{
    let Relay {
        upstream,
        mut record,
        grant,
        mask,
        watch,
    } = relay;
    let opened_with = mask.as_ref();
    let settings = Some(settings());
    let client = WebSocketStream::from_raw_socket(client, Role::Server, settings).await;
    let upstream = TokioIo::new(upstream);
    let upstream = WebSocketStream::from_raw_socket(upstream, Role::Client, settings).await;
    let (mut to_client, mut from_client) = client.split();
    let (mut to_upstream, mut from_upstream) = upstream.split();
    let (activity, found) = (Activity::new(), OnceLock::new());
    let (bytes_in, bytes_out) = (record.bytes_in(), record.bytes_out());
    let mut out = Lane {
        gate,
        request: grant.request(),
        sender: Sender::Client,
        opened_with,
        watch: None,
        found: &found,
        activity: &activity,
        counter: &bytes_in,
        before: MessageScan::default(),
    };
    let mut back = Lane {
        gate,
        request: grant.request(),
        sender: Sender::Upstream,
        opened_with,
        watch: watch.as_ref(),
        found: &found,
        activity: &activity,
        counter: &bytes_out,
        before: MessageScan::default(),
    };
    let end = tokio::select! {
        end = out.pump(&mut from_client, &mut to_upstream) => end,
        end = back.pump(&mut from_upstream, &mut to_client) => end,
        () = grant.clone().lost() => End::Revoked,
        () = stop.requested() => End::Away,
    };
    let goodbye = goodbye(&end);
    record.record.injection = found.into_inner().map(Sign::name);
    match &end {
        End::Refused(refusal) => record.record.refused_for(refusal),
        End::Revoked => record.record.refused(REVOKED.to_owned(), 101),
        End::Closed(_) | End::Away => {}
    }
    let close = async {
        // A side that is gone already says so; the other one is told all the same.
        let _ = to_upstream.send(goodbye.clone()).await;
        let _ = to_client.send(goodbye).await;
        let _ = (to_upstream.flush().await, to_client.flush().await);
        while from_client
            .next()
            .await
            .is_some_and(|message| message.is_ok())
        {}
    };
    let _ = timeout(WS_CLOSE_TIMEOUT, close).await;
}

fn settings() -> WebSocketConfig {
    WebSocketConfig::default()
        .max_message_size(Some(MAX_WS_MESSAGE))
        .max_frame_size(Some(MAX_WS_MESSAGE))
        .max_write_buffer_size(MAX_WS_WRITE_BUFFER)
        .write_buffer_size(0)
}

fn goodbye(end: &End) -> Message {
    let because = |code, reason: &str| {
        Message::Close(Some(CloseFrame {
            code,
            reason: reason.into(),
        }))
    };
    match end {
        End::Closed(frame) => Message::Close(frame.clone()),
        End::Refused(refusal) => because(CloseCode::Policy, refusal.code.as_str()),
        End::Revoked => because(CloseCode::Policy, REVOKED),
        End::Away => because(CloseCode::Away, "the proxy stops"),
    }
}

/// One direction.
struct Lane<'a, G> {
    gate: &'a G,
    request: &'a GrantedRequest,
    sender: Sender,
    opened_with: Option<&'a Arc<Mask>>,
    watch: Option<&'a Watch>,
    /// The first order to the model that was found.
    found: &'a OnceLock<Sign>,
    activity: &'a Activity,
    counter: &'a Counter,
    /// What was said in this direction.
    before: MessageScan,
}

impl<G: Gate> Lane<'_, G> {
    async fn pump(
        &mut self,
        from: &mut (impl Stream<Item = Result<Message, Error>> + Unpin),
        to: &mut (impl Sink<Message, Error = Error> + Unpin),
    ) -> End {
        loop {
            let message = match timeout(STALL_TIMEOUT, from.next()).await {
                Ok(Some(Ok(message))) => message,
                Ok(Some(Err(_)) | None) => return End::Closed(None),
                Err(_) if self.activity.is_stale() => return End::Away,
                Err(_) => continue,
            };
            self.activity.note();
            self.counter.add(message.len());
            let message = match message {
                Message::Text(text) => self.text(text).await,
                Message::Binary(bytes) => self.judged(bytes).await.map(Message::Binary),
                Message::Close(frame) => return self.close(frame).await,
                // Each hop answers pings itself.
                Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => continue,
            };
            match message {
                Ok(message) => {
                    if to.send(message).await.is_err() {
                        return End::Closed(None);
                    }
                }
                Err(refusal) => return End::Refused(refusal),
            }
        }
    }

    async fn judged(&mut self, bytes: Bytes) -> Result<Bytes, Refusal> {
        if let Some(watch) = self.watch
            && let Some(sign) = watch.message(bytes.clone()).await?
        {
            self.found.get_or_init(|| sign);
            watch.permits(sign)?;
        }
        self.gate.message(Judged {
            request: self.request,
            sender: self.sender,
            opened_with: self.opened_with,
            bytes,
            before: &mut self.before,
        })
    }

    async fn text(&mut self, text: Utf8Bytes) -> Result<Message, Refusal> {
        let bytes = self.judged(text.into()).await?;
        // What is put in place of a secret is ASCII, so text stays text.
        Ok(Utf8Bytes::try_from(bytes).map_or(Message::Binary(Bytes::new()), Message::Text))
    }

    /// The words of a goodbye are a message like any other.
    async fn close(&mut self, frame: Option<CloseFrame>) -> End {
        let Some(CloseFrame { code, reason }) = frame else {
            return End::Closed(None);
        };
        match self.judged(reason.into()).await {
            Ok(reason) => End::Closed(
                Utf8Bytes::try_from(reason)
                    .ok()
                    .map(|reason| CloseFrame { code, reason }),
            ),
            Err(refusal) => End::Refused(refusal),
        }
    }
}

//! Every wait and every buffer of the proxy has a name here, with what it protects.

use std::time::Duration;

/// Connections served at once. Beyond it new ones wait in the kernel's backlog: an agent can only starve itself.
pub(crate) const MAX_CONNECTIONS: usize = 1024;

/// Bytes of one request head. A long cookie (16 KiB) must pass; a header flood must not grow memory.
pub(crate) const MAX_HEAD_BYTES: usize = 64 * 1024;

/// Bytes that hyper may buffer of a message: twice a head, so that the head limit is the one that speaks.
pub(crate) const MAX_HTTP_BUFFER: usize = 2 * MAX_HEAD_BYTES;

/// Bytes of extensions on one chunk-size line. Nobody uses them; they are a place to hide data.
pub(crate) const MAX_CHUNK_EXTENSION: usize = 256;

/// Bytes of trailers after a chunked body. They are dropped, so this only bounds the reading.
pub(crate) const MAX_TRAILER_BYTES: usize = 16 * 1024;

/// Bytes kept while we find out whether a connection speaks TLS or HTTP.
pub(crate) const FIRST_BYTES_BUFFER: usize = 512;

/// From accept (or CONNECT) to knowing the protocol: a silent client must not hold a slot.
pub(crate) const FIRST_BYTES_TIMEOUT: Duration = Duration::from_secs(15);

/// The whole TLS handshake with the agent.
pub(crate) const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(15);

/// From the first to the last byte of a request head, outside and inside tunnels.
pub(crate) const HEAD_TIMEOUT: Duration = Duration::from_secs(15);

/// How long a kept-alive connection may lie idle between two requests.
pub(crate) const IDLE_TIMEOUT: Duration = Duration::from_mins(5);

/// No byte of a body in this time ends the transfer. Long, because models think for minutes before they speak.
pub(crate) const STALL_TIMEOUT: Duration = Duration::from_mins(15);

/// From the request sent to the response head: the same patience as for a body.
pub(crate) const RESPONSE_HEAD_TIMEOUT: Duration = STALL_TIMEOUT;

/// A TCP connection to whichever address of a name answers first.
pub(crate) const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// How long an address is tried alone before the next one is tried, too (RFC 8305, section 5).
pub(crate) const CONNECT_DELAY: Duration = Duration::from_millis(250);

/// From wanting a connection to the next hop to having one: room, name, address, tunnel and TLS together.
pub(crate) const DIAL_TIMEOUT: Duration = Duration::from_secs(20);

/// How long a request waits for room among the connections and streams to the next hop.
pub(crate) const SLOT_WAIT: Duration = Duration::from_secs(10);

/// How often one request is sent when the other side says each time, or shows, that it did not look at it.
pub(crate) const MAX_SENDS: usize = 6;

/// Bytes of a request body that is kept until the answer begins, in case it must be sent again.
pub(crate) const MAX_REPLAY_BYTES: usize = 1024 * 1024;

/// TLS handshake with the next hop, and its answer to our CONNECT.
pub(crate) const UPSTREAM_HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(15);

/// Resolving one name, all retries included.
pub(crate) const RESOLVE_TIMEOUT: Duration = Duration::from_secs(10);

/// One UDP query before it is sent again.
pub(crate) const RESOLVE_TRY_TIMEOUT: Duration = Duration::from_secs(2);

/// How long to wait for a kept-alive upstream connection to become ready before a new one is made.
pub(crate) const REUSE_WAIT: Duration = Duration::from_millis(50);

/// Connections to the next hop at once. Beyond it idle ones are closed first, then requests wait for a while.
pub(crate) const MAX_UPSTREAM_CONNECTIONS: usize = 1024;

/// Connections to one authority at once, idle, busy and upgraded ones: one slow host does not take all of them.
pub(crate) const MAX_CONNECTIONS_PER_AUTHORITY: usize = 256;

/// Idle connections kept for one authority.
pub(crate) const MAX_IDLE_PER_AUTHORITY: usize = 64;

/// Idle connections kept over all authorities.
pub(crate) const MAX_IDLE: usize = 256;

/// Authorities that are remembered though nothing is under way to them.
pub(crate) const MAX_AUTHORITIES: usize = 256;

/// How often connections that lay idle for too long are looked for, when there is traffic at all.
pub(crate) const POOL_SWEEP: Duration = Duration::from_secs(15);

/// An idle connection to the next hop is not used again after this time: its other end may have given it up.
pub(crate) const POOL_IDLE_TIMEOUT: Duration = Duration::from_mins(1);

/// A connection to the next hop carries no new request after this time, so that names are resolved and checked anew.
pub(crate) const CONNECTION_MAX_AGE: Duration = Duration::from_mins(10);

/// Interim answers (1xx) before an answer. One or two are usual; a flood is cut off.
pub(crate) const MAX_INTERIM: usize = 16;

/// Streams at once on one HTTP/2 connection of a client.
pub(crate) const H2_MAX_STREAMS: u32 = 128;

/// Bytes of a request that may be on their way on one HTTP/2 stream of a client, which is near.
pub(crate) const H2_CLIENT_WINDOW: u32 = 64 * 1024;

/// Bytes of requests that may be on their way on one HTTP/2 connection of a client: as much as
/// [`H2_UPSTREAM_STREAMS`] streams can hold back. Egress opens no more of them on one connection to pipelock, so that
/// uploads of one client that wait there hold up nobody else.
pub(crate) const H2_CLIENT_CONNECTION_WINDOW: u32 = H2_UPSTREAM_STREAMS * H2_CLIENT_WINDOW;

/// HTTP/2 connections of clients that get so much (32 × 2 MiB = 64 MiB); further ones must do with
/// [`H2_NARROW_WINDOW`] (992 × 64 KiB = 62 MiB), so that nobody fills the memory with uploads that nothing reads.
pub(crate) const H2_WIDE_CONNECTIONS: usize = 32;

/// What protocol gives every connection.
pub(crate) const H2_NARROW_WINDOW: u32 = 65_535;

/// Streams at once over all HTTP/2 connections to next hops. It bounds the memory for answers that clients do not
/// read: 256 × [`H2_STREAM_WINDOW`] = 64 MiB outside, 256 × [`H2_INNER_WINDOW`] = 16 MiB towards pipelock.
pub(crate) const MAX_UPSTREAM_STREAMS: usize = 256;

/// Streams at once on one HTTP/2 connection to a next hop. When they are taken, another connection is opened.
pub(crate) const H2_UPSTREAM_STREAMS: u32 = 32;

/// HTTP/2 connections to one authority: with all streams of them it can hold half of [`MAX_UPSTREAM_STREAMS`].
pub(crate) const H2_CONNECTIONS_PER_AUTHORITY: usize = 4;

/// Bytes of an answer that may be on their way on one HTTP/2 stream from outside: 2.5 MB/s at a distance of 100 ms.
pub(crate) const H2_STREAM_WINDOW: u32 = 256 * 1024;

/// The same from pipelock, which is near.
pub(crate) const H2_INNER_WINDOW: u32 = 64 * 1024;

/// Bytes that are kept for sending on one HTTP/2 stream: two frames, one being written and the next. Answers are under
/// way for at most [`MAX_UPSTREAM_STREAMS`] + [`MAX_UPSTREAM_CONNECTIONS`] requests: 1280 × 32 KiB = 40 MiB.
pub(crate) const H2_SEND_BUFFER: usize = 32 * 1024;

/// Streams that a client reset before they were looked at; more is the rapid-reset attack, and ends the connection.
pub(crate) const H2_MAX_PENDING_RESETS: usize = 20;

/// Streams that were reset here because of a client's mistakes; more ends the connection.
pub(crate) const H2_MAX_ERROR_RESETS: usize = 64;

/// A silent HTTP/2 connection is asked for a sign of life this often.
pub(crate) const H2_PING_INTERVAL: Duration = Duration::from_mins(1);

/// And must give it within this time.
pub(crate) const H2_PING_TIMEOUT: Duration = Duration::from_secs(20);

/// How often an HTTP/2 connection is looked at for having been idle for [`IDLE_TIMEOUT`].
pub(crate) const H2_IDLE_CHECK: Duration = Duration::from_secs(30);

/// Bytes of one WebSocket message: it is held as a whole to be scanned.
pub(crate) const MAX_WS_MESSAGE: usize = 16 * 1024 * 1024;

/// Bytes that wait to be written to a slow WebSocket peer.
pub(crate) const MAX_WS_WRITE_BUFFER: usize = 2 * MAX_WS_MESSAGE;

/// How long a WebSocket may take to say goodbye.
pub(crate) const WS_CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

/// Bytes of the shortest part of an answer that may be asked for where a credential could come back: longer than any
/// credential, so that none is put together out of parts.
pub(crate) const MIN_RANGE: u64 = 4096;

/// How often the policy file is looked at for having been replaced.
pub(crate) const RELOAD_CHECK: Duration = Duration::from_millis(250);

/// How often the clocks are looked at while a grant has an end: how late it is noticed that a clock was set forward.
pub(crate) const LEASE_CHECK: Duration = Duration::from_secs(1);

/// The next hop's answer to CONNECT: a status line and few headers.
pub(crate) const MAX_CONNECT_ANSWER: usize = 8 * 1024;

/// A request body that pipelock holds to scan it must arrive within this time.
pub(crate) const BODY_TIMEOUT: Duration = Duration::from_mins(5);

/// KiB of request bodies that pipelock holds at once, over all connections. Further ones wait for room.
pub(crate) const BODY_ROOM_KIB: u32 = 96 * 1024;

/// Bytes of a refused request's body that are read and thrown away so that the client gets to see the answer.
pub(crate) const MAX_DRAIN_BYTES: u64 = 16 * 1024 * 1024;

/// How long such a body is read.
pub(crate) const DRAIN_TIMEOUT: Duration = Duration::from_secs(2);

/// How long a connection that we close is still read, so that the last answer is not lost to a reset.
pub(crate) const LINGER_TIMEOUT: Duration = Duration::from_millis(500);

/// Certificates kept, one per name that was asked for. An agent that invents names only costs itself time.
pub(crate) const MAX_LEAFS: usize = 512;

/// A kept certificate is issued anew after this time, long before it expires.
pub(crate) const LEAF_TTL: Duration = Duration::from_hours(24);

/// TLS sessions with next hops that are kept for resumption, over all names. Clients keep their own.
pub(crate) const MAX_TLS_SESSIONS: usize = 1024;

/// Refusals kept for `_egress.local/denials`.
pub(crate) const MAX_DENIALS: usize = 100;

/// Decision lines waiting to be written. When the reader of our stdout stops, requests wait with it.
pub(crate) const MAX_LOG_LINES: usize = 4096;

/// Bytes of the secrets file: more is not a secrets file.
pub(crate) const MAX_SECRETS_BYTES: u64 = 1024 * 1024;

/// Bytes of a body that are scanned between other work; more of them are scanned on a thread of their own.
pub(crate) const MAX_SCAN_INLINE: usize = 32 * 1024;

/// Bytes of a body that flows which are scanned at once, with what came before them.
pub(crate) const SCAN_BATCH: usize = 64 * 1024;

/// Bytes of a body without structure that are held before it flows: enough to see whether it has one.
pub(crate) const FIRST_LOOK: usize = 64 * 1024;

/// Long bodies that are scanned at the same time; further ones wait for their turn.
pub(crate) const MAX_SCANS: usize = 2;

/// Bytes of an answer that are held at most until they were looked at for orders to the model.
pub(crate) const RESPONSE_HOLD_BYTES: usize = 256 * 1024;

/// How long such an answer may take to arrive; then it flows on as it comes.
pub(crate) const RESPONSE_HOLD_TIMEOUT: Duration = Duration::from_secs(2);

/// Answers that are held at once: 128 × 256 KiB = 32 MiB. Further ones are not held and flow on as they come.
pub(crate) const MAX_HELD_RESPONSES: usize = 128;

/// Bytes of a flowing answer that are looked at together, so that nothing else waits for long.
pub(crate) const RESPONSE_STEP: usize = 16 * 1024;

/// Bytes of what flowed on already that are looked at once more with what follows.
pub(crate) const RESPONSE_BACK: usize = 4 * 1024;

/// So many times as many bytes may come out of a compressed answer: a text of ever the same line is packed to a hundredth.
pub(crate) const MAX_UNPACKING: u64 = 200;

/// Bytes that may come out of a compressed answer that is read as a whole: several times the longest that is gathered, and
/// no thread is busy with it for long.
pub(crate) const MAX_UNPACKED: usize = 4 * 1024 * 1024;

/// Values that are looked for by pipelock, those that were replaced since it started among them; the oldest go first.
pub(crate) const MAX_KNOWN_VALUES: usize = 256;

/// Destinations (registered domains) of which pipelock remembers what was sent lately; the one that nobody wrote to for the
/// longest time gives way. With [`TRAIL_PLACES`] of 4 KiB each it is 16 MiB.
pub(crate) const MAX_TRAILS: usize = 64;

/// Places in the requests to one destination (parameters, members, fields) of which the last KiB are remembered, to be looked
/// at together with what the next request says there.
pub(crate) const TRAIL_PLACES: usize = 64;

/// How long what was said at such a place is remembered when nothing more is said there.
pub(crate) const TRAIL_AGE: Duration = Duration::from_mins(10);

/// Bytes that the encoded labels of names under one domain may carry within [`NAME_DATA_AGE`], where a wildcard lets the
/// agent choose them (`dlp.names`): fewer than the shortest file with a private key has.
pub(crate) const MAX_NAME_DATA: usize = 256;

/// How long such a label counts; one that comes again counts once.
pub(crate) const NAME_DATA_AGE: Duration = Duration::from_hours(1);

/// Bytes of a policy or certificate file.
pub(crate) const MAX_CONFIG_BYTES: u64 = 8 * 1024 * 1024;

/// After a stop signal: connections have this long to finish what they are doing.
pub(crate) const STOP_GRACE: Duration = Duration::from_millis(700);

/// One DNS message over UDP or TCP that we are ready to read.
pub(crate) const MAX_DNS_MESSAGE: usize = 4096;

/// The longest answer over TCP (RFC 1035, section 4.2.2) to a question of ours that did not fit into a datagram.
pub(crate) const MAX_DNS_TCP_ANSWER: usize = 65_535;

/// DNS-over-TCP connections served at once.
pub(crate) const MAX_DNS_CONNECTIONS: usize = 64;

/// One DNS-over-TCP connection, from accept to the last answer.
pub(crate) const DNS_TCP_TIMEOUT: Duration = Duration::from_secs(5);

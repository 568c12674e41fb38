//! Every wait and every buffer of the gate has a name here, with what it protects.

use std::time::Duration;

/// Limits that are not the same everywhere: a test cannot wait for an hour. The default is what a bottle has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GateLimits {
    /// No byte in either direction in this time ends a connection.
    pub idle: Duration,
    /// The whole of a connection, however busy.
    pub connection: Duration,
    /// Bytes of all mirrors. With more than that, nothing more is taken from the bottle.
    pub data_bytes: u64,
}

impl Default for GateLimits {
    fn default() -> Self {
        Self {
            idle: IDLE_TIMEOUT,
            connection: CONNECTION_TIMEOUT,
            data_bytes: MAX_DATA_BYTES,
        }
    }
}

/// Connections served at once. Each is a git of its own; an agent can only starve itself.
pub(crate) const MAX_CONNECTIONS: usize = 32;

/// Connections from one address. Less than all, so that the health check is answered during a flood.
pub(crate) const MAX_PER_PEER: usize = 24;

/// Pushes received at once: each has its pack on the disk before anything of it is judged.
pub(crate) const MAX_PUSHES: usize = 4;

/// Connections that are told that there are too many already, at once. Beyond it they are closed without a word.
pub(crate) const MAX_TURNED_AWAY: usize = 64;

/// From accept to the whole first request: a silent client must not hold a slot.
pub(crate) const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);

/// Bytes of the first request. A path has one name, a host is ignored.
pub(crate) const MAX_REQUEST_BYTES: usize = 4 * 1024;

/// No byte in either direction in this time ends a connection. Git sends a sign of life every five seconds while it
/// works, so this much silence means a client that waits for nothing.
const IDLE_TIMEOUT: Duration = Duration::from_mins(1);

/// The whole of a connection, however busy.
const CONNECTION_TIMEOUT: Duration = Duration::from_hours(1);

/// Bytes that a client may send while it fetches: what it has and wants.
pub(crate) const MAX_FETCH_BYTES: u64 = 64 * 1024 * 1024;

/// Bytes of a push around its pack: its commands.
pub(crate) const MAX_COMMAND_BYTES: u64 = 4 * 1024 * 1024;

/// Bytes of all mirrors: an agent must not fill the operator's disk with pushes that its upstream refuses.
const MAX_DATA_BYTES: u64 = 8 * 1024 * 1024 * 1024;

/// How often mirrors are tidied at most, and how long one must have been left alone.
pub(crate) const TIDY_INTERVAL: Duration = Duration::from_mins(10);

/// Packs up to which a mirror is tidy; every push brings one.
pub(crate) const MAX_PACKS: usize = 20;

/// How old an object must be that nothing leads to before it goes: older than a connection can be, so that none of a
/// push under way is among them.
pub(crate) const KEEP_UNREACHABLE: Duration = Duration::from_hours(2);

/// Tidying one mirror. What was done until then holds, and the rest is done the next time.
pub(crate) const TIDY_TIMEOUT: Duration = Duration::from_mins(10);

/// Bytes moved in one step.
pub(crate) const COPY_BUFFER: usize = 64 * 1024;

/// How long a git that was asked to end may clean up behind itself.
pub(crate) const GRACE: Duration = Duration::from_secs(1);

/// How long a client that was refused may take to read why.
pub(crate) const LAST_WORDS: Duration = Duration::from_secs(2);

/// How long git takes to notice that the client is done, once it has said all.
pub(crate) const ENDING: Duration = Duration::from_secs(10);

/// One refresh of a mirror, the first one of a large repository too.
pub(crate) const REFRESH_TIMEOUT: Duration = Duration::from_mins(10);

/// The question for the upstream's refs.
pub(crate) const LISTING_TIMEOUT: Duration = Duration::from_mins(1);

/// The login that a push shares. Beyond it every question logs in by itself.
pub(crate) const LOGIN_TIMEOUT: Duration = Duration::from_secs(5);

/// How often one looks whether it is there.
pub(crate) const LOGIN_STEP: Duration = Duration::from_millis(2);

/// Bytes of the path of its socket: the system takes 107, of which ssh wants 17 for a name of its own.
pub(crate) const MAX_SOCKET_PATH: usize = 80;

/// Any git that only looks at the mirror.
pub(crate) const LOCAL_TIMEOUT: Duration = Duration::from_mins(1);

/// Forwarding one push.
pub(crate) const FORWARD_TIMEOUT: Duration = Duration::from_mins(5);

/// From the question what the upstream has to the last byte of a push: what is judged against the answer must not be old.
pub(crate) const MAX_PUSH_TIME: Duration = Duration::from_mins(10);

/// Characters that the name of a ref or of a file has in the log.
pub(crate) const MAX_LOGGED_NAME: usize = 200;

/// The scan of one push.
pub(crate) const SCAN_TIMEOUT: Duration = Duration::from_mins(5);

/// How long one waits for another who writes to the mirror: as long as the longest of them may take.
pub(crate) const LOCK_TIMEOUT: Duration = Duration::from_mins(10);

/// How often a lock is tried.
pub(crate) const LOCK_STEP: Duration = Duration::from_millis(10);

/// Bytes of the upstream's list of refs: half a million of them.
pub(crate) const MAX_LISTING_BYTES: usize = 64 * 1024 * 1024;

/// Bytes of any other answer of git that is kept.
pub(crate) const MAX_OUTPUT_BYTES: usize = 1024 * 1024;

/// Bytes of an upstream's words that are passed on.
pub(crate) const MAX_WORDS: usize = 16 * 1024;

/// Characters of one line of an upstream's words.
pub(crate) const MAX_WORDS_LINE: usize = 500;

/// Bytes of a configuration file.
pub(crate) const MAX_CONFIG_BYTES: u64 = 4 * 1024 * 1024;

/// Bytes of what hooks report about one push.
pub(crate) const MAX_REPORT_BYTES: u64 = 16 * 1024 * 1024;

/// Bytes of the document that is handed over.
pub(crate) const MAX_SECRETS_BYTES: u64 = 1024 * 1024;

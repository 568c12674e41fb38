//! Every bound of a run: nothing here waits, loops or grows without one.

use std::time::Duration;

/// How long a proxy may take until it accepts connections; mitmproxy needs seconds on a busy machine.
pub(crate) const START_TIMEOUT: Duration = Duration::from_secs(30);

/// How often it is looked at for that: small against what is measured.
pub(crate) const START_CHECK: Duration = Duration::from_millis(1);

/// How long a proxy may take to stop before it is killed.
pub(crate) const STOP_TIMEOUT: Duration = Duration::from_secs(5);

/// How long a proxy has to end by itself when the run is over or broke off.
pub(crate) const LAST_WORD: Duration = Duration::from_millis(200);

/// Lines of a proxy's standard error that are shown when it fails.
pub(crate) const LAST_LINES: usize = 10;

/// How much longer than asked for a timed phase may take: what is under way at its end.
pub(crate) const PHASE_GRACE: Duration = Duration::from_secs(20);

/// All transfers of one kind: proxies that hold bodies back need tens of seconds.
pub(crate) const TRANSFER_TIMEOUT: Duration = Duration::from_mins(3);

/// One connection from TCP to the first answer.
pub(crate) const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Requests of one worker in one phase, whatever its time: bounds the memory for the measured times.
pub(crate) const MAX_REQUESTS: usize = 500_000;

/// Failed requests of one worker in one phase; one more ends the run.
pub(crate) const MAX_FAILURES: u32 = 20;

/// Pause of a worker after a failed request.
pub(crate) const FAILURE_PAUSE: Duration = Duration::from_millis(20);

/// Bytes of a proxy's answer to CONNECT.
pub(crate) const MAX_CONNECT_ANSWER: usize = 8 * 1024;

/// Processes of one proxy that are looked at.
pub(crate) const MAX_TREE: usize = 64;

/// Connections that are kept alive.
pub(crate) const KEPT_CONNECTIONS: usize = 16;

/// Workers that open a new connection for each request.
pub(crate) const FRESH_WORKERS: usize = 8;

/// Streams at once on one HTTP/2 connection.
pub(crate) const HTTP2_STREAMS: usize = 16;

/// Streams of a transfer that is divided.
pub(crate) const TRANSFER_STREAMS: u32 = 4;

/// Bytes of the small answer.
pub(crate) const SMALL: u64 = 1024;

/// Events of a stream.
pub(crate) const EVENTS: u32 = 50;

/// From one event to the next.
pub(crate) const EVENT_INTERVAL: Duration = Duration::from_millis(20);

/// Streams of events that are begun in one round.
pub(crate) const EVENT_STREAMS: u32 = 3;

/// Starts after the first one.
pub(crate) const LATER_STARTS: u32 = 5;

/// How long the machine is watched for what else runs on it.
pub(crate) const IDLE_WATCH: Duration = Duration::from_secs(1);

//! Every wait and every buffer of the service has a name here, with what it protects.

use std::time::Duration;

/// How long a call waits for the operator unless said otherwise, in seconds. Programs give up on a tool after a minute.
pub const ANSWER_WAIT: u64 = 30;

/// The longest that a call may be told to wait, in seconds: a connection is held for as long.
pub const MAX_ANSWER_WAIT: u64 = 300;

/// Proposals of a bottle that wait for an answer: more is nothing that an operator looks through.
pub const MAX_PENDING: usize = 20;

/// Proposals of a bottle in an hour, answered or not: an agent is not to wear its operator out.
pub const MAX_PER_HOUR: usize = 200;

/// Proposals that are kept; the oldest ones that were answered go first. Protects the operator's disk.
pub(crate) const MAX_KEPT: usize = 1000;

/// For how long an answer is given again to whoever asks the same, in seconds.
pub(crate) const REPEATED: i64 = 60;

/// The seconds over which proposals are counted.
pub(crate) const HOUR: i64 = 3600;

/// The longest body of a request, in bytes: many times the largest Dockerfile with every byte escaped.
pub(crate) const MAX_BODY: usize = 1024 * 1024;

/// How deep JSON may lie in JSON: a call has four levels, what programs send of their own has a few more. Protects the stack.
pub(crate) const MAX_DEPTH: usize = 32;

/// The longest id of a request, in bytes. It is sent back.
pub(crate) const MAX_ID: usize = 256;

/// Connections at once, but for those of this machine.
pub(crate) const MAX_CONNECTIONS: usize = 48;

/// Connections of this machine at once: the health check is answered during a flood.
pub(crate) const MAX_OWN_CONNECTIONS: usize = 8;

/// Requests that are carried out at once. Each may hold a body and wait for an answer.
pub(crate) const MAX_CALLS: usize = 24;

/// How long a connection may be without a whole head of a request, new or between two of them.
pub(crate) const HEAD_TIMEOUT: Duration = Duration::from_mins(1);

/// How long a body may take: nobody is to hold a place by dripping.
pub(crate) const BODY_TIMEOUT: Duration = Duration::from_secs(15);

/// What a request may take beside the wait for the operator: writing a file on a busy disk.
pub(crate) const SLACK: Duration = Duration::from_secs(30);

/// The largest head of a request, in bytes.
pub(crate) const MAX_HEAD: usize = 16 * 1024;

/// How often one looks for an answer where no notice comes.
pub(crate) const LOOK: Duration = Duration::from_secs(1);

/// How long egress may take to show its table: it has it in memory.
pub(crate) const ROUTES_TIMEOUT: Duration = Duration::from_secs(5);

/// The largest table that is passed on, in bytes.
pub(crate) const MAX_ROUTES: usize = 1024 * 1024;

/// How much of a text of the agent's stands in a message to it, in characters.
pub(crate) const MAX_QUOTED: usize = 60;

/// The longest path or method that is asked for, in bytes. With the other limits it bounds the file of a proposal.
pub(crate) const MAX_ITEM: usize = 1024;

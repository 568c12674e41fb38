//! What the probe can be asked to do, and what it answers.

use std::net::{IpAddr, SocketAddr};

use serde::{Deserialize, Serialize};

/// One thing to try from inside the agent's container.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub enum Step {
    /// A request through the proxy that the environment names, its target sent exactly as it is written.
    Http {
        /// `http://host/…` or `https://host/…`.
        url: String,
        /// The method.
        method: String,
        /// Header fields beside `Host`.
        headers: Vec<(String, String)>,
        /// The body; none when `None`.
        body: Option<String>,
    },
    /// A connection past the proxy.
    Tcp {
        /// Where to.
        address: SocketAddr,
    },
    /// A look-up of an IPv4 address.
    Dns {
        /// Whom to ask; the first server of `/etc/resolv.conf` when `None`.
        server: Option<SocketAddr>,
        /// The name.
        name: String,
    },
    /// A search in the environment of every process and in every file that can be read.
    Find {
        /// What for.
        text: String,
    },
    /// A look at the probe's own addresses, routes and privileges.
    Own,
}

/// What came of a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "did", rename_all = "snake_case")]
pub enum StepResult {
    /// Of [`Step::Http`].
    Http(HttpOutcome),
    /// Of [`Step::Tcp`].
    Tcp(TcpOutcome),
    /// Of [`Step::Dns`].
    Dns(DnsOutcome),
    /// Of [`Step::Find`].
    Find {
        /// Where it was found, and what kept the search from ending.
        places: Vec<String>,
        /// How many files were read.
        files: u64,
    },
    /// Of [`Step::Own`].
    Own(OwnOutcome),
}

/// An answer, or why there is none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HttpOutcome {
    /// The status.
    pub status: Option<u16>,
    /// The media type.
    pub content_type: Option<String>,
    /// Every header field.
    #[serde(default)]
    pub headers: Vec<(String, String)>,
    /// The body as text, its first 64 KiB.
    pub body: String,
    /// Why there is no answer.
    pub error: Option<String>,
}

/// How a connection ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TcpOutcome {
    /// In one word.
    pub end: TcpEnd,
    /// What the operating system said.
    pub error: Option<String>,
    /// After how long, in milliseconds.
    pub elapsed_ms: u64,
}

/// How a connection ended, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TcpEnd {
    /// It was accepted.
    Connected,
    /// Somebody is there and does not listen.
    Refused,
    /// There is no way there.
    Unreachable,
    /// Nothing was heard.
    TimedOut,
    /// Something else.
    Failed,
}

/// What a resolver said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DnsOutcome {
    /// The response code, for example `REFUSED`; `None` when nothing came.
    pub code: Option<String>,
    /// How many records were in the answer.
    pub answers: usize,
    /// The addresses among them.
    #[serde(default)]
    pub addresses: Vec<IpAddr>,
    /// Why nothing came.
    pub error: Option<String>,
    /// After how long, in milliseconds.
    pub elapsed_ms: u64,
}

/// What the kernel says about the probe and its network; what cannot be read is `None`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnOutcome {
    /// Its addresses but those of loopback, in order.
    pub addresses: Option<Vec<IpAddr>>,
    /// Whether packets have a way to everywhere.
    pub default_route: Option<DefaultRoute>,
    /// The effective user.
    pub uid: Option<u32>,
    /// The effective capabilities, a bit each (capabilities(7)).
    pub capabilities: Option<u64>,
    /// Whether an executable can give it more (`no_new_privs` of prctl(2)).
    pub new_privileges: Option<NewPrivileges>,
}

/// Whether there is a route to everywhere, of IPv4 or IPv6.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DefaultRoute {
    /// There is one.
    Present,
    /// There is none.
    Absent,
}

/// Whether a process can gain privileges by what it executes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NewPrivileges {
    /// It can.
    Possible,
    /// It cannot.
    Forbidden,
}

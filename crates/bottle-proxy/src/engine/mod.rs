//! The proxy engine: connections in, judged requests out. Both services run on it.

mod answer;
mod asked;
mod connection;
mod listener;
mod problem;
mod tls;

pub(crate) use listener::{Listener, listen};

use serde::Serialize;

use crate::authority::Authority;
use crate::decision_log::{DecisionLog, Verdict};
use crate::gate::Gate;
use crate::leaf::Leafs;

/// Everything that the connections of one service share.
pub(crate) struct Engine<G> {
    pub(crate) gate: G,
    pub(crate) leafs: Leafs,
    pub(crate) log: DecisionLog,
}

impl<G: Gate> Engine<G> {
    /// An engine for `gate`.
    pub(crate) fn new(gate: G, leafs: Leafs, log: DecisionLog) -> Self {
        Self { gate, leafs, log }
    }

    /// Logs a connection that was closed without an HTTP answer.
    fn closed(&self, authority: Option<&Authority>, code: &'static str) {
        let host = authority.map(|authority| authority.name.to_string());
        let port = authority.map(|authority| authority.port.get());
        self.log.write(&Closed {
            event: "closed",
            service: G::SERVICE,
            host,
            port,
            verdict: Verdict::Deny,
            code,
        });
    }
}

/// A log line about a connection that never became a request.
#[derive(Debug, Serialize)]
struct Closed {
    event: &'static str,
    service: &'static str,
    host: Option<String>,
    port: Option<u16>,
    verdict: Verdict,
    code: &'static str,
}

//! The proxy engine: connections in, judged requests out. Both services run on it.

mod answer;
mod asked;
mod busy;
mod connection;
mod http2;
mod judge;
mod listener;
mod problem;
mod tls;
mod websocket;

pub(crate) use listener::{Listener, listen};
#[cfg(any(fuzzing, test))]
pub(crate) use {connection::builder as http1_server, http2::builder as http2_server, tls::agrees};

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bottle_core::HostPattern;
use bottle_egress::{Admitted, Request, Settled};
use serde::Serialize;
use tokio::sync::futures::Notified;
use tokio::sync::{Notify, Semaphore};
use tokio::time::sleep;

use crate::authority::{Authority, Name};
use crate::clock::moment;
use crate::decision_log::{DecisionLog, Verdict, now};
use crate::gate::Gate;
use crate::grant::{GrantedRequest, Rejudge};
use crate::leaf::Leafs;
use crate::limits::{H2_WIDE_CONNECTIONS, LEASE_CHECK, MAX_LEAFS};
use crate::stop::Stop;

/// Everything that the connections of one service share.
pub(crate) struct Engine<G> {
    pub(crate) gate: G,
    pub(crate) leafs: Leafs,
    pub(crate) log: DecisionLog,
    /// How often the rules were replaced.
    rules: AtomicU64,
    /// Tells those who wait that they were.
    replaced: Notify,
    /// Room for HTTP/2 connections on which much may be on its way.
    wide: Semaphore,
}

impl<G: Gate> Engine<G> {
    /// An engine for `gate`.
    pub(crate) fn new(gate: G, leafs: Leafs, log: DecisionLog) -> Self {
        Self {
            gate,
            leafs,
            log,
            rules: AtomicU64::new(0),
            replaced: Notify::new(),
            wide: Semaphore::new(H2_WIDE_CONNECTIONS),
        }
    }

    /// Says that the rules are others now: what is under way is judged again.
    pub(crate) fn rules_changed(&self) {
        self.rules.fetch_add(1, Ordering::Release);
        self.replaced.notify_waiters();
    }

    /// Has what is under way judged again whenever the time of a grant is over, until asked to stop.
    pub(crate) async fn watch_leases(&self, mut stop: Stop) {
        loop {
            // Listening begins before looking, so that nothing is missed.
            let mut changed = pin!(self.replaced.notified());
            changed.as_mut().enable();
            let Settled { ended, next } = self.gate.leases().settle(moment());
            if ended {
                tracing::info!(service = G::SERVICE, "the time of a grant is over");
                self.rules_changed();
            }
            // The clock on the wall may be set meanwhile.
            let wait = next.map_or(LEASE_CHECK, |next| next.min(LEASE_CHECK));
            tokio::select! {
                () = stop.requested() => return,
                () = changed => {}
                () = sleep(wait), if next.is_some() => {}
            }
        }
    }

    /// Issues the certificates of the hosts that the rules name, before anybody asks for them.
    pub(crate) fn issue_ahead(self: &Arc<Self>) {
        let engine = Arc::clone(self);
        tokio::task::spawn_blocking(move || {
            let table = engine.gate.table();
            let granted = table.grants().iter().map(|grant| &grant.route);
            let routes = table.routes().iter().chain(granted);
            let hosts = routes.filter_map(|route| match &route.host {
                HostPattern::Exact(host) => Some(Name::Host(host.clone())),
                HostPattern::OneLabel(_) | HostPattern::AnyDepth(_) => None,
            });
            let issued = hosts
                .take(MAX_LEAFS)
                .filter(|name| engine.leafs.config(name).is_ok());
            tracing::debug!(
                service = G::SERVICE,
                count = issued.count(),
                "certificates issued ahead"
            );
        });
    }

    /// Logs a connection that was closed without an HTTP answer.
    fn closed(&self, authority: Option<&Authority>, code: &'static str) {
        let host = authority.map(|authority| authority.name.to_string());
        let port = authority.map(|authority| authority.port.get());
        self.log.write(&Closed {
            time: now(),
            event: "closed",
            service: G::SERVICE,
            host,
            port,
            verdict: Verdict::Deny,
            code,
        });
    }
}

impl<G: Gate> Rejudge for Engine<G> {
    fn version(&self) -> u64 {
        self.rules.load(Ordering::Acquire)
    }

    fn allows(&self, request: &GrantedRequest) -> bool {
        let GrantedRequest {
            destination,
            method,
            target,
            exchange,
            by,
        } = request;
        let question = Request {
            destination,
            method: method.as_str(),
            target,
        };
        let admitted = Admitted {
            request: &question,
            exchange: *exchange,
            grant: by.as_ref(),
        };
        let (table, leases) = (self.gate.table(), self.gate.leases());
        leases.still_allows(&table, &admitted, moment())
    }

    fn changed(&self) -> Notified<'_> {
        self.replaced.notified()
    }
}

/// A log line about a connection that never became a request.
#[derive(Debug, Serialize)]
struct Closed {
    time: String,
    event: &'static str,
    service: &'static str,
    host: Option<String>,
    port: Option<u16>,
    verdict: Verdict,
    code: &'static str,
}

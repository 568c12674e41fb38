//! What both sides saw, and how it is told.

use bottle_demo::{DnsOutcome, HttpOutcome, Seen, SeenRequest, StepResult, TcpEnd, TcpOutcome};
use serde_json::Value;

/// What nobody saw.
pub(crate) const NOTHING: &str = "nothing";

/// What the agent's steps of one trial and the world saw.
pub(crate) struct Evidence<'a> {
    pub(crate) results: &'a [StepResult],
    pub(crate) seen: &'a Seen,
    /// What every request of the trial carries in its target.
    pub(crate) marker: &'a str,
}

impl Evidence<'_> {
    /// The only answer over HTTP.
    pub(crate) fn http(&self) -> Option<&HttpOutcome> {
        match self.results {
            [StepResult::Http(outcome)] => Some(outcome),
            _ => None,
        }
    }

    pub(crate) fn tcp(&self) -> impl Iterator<Item = &TcpOutcome> {
        self.results.iter().filter_map(|result| match result {
            StepResult::Tcp(outcome) => Some(outcome),
            _ => None,
        })
    }

    pub(crate) fn dns(&self) -> impl Iterator<Item = &DnsOutcome> {
        self.results.iter().filter_map(|result| match result {
            StepResult::Dns(outcome) => Some(outcome),
            _ => None,
        })
    }

    /// The requests of this trial that reached the world.
    pub(crate) fn requests(&self) -> Vec<&SeenRequest> {
        let ours = |request: &&SeenRequest| request.target.contains(self.marker);
        self.seen.requests.iter().filter(ours).collect()
    }

    /// Whether a text is anywhere in what reached the world.
    pub(crate) fn world_has(&self, text: &str) -> bool {
        self.seen.requests.iter().any(|request| {
            let headers = request
                .headers
                .iter()
                .any(|(_, value)| value.contains(text));
            headers || request.target.contains(text) || request.body.contains(text)
        })
    }
}

/// A header field of a request that reached the world.
pub(crate) fn header<'r>(request: &'r SeenRequest, name: &str) -> Option<&'r str> {
    let field = request
        .headers
        .iter()
        .find(|(field, _)| field.eq_ignore_ascii_case(name));
    field.map(|(_, value)| value.as_str())
}

/// An answer as the table shows it: the status, and the code of a problem document.
pub(crate) fn show_http(outcome: &HttpOutcome) -> String {
    match (outcome.status, problem(outcome)) {
        (Some(status), Some(problem)) => {
            let code = problem
                .get("code")
                .and_then(Value::as_str)
                .unwrap_or("no code");
            let layer = problem
                .get("layer")
                .and_then(Value::as_str)
                .unwrap_or("no layer");
            format!("{status} {code} ({layer})")
        }
        (Some(status), None) => status.to_string(),
        (None, _) => bottle_core::visible(outcome.error.as_deref().unwrap_or("no answer")),
    }
}

/// The problem document (RFC 9457) that an answer is.
pub(crate) fn problem(outcome: &HttpOutcome) -> Option<Value> {
    if outcome.content_type.as_deref() != Some("application/problem+json") {
        return None;
    }
    serde_json::from_str(&outcome.body).ok()
}

/// How connections ended, each way once.
pub(crate) fn show_tcp<'t>(outcomes: impl Iterator<Item = &'t TcpOutcome>) -> String {
    let (mut ends, mut slowest) = (Vec::new(), 0);
    for outcome in outcomes {
        let end = match outcome.end {
            TcpEnd::Connected => "connected",
            TcpEnd::Refused => "refused",
            TcpEnd::Unreachable => "no route",
            TcpEnd::TimedOut => "timed out",
            TcpEnd::Failed => "failed",
        };
        if !ends.contains(&end) {
            ends.push(end);
        }
        slowest = slowest.max(outcome.elapsed_ms);
    }
    format!("{} (at most {slowest} ms)", ends.join(", "))
}

/// What resolvers said, each thing once.
pub(crate) fn show_dns<'d>(outcomes: impl Iterator<Item = &'d DnsOutcome>) -> String {
    let (mut said, mut slowest) = (Vec::new(), 0);
    for outcome in outcomes {
        let word = outcome
            .code
            .clone()
            .or_else(|| outcome.error.clone())
            .unwrap_or_default();
        if !said.contains(&word) {
            said.push(word);
        }
        slowest = slowest.max(outcome.elapsed_ms);
    }
    format!("{} (at most {slowest} ms)", said.join(", "))
}

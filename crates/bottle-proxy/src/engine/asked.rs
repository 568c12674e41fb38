//! What a request asked for, in words for refusals and for the log.

use std::sync::Arc;

use bottle_core::Guard;
use bottle_egress::{Denial, DenialCode, Layer, RequestLine, Scheme, Sighting, shown_path};
use http::header::EXPECT;
use http::request::Parts;
use http::{Method, Uri};

use crate::decision_log::{Record, Rule, Verdict, now};
use crate::gate::Refusal;
use crate::place::{Place, default_port};

/// Stands in the log for a path that was refused because of a secret in the request.
const WITHHELD: &str = "(withheld)";

/// The line of a request: enough to say what was refused, nothing that could hold a body or a query.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) method: Method,
    pub(super) scheme: Scheme,
    pub(super) host: Arc<str>,
    pub(super) port: u16,
    pub(super) path: Arc<str>,
    /// The client sends its body only after `100 Continue`.
    pub(super) waits: bool,
}

impl Asked {
    /// What `parts` ask for; `place` when the request names its destination properly.
    pub(super) fn of(parts: &Parts, place: Option<&Place>, tunnel: Option<&Place>) -> Self {
        let (scheme, host, port) = match place.or(tunnel) {
            Some(Place { scheme, authority }) => {
                (*scheme, authority.name.text(), authority.port.get())
            }
            None => claimed(&parts.uri),
        };
        Self {
            method: parts.method.clone(),
            scheme,
            host,
            port,
            path: shown_path(parts.uri.path()).into(),
            waits: parts.headers.contains_key(EXPECT),
        }
    }

    /// A refusal of this.
    pub(super) fn denial(&self, code: DenialCode, layer: Layer) -> Denial {
        let Self {
            method,
            host,
            port,
            path,
            ..
        } = self;
        Denial::new(
            code,
            layer,
            &RequestLine {
                method: method.as_str(),
                host,
                port: *port,
                path,
            },
        )
    }

    /// The log record of this, before anything was decided.
    pub(super) fn record(self, service: &'static str) -> Record {
        let Self {
            method,
            scheme,
            host,
            port,
            path,
            waits: _,
        } = self;
        Record {
            time: now(),
            event: "request",
            service,
            method,
            scheme: scheme_name(scheme),
            host,
            port,
            path,
            verdict: Verdict::Allow,
            code: None,
            rule: None,
            finding: None,
            status: 0,
            foreign_credentials: Vec::new(),
            injection: None,
            bytes_in: 0,
            bytes_out: 0,
            head_ms: None,
            duration_ms: 0,
        }
    }
}

impl Record {
    /// Notes a refusal. Where a secret was found, the words around it are not repeated.
    pub(super) fn refused(&mut self, code: String, status: u16) {
        if code.starts_with("dlp.") && Guard::Withheld.is_on() {
            (self.path, self.host) = (WITHHELD.into(), WITHHELD.into());
        }
        self.verdict = Verdict::Deny;
        self.status = status;
        self.code = Some(code);
    }

    /// Notes a refusal with what was found.
    pub(crate) fn refused_for(&mut self, refusal: &Refusal) {
        let Refusal { code, finding } = refusal;
        self.refused(code.to_string(), code.status());
        self.found(finding.clone());
    }

    /// Notes what was found, and by which rule.
    pub(super) fn found(&mut self, finding: Option<Box<Sighting>>) {
        self.rule = finding
            .as_ref()
            .map(|found| Rule::Detector(found.rule.clone()));
        self.finding = finding;
    }
}

/// The scheme's name in URLs.
pub(super) const fn scheme_name(scheme: Scheme) -> &'static str {
    match scheme {
        Scheme::Http => "http",
        Scheme::Https => "https",
    }
}

/// What a request names that does not name its destination properly.
fn claimed(uri: &Uri) -> (Scheme, Arc<str>, u16) {
    let https = uri
        .scheme_str()
        .is_some_and(|scheme| scheme.eq_ignore_ascii_case("https"));
    let scheme = if https { Scheme::Https } else { Scheme::Http };
    let host = uri.host().unwrap_or_default().into();
    (
        scheme,
        host,
        uri.port_u16().unwrap_or(default_port(scheme).get()),
    )
}

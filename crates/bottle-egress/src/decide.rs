//! The one decision: may this request leave?

use bottle_core::{EncodedSlash, Host, Method, PathError, Port, Scheme, UrlPath};
use percent_encoding::percent_decode_str;

use crate::denial::{Denial, DenialCode, Layer, RequestLine};
use crate::route::{Route, SlotAuth};
use crate::table::RouteTable;

/// The longest target that is judged, in bytes.
const MAX_TARGET: usize = 64 * 1024;

/// Where a request goes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Destination {
    /// How it travels.
    pub scheme: Scheme,
    /// The verified host.
    pub host: Host,
    /// The port.
    pub port: Port,
}

/// A request as far as the rules look at it.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// Where it goes.
    pub destination: &'a Destination,
    /// Its method, as sent.
    pub method: &'a str,
    /// Its target in origin form, as sent: path and query.
    pub target: &'a str,
}

/// The right to send one request. Only [`decide`] makes one, and it cannot be copied.
#[derive(Debug, PartialEq, Eq)]
pub struct Permit {
    destination: Destination,
    target: String,
    credential: Option<SlotAuth>,
    rule: usize,
}

impl Permit {
    /// Where it may go; nowhere else.
    pub const fn destination(&self) -> &Destination {
        &self.destination
    }

    /// The target to send: what was judged, in its canonical spelling.
    pub fn target(&self) -> &str {
        &self.target
    }

    /// The credential to add.
    pub const fn credential(&self) -> Option<&SlotAuth> {
        self.credential.as_ref()
    }

    /// The number of the route that allowed it.
    pub const fn rule(&self) -> usize {
        self.rule
    }
}

/// Judges a request.
///
/// # Errors
///
/// A [`Denial`] that says what is missing.
pub fn decide(table: &RouteTable, request: &Request<'_>) -> Result<Permit, Denial> {
    judge(table, request).map_err(|code| {
        let destination = request.destination;
        let line = RequestLine {
            method: request.method,
            host: destination.host.as_str(),
            port: destination.port.get(),
            path: request.target,
        };
        Denial::new(code, Layer::Egress, &line)
    })
}

fn judge(table: &RouteTable, request: &Request<'_>) -> Result<Permit, DenialCode> {
    let destination = request.destination;
    let method: Method = request
        .method
        .parse()
        .map_err(|_| DenialCode::HttpMalformed)?;
    // Methods are case-sensitive: `connect` is not CONNECT, and nobody needs it.
    if method.as_str() != request.method {
        return Err(DenialCode::MethodNotAllowed);
    }
    if method.as_str() == "CONNECT" {
        return Err(DenialCode::ProtoNestedConnect);
    }
    if request.target.len() > MAX_TARGET {
        return Err(DenialCode::PathInvalid);
    }
    let (path, query) = match request.target.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (request.target, None),
    };
    let folded = UrlPath::canonicalise_with(path, EncodedSlash::Keep);
    let folded = folded.as_ref().map_or(path, UrlPath::as_str);
    if is_git_push(path, query) || is_git_push(folded, query) {
        return Err(DenialCode::GitWriteDenied);
    }
    let (rule, route) = table
        .find(&destination.host)
        .ok_or(DenialCode::HostNotAllowed)?;
    if !route.ports.contains(destination.port) {
        return Err(DenialCode::PortNotAllowed);
    }
    if !route.methods.is_empty() && !route.methods.contains(&method) {
        return Err(DenialCode::MethodNotAllowed);
    }
    if route.auth.is_some() && destination.scheme == Scheme::Http {
        return Err(DenialCode::CredCleartext);
    }
    let target = target(route, path, query, &method)?;
    Ok(Permit {
        destination: destination.clone(),
        target,
        credential: route.auth.clone(),
        rule,
    })
}

/// The canonical target, if the route covers it.
fn target(
    route: &Route,
    path: &str,
    query: Option<&str>,
    method: &Method,
) -> Result<String, DenialCode> {
    // The one target without a path (RFC 9110 §9.3.7); it asks about the server as a whole.
    if path == "*"
        && method.as_str() == "OPTIONS"
        && query.is_none()
        && route.path_allowlist.is_empty()
    {
        return Ok("*".to_owned());
    }
    let slash = if route.path_allowlist.is_empty() {
        EncodedSlash::Keep
    } else {
        EncodedSlash::Refuse
    };
    let path =
        UrlPath::canonicalise_with(path, slash).map_err(|_: PathError| DenialCode::PathInvalid)?;
    if !route.path_allowlist.is_empty()
        && !route
            .path_allowlist
            .iter()
            .any(|prefix| prefix.matches(&path))
    {
        return Err(DenialCode::PathNotAllowed);
    }
    let Some(query) = query else {
        return Ok(path.as_str().to_owned());
    };
    if !query.bytes().all(|byte| matches!(byte, b'!'..=b'~')) || query.contains('#') {
        return Err(DenialCode::PathInvalid);
    }
    Ok(format!("{path}?{query}"))
}

/// A push by git's smart HTTP protocol: its announcement or the push itself, however it is encoded.
fn is_git_push(path: &str, query: Option<&str>) -> bool {
    let path = percent_decode_str(path).decode_utf8_lossy();
    let path = path.trim_end_matches('/');
    if path.ends_with("git-receive-pack") {
        return true;
    }
    path.ends_with("info/refs")
        && query.is_some_and(|query| {
            percent_decode_str(query)
                .decode_utf8_lossy()
                .contains("git-receive-pack")
        })
}

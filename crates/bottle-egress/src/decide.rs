//! The one decision: may this request leave?

use std::borrow::Cow;

use bottle_core::{
    EncodedSlash, Guard, Host, HostPattern, Method, PathError, Port, Scheme, UrlPath, WebSocket,
};

use crate::denial::{Denial, DenialCode, Layer, RequestLine};
use crate::git_write::is_git_write;
use crate::grant::Grant;
use crate::method_override::named_methods;
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

/// The right to send one request. Only [`decide`] and [`LeaseBook::admit`] make one, and it cannot be copied.
///
/// [`LeaseBook::admit`]: crate::LeaseBook::admit
#[derive(Debug, PartialEq, Eq)]
pub struct Permit<'a> {
    destination: &'a Destination,
    target: Cow<'a, str>,
    by: By<'a>,
}

/// What allows a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum By<'a> {
    /// The route of this number.
    Route(usize, &'a Route),
    /// The grant of this number.
    Grant(usize, &'a Grant),
}

impl<'a> By<'a> {
    const fn route(self) -> &'a Route {
        match self {
            Self::Route(_, route) => route,
            Self::Grant(_, grant) => &grant.route,
        }
    }
}

impl<'a> Permit<'a> {
    /// Where it may go; nowhere else.
    pub const fn destination(&self) -> &Destination {
        self.destination
    }

    /// The target to send: what was judged, in its canonical spelling.
    pub fn target(&self) -> &str {
        &self.target
    }

    /// The credential to add.
    pub const fn credential(&self) -> Option<&SlotAuth> {
        self.by.route().auth.as_ref()
    }

    /// Whether it may become a WebSocket.
    pub const fn websocket(&self) -> WebSocket {
        self.by.route().websocket
    }

    /// Whether the route spells its host out: then the name is the operator's, and not the agent's.
    pub const fn names_host(&self) -> bool {
        matches!(self.by.route().host, HostPattern::Exact(_))
    }

    /// The number of the route that allowed it, or of the grant where [`Permit::grant`] has one.
    pub const fn rule(&self) -> usize {
        match self.by {
            By::Route(number, _) | By::Grant(number, _) => number,
        }
    }

    /// The grant that allowed it, where no route did.
    pub const fn grant(&self) -> Option<&'a Grant> {
        match self.by {
            By::Route(..) => None,
            By::Grant(_, grant) => Some(grant),
        }
    }
}

/// Judges a request by the routes alone: grants end, and who knows nothing of time and use may not rely on them.
/// For a request that is allowed and whose path is in its canonical spelling already, nothing is allocated.
///
/// # Errors
///
/// A [`Denial`] that says what is missing.
pub fn decide<'a>(table: &'a RouteTable, request: &Request<'a>) -> Result<Permit<'a>, Denial> {
    let judged = Judged::read(request).and_then(|judged| judged.by_routes(table));
    judged.map_err(|code| denial(code, request))
}

/// The refusal of a request.
pub(crate) fn denial(code: DenialCode, request: &Request<'_>) -> Denial {
    let destination = request.destination;
    let line = RequestLine {
        method: request.method,
        host: destination.host.as_str(),
        port: destination.port.get(),
        path: request.target,
    };
    Denial::new(code, Layer::Egress, &line)
}

/// A request that no rule of its own refuses, to be held against routes.
pub(crate) struct Judged<'a> {
    request: Request<'a>,
    path: &'a str,
    query: Option<&'a str>,
    /// The canonical path with its encoded slashes.
    kept: Result<Cow<'a, str>, PathError>,
}

impl<'a> Judged<'a> {
    /// What is refused whatever the routes say.
    pub(crate) fn read(request: &Request<'a>) -> Result<Self, DenialCode> {
        let method = request.method;
        // Methods are case-sensitive: `connect` is not CONNECT, and nobody needs it.
        if !Method::is_canonical(method) && Guard::MethodCase.is_on() {
            let known = method.parse::<Method>().is_ok();
            return Err(if known {
                DenialCode::MethodNotAllowed
            } else {
                DenialCode::HttpMalformed
            });
        }
        if method == "CONNECT" {
            return Err(DenialCode::ProtoNestedConnect);
        }
        if request.target.len() > MAX_TARGET {
            return Err(DenialCode::PathInvalid);
        }
        let (path, query) = match request.target.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (request.target, None),
        };
        let kept = UrlPath::canonical(path, EncodedSlash::Keep);
        let folded = kept.as_deref().unwrap_or(path);
        if is_git_write(method, folded, query) && Guard::GitWrites.is_on() {
            return Err(DenialCode::GitWriteDenied);
        }
        Ok(Self {
            request: *request,
            path,
            query,
            kept,
        })
    }

    /// For whom the request is.
    pub(crate) const fn host(&self) -> &'a Host {
        &self.request.destination.host
    }

    /// The right that the routes of the table give.
    pub(crate) fn by_routes(&self, table: &'a RouteTable) -> Result<Permit<'a>, DenialCode> {
        let found = table.find(self.host());
        let found = found.or_else(|| any_route(table));
        let (number, route) = found.ok_or(DenialCode::HostNotAllowed)?;
        self.by(By::Route(number, route))
    }

    /// The right that this one rule gives. That it means the host is the caller's business.
    pub(crate) fn by(&self, by: By<'a>) -> Result<Permit<'a>, DenialCode> {
        let (route, destination) = (by.route(), self.request.destination);
        if !route.ports.contains(destination.port) && Guard::Ports.is_on() {
            return Err(DenialCode::PortNotAllowed);
        }
        if !grants_method(route, self.request.method) && Guard::Methods.is_on() {
            return Err(DenialCode::MethodNotAllowed);
        }
        // Whatever is named there instead, the server may do it.
        let mut named = self.query.into_iter().flat_map(named_methods);
        if named.any(|named| !grants_method(route, &named)) && Guard::MethodOverride.is_on() {
            return Err(DenialCode::MethodNotAllowed);
        }
        let in_clear = destination.scheme == Scheme::Http;
        if route.auth.is_some() && in_clear && Guard::Cleartext.is_on() {
            return Err(DenialCode::CredCleartext);
        }
        Ok(Permit {
            destination,
            target: self.target(route)?,
            by,
        })
    }

    /// The canonical target, if the route covers it.
    fn target(&self, route: &Route) -> Result<Cow<'a, str>, DenialCode> {
        let (path, query) = (self.path, self.query);
        // The one target without a path (RFC 9110 §9.3.7); it asks about the server as a whole.
        if path == "*"
            && self.request.method == "OPTIONS"
            && query.is_none()
            && route.path_allowlist.is_empty()
        {
            return Ok(Cow::Borrowed("*"));
        }
        let canonical = if route.path_allowlist.is_empty() || !path.contains('%') {
            self.kept.clone()
        } else {
            UrlPath::canonical(path, EncodedSlash::Refuse)
        };
        let canonical = canonical.map_err(|_| DenialCode::PathInvalid)?;
        let mut prefixes = route.path_allowlist.iter();
        let covered = prefixes.any(|prefix| prefix.covers(&canonical));
        if !route.path_allowlist.is_empty() && !covered && Guard::Paths.is_on() {
            return Err(DenialCode::PathNotAllowed);
        }
        let Some(query) = query else {
            return Ok(canonical);
        };
        if !query.bytes().all(|byte| matches!(byte, b'!'..=b'~')) || query.contains('#') {
            return Err(DenialCode::PathInvalid);
        }
        Ok(match canonical {
            Cow::Borrowed(_) => Cow::Borrowed(self.request.target),
            Cow::Owned(path) => Cow::Owned(format!("{path}?{query}")),
        })
    }
}

/// Whether a route grants a method. HEAD asks for less than GET (RFC 9110 §9.3.2).
fn grants_method(route: &Route, method: &str) -> bool {
    let methods = &route.methods;
    let head = method == "HEAD" && methods.contains("GET");
    methods.is_empty() || methods.contains(method) || head
}

/// What stands for a host without a route where [`Guard::Hosts`] is off.
fn any_route(table: &RouteTable) -> Option<(usize, &Route)> {
    if Guard::Hosts.is_on() {
        return None;
    }
    table.routes().iter().enumerate().next()
}

//! From what a request names to what would be sent: one destination all the way.

use std::sync::LazyLock;

use bottle_core::{Port, WebSocket};
use bottle_egress::{Destination, Ports, Request as Question, Route, RouteTable, Scheme, decide};
use http::header::HOST;
use http::request::Parts;
use http::uri::PathAndQuery;
use http::{Request, Uri};

use crate::authority::{Authority, Name};
use crate::body::Body;
use crate::headers::clean_request;
use crate::place::Place;
use crate::upstream::{Hop, HttpVersion, Outgoing, absolute, request};
use crate::websocket::Upgrade;

/// A table that allows much: what it refuses is not followed any further.
static TABLE: LazyLock<RouteTable> = LazyLock::new(|| {
    let patterns = ["ok.test", "*.ok.test", "**.test", "a.b"];
    let patterns = patterns.iter().filter_map(|text| text.parse().ok());
    RouteTable::new(patterns.map(|host| Route {
        ports: Ports::Any,
        websocket: WebSocket::Granted,
        ..Route::bare(host)
    }))
});

/// The tunnel of a request on HTTP/2.
pub(super) fn secure_tunnel() -> Option<Place> {
    tunnel(Scheme::Https, "ok.test:443")
}

/// Checks a request as one outside any tunnel, and as one in a tunnel of either kind.
pub(super) fn check_everywhere(parts: &Parts) {
    let tunnels = [None, secure_tunnel(), tunnel(Scheme::Http, "ok.test:80")];
    for tunnel in &tunnels {
        check(parts, tunnel.as_ref());
    }
}

/// The place that CONNECT named.
fn tunnel(scheme: Scheme, authority: &str) -> Option<Place> {
    let authority = Authority::parse(authority, None).ok()?;
    Some(Place { scheme, authority })
}

/// Takes a request all the way to what the next hop would get, and looks where that leads.
pub(super) fn check(parts: &Parts, tunnel: Option<&Place>) {
    let Some(judged) = destination(parts, tunnel) else {
        return;
    };
    for named in named(parts, tunnel) {
        assert_eq!(
            plain(&named, judged.scheme),
            plain(&written(&judged), judged.scheme),
            "{parts:?}"
        );
    }
    let Some(Sent {
        mut request,
        target,
    }) = sent(parts, &judged)
    else {
        return;
    };
    goes_to(&request, &judged);
    assert_eq!(request.headers().get_all(HOST).iter().count(), 1);
    // In absolute form the library writes the server as a whole with a slash.
    let is_whole_server = target == "*" && request.uri().authority().is_some();
    assert_eq!(
        written_target(request.uri()),
        if is_whole_server { "/" } else { &target }
    );
    if judged.scheme == Scheme::Https {
        assert!(request.uri().authority().is_none());
        assert!(absolute(&mut request, &judged).is_ok());
        assert_eq!(
            (request.uri().scheme_str(), request.headers().get(HOST)),
            (Some("https"), None)
        );
        goes_to(&request, &judged);
        assert_eq!(written_target(request.uri()), target);
    }
}

/// What the next hop gets, and the target that was permitted.
pub(super) struct Sent {
    pub(super) request: Request<Body>,
    pub(super) target: String,
}

/// The destination that a request is judged for, as in the engine.
pub(super) fn destination(parts: &Parts, tunnel: Option<&Place>) -> Option<Destination> {
    let Place { scheme, authority } = Place::of(tunnel, &parts.uri, &parts.headers).ok()?;
    match authority.name {
        Name::Host(host) => Some(Destination {
            scheme,
            host,
            port: authority.port,
        }),
        Name::Ip(_) | Name::Local => None,
    }
}

/// What is sent to the inner proxy when a request is permitted.
pub(super) fn sent(parts: &Parts, judged: &Destination) -> Option<Sent> {
    let target = parts.uri.path_and_query().map_or("/", PathAndQuery::as_str);
    let question = Question {
        destination: judged,
        method: parts.method.as_str(),
        target,
    };
    let permit = decide(&TABLE, &question).ok()?;
    assert_eq!(permit.destination(), judged);
    let mut headers = parts.headers.clone();
    clean_request(&mut headers);
    let outgoing = Outgoing {
        method: parts.method.clone(),
        headers,
        body: Body::empty(),
        version: HttpVersion::Http1,
        upgrade: Upgrade::of(parts),
    };
    let hop = Hop::Inner(([127, 0, 0, 1], 1).into());
    let Ok(request) = request(&hop, &permit, outgoing) else {
        unreachable!("what was judged cannot be written: {parts:?}")
    };
    let target = permit.target().to_owned();
    Some(Sent { request, target })
}

/// Everything in a request that names a destination, as text.
fn named(parts: &Parts, tunnel: Option<&Place>) -> Vec<String> {
    let host = parts
        .headers
        .get(HOST)
        .and_then(|value| value.to_str().ok());
    let url = parts.uri.authority().map(http::uri::Authority::as_str);
    let url = url.filter(|_| parts.uri.scheme().is_some());
    let mut named: Vec<String> = [host, url]
        .into_iter()
        .flatten()
        .map(str::to_owned)
        .collect();
    named.extend(tunnel.map(|place| place.authority.to_string()));
    named
}

/// The authority without what does not matter: case, a final dot, the port of the scheme.
fn plain(authority: &str, scheme: Scheme) -> String {
    let lower = authority.to_ascii_lowercase();
    let usual = if scheme == Scheme::Https {
        ":443"
    } else {
        ":80"
    };
    let (name, port) = lower
        .split_once(':')
        .map_or((lower.as_str(), String::new()), |(name, port)| {
            (name, format!(":{port}"))
        });
    let port = if port == usual { "" } else { &port };
    format!("{}{port}", name.strip_suffix('.').unwrap_or(name))
}

fn written(destination: &Destination) -> String {
    format!("{}:{}", destination.host, destination.port)
}

/// Every name of a destination in what is sent is the one that was judged.
fn goes_to(sent: &Request<Body>, judged: &Destination) {
    let Destination { scheme, host, port } = judged;
    let usual = match scheme {
        Scheme::Http => Port::HTTP,
        Scheme::Https => Port::HTTPS,
    };
    let expected = if *port == usual {
        host.to_string()
    } else {
        written(judged)
    };
    for value in sent.headers().get_all(HOST) {
        assert_eq!(value.as_bytes(), expected.as_bytes());
    }
    if let Some(authority) = sent.uri().authority() {
        assert_eq!(authority.as_str(), expected);
    }
}

fn written_target(uri: &Uri) -> &str {
    uri.path_and_query().map_or("", PathAndQuery::as_str)
}

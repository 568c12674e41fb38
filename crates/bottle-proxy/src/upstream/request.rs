//! A request as it is written: the target in the form that the next hop and the version want.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bottle_core::Guard;
use bottle_egress::{Destination, Permit, Scheme};
use http::header::{CONNECTION, HOST, PROXY_AUTHORIZATION, TE};
use http::{HeaderValue, Request, Uri};
use tokio::sync::Notify;

use super::{Hop, HttpVersion, OuterProxy, Outgoing, UpstreamError};
use crate::body::Body;
use crate::limits::MAX_INTERIM;
use crate::place::default_port;
use crate::websocket::Upgrade;

/// The request of `outgoing` in HTTP/1.1, to where `permit` says.
pub(crate) fn request(
    hop: &Hop,
    permit: &Permit<'_>,
    outgoing: Outgoing,
) -> Result<Request<Body>, UpstreamError> {
    let Outgoing {
        method,
        headers,
        body,
        version,
        upgrade,
    } = outgoing;
    let destination = permit.destination();
    let absolute = destination.scheme == Scheme::Http && !matches!(hop, Hop::Direct(_));
    let uri = if absolute {
        let authority = authority(destination);
        // The server as a whole has no path in this form (RFC 9112 §3.2.4).
        let target = Some(permit.target()).filter(|target| *target != "*");
        let target = target.unwrap_or_default();
        format!("http://{authority}{target}").parse::<Uri>()
    } else {
        permit.target().parse()
    };
    let mut request = Request::new(body);
    *request.method_mut() = method;
    *request.uri_mut() = uri.map_err(|error| UpstreamError::Request(error.into()))?;
    *request.headers_mut() = headers;
    request.headers_mut().insert(HOST, host_field(destination)?);
    if let Upgrade::WebSocket(handshake) = &upgrade {
        handshake.write(request.headers_mut());
    } else if version == HttpVersion::Http1 && request.headers().contains_key(TE) {
        request
            .headers_mut()
            .insert(CONNECTION, HeaderValue::from_static("te"));
    }
    if let (
        true,
        Hop::Proxy(OuterProxy {
            authorization: Some(value),
            ..
        }),
    ) = (absolute, hop)
    {
        request
            .headers_mut()
            .insert(PROXY_AUTHORIZATION, value.clone());
    }
    Ok(request)
}

fn authority(destination: &Destination) -> String {
    let Destination { scheme, host, port } = destination;
    if *port == default_port(*scheme) {
        host.to_string()
    } else {
        format!("{host}:{port}")
    }
}

/// The same request once more, for when this one is turned away unread; none when its body cannot be kept.
pub(super) fn again(request: &Request<Body>) -> Option<Request<Body>> {
    let mut again = Request::new(request.body().again()?);
    request.method().clone_into(again.method_mut());
    request.uri().clone_into(again.uri_mut());
    request.headers().clone_into(again.headers_mut());
    Some(again)
}

/// HTTP/2 has the authority beside the path and no `Host`.
pub(crate) fn absolute(
    request: &mut Request<Body>,
    destination: &Destination,
) -> Result<(), UpstreamError> {
    let uri = Uri::builder()
        .scheme("https")
        .authority(authority(destination))
        .path_and_query(target(request))
        .build()
        .map_err(UpstreamError::Request)?;
    *request.uri_mut() = uri;
    request.headers_mut().remove(HOST);
    Ok(())
}

/// The other way round, for a request that goes in HTTP/1.1 after all. In a tunnel the path is the target.
pub(super) fn relative(
    request: &mut Request<Body>,
    destination: &Destination,
) -> Result<(), UpstreamError> {
    let uri = target(request)
        .parse::<Uri>()
        .map_err(|error| UpstreamError::Request(error.into()))?;
    *request.uri_mut() = uri;
    request.headers_mut().insert(HOST, host_field(destination)?);
    Ok(())
}

/// Path and query, in whichever form the request has them.
fn target(request: &Request<Body>) -> &str {
    let target = request.uri().path_and_query();
    target.map_or("/", http::uri::PathAndQuery::as_str)
}

fn host_field(destination: &Destination) -> Result<HeaderValue, UpstreamError> {
    HeaderValue::from_str(&authority(destination))
        .map_err(|error| UpstreamError::Request(error.into()))
}

/// Counts how often an answer is announced.
#[derive(Debug, Default)]
pub(super) struct Interim {
    seen: AtomicUsize,
    enough: Notify,
}

impl Interim {
    /// Whether it is more often than anybody has reason to.
    pub(super) fn is_too_many(&self) -> bool {
        self.seen.load(Ordering::Relaxed) > MAX_INTERIM && Guard::Interim.is_on()
    }

    /// Waits until it is.
    pub(super) async fn too_many(&self) {
        self.enough.notified().await;
    }
}

/// Counts the interim answers to `request`.
pub(super) fn count_interim(request: &mut Request<Body>) -> Arc<Interim> {
    let interim = Arc::<Interim>::default();
    let counting = Arc::clone(&interim);
    hyper::ext::on_informational(request, move |_| {
        counting.seen.fetch_add(1, Ordering::Relaxed);
        if counting.is_too_many() {
            counting.enough.notify_one();
        }
    });
    interim
}

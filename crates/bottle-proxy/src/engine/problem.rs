//! Answers that the proxy gives itself.

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONNECTION, CONTENT_TYPE};
use http::{HeaderValue, Response, StatusCode};
use serde_json::Value;

use crate::body::Body;
use crate::gate::Page;

/// Media type of refusals (RFC 9457).
const PROBLEM_JSON: HeaderValue = HeaderValue::from_static("application/problem+json");

/// Media type of the proxy's own pages.
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Whether the connection can carry another request after an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Afterwards {
    /// The request was read to its end.
    KeepAlive,
    /// Something of it is still on the wire, or it cannot be trusted.
    Close,
}

/// A refusal as a document with one line of JSON.
pub(super) fn problem(
    status: StatusCode,
    document: &Value,
    afterwards: Afterwards,
) -> Response<Body> {
    json(status, PROBLEM_JSON, document, afterwards)
}

/// One of the proxy's own pages.
pub(super) fn page(page: &Page, afterwards: Afterwards) -> Response<Body> {
    let kind = if page.status.is_success() {
        JSON
    } else {
        PROBLEM_JSON
    };
    json(page.status, kind, &page.json, afterwards)
}

/// The answer to CONNECT: what follows is the tunnel.
pub(super) fn tunnel_open() -> Response<Body> {
    Response::new(Body::whole(Bytes::new()))
}

fn json(
    status: StatusCode,
    kind: HeaderValue,
    document: &Value,
    afterwards: Afterwards,
) -> Response<Body> {
    let mut response = Response::new(Body::whole(Bytes::from(format!("{document}\n"))));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, kind);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if afterwards == Afterwards::Close {
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

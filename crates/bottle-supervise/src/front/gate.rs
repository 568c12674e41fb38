//! One request: what is looked at before the protocol's own library gets it.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http::header::{self, HeaderMap, HeaderValue};
use http::{Method, Request, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::transport::{StreamableHttpServerConfig, StreamableHttpService};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::body::{self, NoBody};
use super::names::{Foreign, Names};
use super::response::{Answer, json, plain};
use crate::limits::{MAX_BODY, MAX_CALLS, SLACK};
use crate::message::Message;
use crate::server::Server;

/// Where the protocol is spoken.
const PATHS: [&str; 2] = ["/", "/mcp"];
/// Where this machine asks whether the service is well.
const HEALTH: &str = "/health";
/// What the protocol's library wants to hear; one form is as good as the other, as there is never a stream.
const ACCEPT: HeaderValue = HeaderValue::from_static("application/json, text/event-stream");
/// The protocol's own: nothing can be carried out now.
const BUSY: &str = r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32000,"message":"too many calls at once: wait for the others to end"}}"#;

/// What all requests pass.
pub(crate) struct Gate {
    mcp: StreamableHttpService<Server, NeverSessionManager>,
    calls: Semaphore,
    /// The longest that a request may take.
    time: Duration,
}

impl Gate {
    pub(crate) fn new(server: Server) -> Self {
        let time = server.0.wait + SLACK;
        // Names and origins are looked at here, and more strictly; there is no session to be stolen.
        let config = StreamableHttpServerConfig::default()
            .with_legacy_session_mode(false)
            .with_json_response(true)
            .disable_allowed_hosts()
            .with_max_request_body_bytes(MAX_BODY);
        let sessions = NeverSessionManager::default().into();
        Self {
            mcp: StreamableHttpService::new(move || Ok(server.clone()), sessions, config),
            calls: Semaphore::new(MAX_CALLS),
            time,
        }
    }

    /// Answers a request that came from `peer` to `local`.
    pub(super) async fn answer(
        &self,
        request: Request<Incoming>,
        (peer, local): (SocketAddr, SocketAddr),
    ) -> Answer {
        let checked = Names::of(local).check(request.uri(), request.headers());
        if let Err(foreign) = checked {
            return turn_away(foreign);
        }
        let path = request.uri().path();
        if path == HEALTH && peer.ip().is_loopback() {
            return plain(StatusCode::OK, "ok\n");
        }
        if !PATHS.contains(&path) {
            return plain(StatusCode::NOT_FOUND, "the protocol is spoken at /\n");
        }
        if request.method() != Method::POST {
            return only_post();
        }
        if !is_json(request.headers()) {
            let why = "send one message as application/json, not compressed\n";
            return plain(StatusCode::UNSUPPORTED_MEDIA_TYPE, why);
        }
        let Ok(_permit) = self.calls.try_acquire() else {
            return json(StatusCode::SERVICE_UNAVAILABLE, BUSY.to_owned());
        };
        self.carry_out(request).await
    }

    async fn carry_out(&self, request: Request<Incoming>) -> Answer {
        let (mut head, body) = request.into_parts();
        let body = match body::read(body).await {
            Ok(body) => body,
            Err(why) => return no_body(why),
        };
        let message = match Message::parse(&body) {
            Ok(message) => message,
            Err(bad) => return json(StatusCode::BAD_REQUEST, bad.answer()),
        };
        head.headers.insert(header::ACCEPT, ACCEPT);
        let body = Full::new(Bytes::from(message.into_bytes()));
        let answered = timeout(self.time, self.mcp.handle(Request::from_parts(head, body))).await;
        answered.unwrap_or_else(|_| plain(StatusCode::GATEWAY_TIMEOUT, "this takes too long\n"))
    }
}

fn turn_away(foreign: Foreign) -> Answer {
    match foreign {
        Foreign::NoHost => plain(StatusCode::BAD_REQUEST, "there is not one Host\n"),
        Foreign::Host => plain(
            StatusCode::FORBIDDEN,
            "this is not the host that is asked for\n",
        ),
        Foreign::Origin => plain(
            StatusCode::FORBIDDEN,
            "pages of other places do not ask here\n",
        ),
    }
}

fn no_body(why: NoBody) -> Answer {
    match why {
        NoBody::TooLarge => plain(
            StatusCode::PAYLOAD_TOO_LARGE,
            "a message has 1 MiB at most\n",
        ),
        NoBody::Slow => plain(
            StatusCode::REQUEST_TIMEOUT,
            "the message did not come in time\n",
        ),
        NoBody::Broken => plain(StatusCode::BAD_REQUEST, "the message did not come whole\n"),
    }
}

fn only_post() -> Answer {
    let mut answer = plain(StatusCode::METHOD_NOT_ALLOWED, "send messages with POST\n");
    answer
        .headers_mut()
        .insert(header::ALLOW, HeaderValue::from_static("POST"));
    answer
}

/// Whether the body says that it is JSON as it stands.
fn is_json(headers: &HeaderMap) -> bool {
    let mut kinds = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(kind), None) = (kinds.next(), kinds.next()) else {
        return false;
    };
    let essence = kind.as_bytes().split(|byte| *byte == b';').next();
    let essence = essence.unwrap_or_default().trim_ascii();
    essence.eq_ignore_ascii_case(b"application/json")
        && !headers.contains_key(header::CONTENT_ENCODING)
}

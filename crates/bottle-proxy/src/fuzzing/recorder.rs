//! A service that records its requests, and the answers it gives.

use std::cell::RefCell;
use std::convert::Infallible;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::header::{CONNECTION, HeaderName, UPGRADE};
use http::request::Parts;
use http::{HeaderValue, Method, Request, Response, StatusCode, Uri, Version};
use http_body_util::{BodyExt, Either, Full};
use hyper::body::{Body as HttpBody, Frame, Incoming, SizeHint};
use tokio::sync::oneshot;

use super::grammar::Field;
use super::journey;
use crate::headers::tokens;

/// A path whose requests for another protocol are granted, and those of other paths are not.
pub(super) const SWITCHING_PATH: &str = "/switch";

/// A path whose requests are answered before they are read, with what is read then.
const ECHO_PATH: &str = "/echo";

/// The requests that the service got, while it gets more.
pub(super) type Seens = Rc<RefCell<Vec<Seen>>>;

/// What reads the bodies of requests.
pub(super) type Readers = Rc<RefCell<Vec<Pin<Box<dyn Future<Output = ()>>>>>>;

/// The body of an answer: one piece, or what comes in.
pub(super) type Answer = Either<Full<Bytes>, Echo>;

/// A request that the service got.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) method: String,
    pub(super) uri: Uri,
    pub(super) fields: Vec<Field>,
    pub(super) body: Vec<u8>,
    pub(super) is_whole: bool,
    /// The connection carries no further request.
    pub(super) is_last: bool,
}

/// Records a request and answers it with its own body, which may look like anything.
pub(super) async fn answer(
    seen: Seens,
    readers: Readers,
    request: Request<Incoming>,
) -> Result<Response<Answer>, Infallible> {
    let (parts, incoming) = request.into_parts();
    journey::check_everywhere(&parts);
    let upgrades = upgrades(&parts, &incoming);
    let number = seen.borrow().len();
    seen.borrow_mut().push(Seen {
        is_whole: incoming.is_end_stream(),
        ..Seen::of(&parts, upgrades)
    });
    let body = Echo {
        incoming,
        seen,
        number,
    };
    let mut response = Response::new(Either::Left(Full::default()));
    if upgrades {
        *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
        return Ok(response);
    }
    if parts.method == Method::CONNECT {
        return Ok(response);
    }
    if parts.uri.path().starts_with(ECHO_PATH) && parts.method != Method::HEAD {
        *response.body_mut() = Either::Right(body);
        return Ok(response);
    }
    let (tell, told) = oneshot::channel();
    // As in the engine, where the connection to the next hop reads it: what was read may outlive this connection.
    readers.borrow_mut().push(Box::pin(async move {
        let _ = tell.send(body.collect().await.ok());
    }));
    match told.await {
        Ok(Some(whole)) => *response.body_mut() = Either::Left(Full::from(whole.to_bytes())),
        _ => {
            response
                .headers_mut()
                .insert(CONNECTION, HeaderValue::from_static("close"));
        }
    }
    Ok(response)
}

/// Whether a wish for another protocol is granted.
fn upgrades(parts: &Parts, incoming: &Incoming) -> bool {
    parts.headers.contains_key(UPGRADE)
        && parts.version == Version::HTTP_11
        && parts.uri.authority().is_none()
        && parts.uri.path().starts_with(SWITCHING_PATH)
        && incoming.is_end_stream()
}

impl Seen {
    fn of(parts: &Parts, upgrades: bool) -> Self {
        let field = |(name, value): (&HeaderName, &HeaderValue)| {
            (name.as_str().to_owned(), value.as_bytes().to_vec())
        };
        let mut fields: Vec<Field> = parts.headers.iter().map(field).collect();
        fields.sort();
        let says_close =
            tokens(&parts.headers, &CONNECTION).any(|token| token.eq_ignore_ascii_case(b"close"));
        Self {
            method: parts.method.to_string(),
            uri: parts.uri.clone(),
            fields,
            body: Vec::new(),
            is_whole: false,
            is_last: says_close
                || upgrades
                || parts.version != Version::HTTP_11
                || parts.method == Method::CONNECT,
        }
    }
}

/// The body of a request on its way back, which is recorded when it is read.
pub(super) struct Echo {
    incoming: Incoming,
    seen: Seens,
    number: usize,
}

impl HttpBody for Echo {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let frame = ready!(Pin::new(&mut self.incoming).poll_frame(cx));
        let is_end = self.incoming.is_end_stream();
        if let Some(each) = self.seen.borrow_mut().get_mut(self.number) {
            match &frame {
                Some(Ok(frame)) => {
                    each.body
                        .extend_from_slice(frame.data_ref().map_or(&[], |data| data));
                    // Who knows the length asks no further, and behind trailers nothing follows.
                    each.is_whole = is_end || frame.is_trailers();
                }
                Some(Err(_)) => {}
                None => each.is_whole = true,
            }
        }
        Poll::Ready(frame)
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming.size_hint()
    }
}

//! One request over an open connection, until its answer begins.

use std::error::Error as _;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use bottle_core::Guard;
use h2::Reason;
use http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use http::{HeaderMap, Request, StatusCode};
use hyper::body::Body as _;
use hyper::client::conn::TrySendError;
use tokio::time::timeout;

use super::line::Aged;
use super::origin::{Open2, Origin};
use super::pool::{Lent, Pool};
use super::request::{absolute, again, count_interim, relative};
use super::{Answered, PutBack, UpstreamError};
use crate::body::Body;
use crate::limits::RESPONSE_HEAD_TIMEOUT;

/// What came of it.
pub(super) enum Exchanged {
    Answered(Box<Answered>),
    /// Nobody looked at the request: not one byte went out, or the other side says so.
    Unsent(Box<Request<Body>>),
    Failed(UpstreamError),
}

impl Exchanged {
    fn failed(error: TrySendError<Request<Body>>) -> Self {
        Self::Failed(UpstreamError::Exchange(error.into_error()))
    }
}

/// Over HTTP/1.1.
pub(super) async fn exchange1(
    pool: &Arc<Pool>,
    origin: &Arc<Origin>,
    mut open: Aged,
    mut request: Request<Body>,
) -> Exchanged {
    if !request.body().is_end_stream() {
        open.detach();
    }
    let interim = count_interim(&mut request);
    let mut sent = pin!(open.sender.try_send_request(request));
    let answer = poll_fn(|cx| {
        open.drive(cx);
        // The flood comes before the answer: it must not lose against it.
        if interim.is_too_many() {
            return Poll::Ready(None);
        }
        sent.as_mut().poll(cx).map(Some)
    });
    let answered = tokio::select! {
        biased;
        () = interim.too_many() => None,
        answered = timeout(RESPONSE_HEAD_TIMEOUT, answer) => answered.transpose(),
    };
    let Some(response) = answered else {
        return Exchanged::Failed(UpstreamError::Interim);
    };
    open.used = true;
    match response {
        Ok(Ok(response)) => checked(Answered {
            response,
            put_back: Some(PutBack(Lent::Http1 {
                pool: Arc::clone(pool),
                origin: Arc::clone(origin),
                connection: open,
            })),
            socket: None,
        }),
        Ok(Err(mut error)) => match error.take_message() {
            Some(request) => Exchanged::Unsent(Box::new(request)),
            None => Exchanged::failed(error),
        },
        Err(_) => Exchanged::Failed(UpstreamError::TimedOut),
    }
}

/// Over HTTP/2. Interim answers cannot be counted: hyper tells of them in HTTP/1.1 alone. They cost no memory, for h2
/// throws them away one by one, and a flood of them ends with [`RESPONSE_HEAD_TIMEOUT`].
pub(super) async fn exchange2(
    origin: &Arc<Origin>,
    open: Open2,
    mut request: Request<Body>,
) -> Exchanged {
    let Open2 { mut sender, taken } = open;
    let (copy, is_repeatable) = (again(&request), is_repeatable(&request));
    if let Err(error) = absolute(&mut request, &origin.destination) {
        return Exchanged::Failed(error);
    }
    let sent = timeout(RESPONSE_HEAD_TIMEOUT, sender.try_send_request(request)).await;
    let mut error = match sent {
        Ok(Ok(response)) => {
            return checked(Answered {
                response,
                put_back: Some(PutBack(Lent::Http2 { _taken: taken })),
                socket: None,
            });
        }
        Ok(Err(error)) => error,
        Err(_) => return Exchanged::Failed(UpstreamError::TimedOut),
    };
    if let Some(mut request) = error.take_message() {
        origin.forget(&taken);
        return match relative(&mut request, &origin.destination) {
            Ok(()) => Exchanged::Unsent(Box::new(request)),
            Err(error) => Exchanged::Failed(error),
        };
    }
    let error = error.into_error();
    let turned = Turned::away_by(&error);
    if turned == Some(Turned::Connection) {
        origin.forget(&taken);
    }
    match (turned, copy) {
        (Some(Turned::Stream), Some(copy)) => Exchanged::Unsent(Box::new(copy)),
        (Some(Turned::Connection), Some(copy)) if is_repeatable => {
            Exchanged::Unsent(Box::new(copy))
        }
        _ => Exchanged::Failed(UpstreamError::Exchange(error)),
    }
}

/// Whether a request may go again that crossed the end of its connection. hyper gives the same error for one that the
/// other side threw away and for one of which the head went out just before, to be cancelled at once. In the second
/// case a body stayed here, so that nobody has a whole request; without a body it must be one that does no harm twice.
fn is_repeatable(request: &Request<Body>) -> bool {
    !request.body().is_end_stream() || request.method().is_idempotent()
}

/// How a request was turned away before anybody looked at it (RFC 9113, section 8.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turned {
    /// The connection takes no further ones.
    Connection,
    /// This one alone: too many at once.
    Stream,
}

impl Turned {
    fn away_by(error: &hyper::Error) -> Option<Self> {
        let error = error.source()?.downcast_ref::<h2::Error>()?;
        if !error.is_remote() {
            return None;
        }
        match error.reason() {
            Some(Reason::NO_ERROR) if error.is_go_away() => Some(Self::Connection),
            Some(Reason::REFUSED_STREAM) if error.is_reset() => Some(Self::Stream),
            _ => None,
        }
    }
}

/// Upgrades are asked for elsewhere, so an upstream that switches protocols here is not to be talked to.
fn checked(answered: Answered) -> Exchanged {
    let switches = answered.response.status() == StatusCode::SWITCHING_PROTOCOLS;
    if switches && Guard::UnaskedSwitch.is_on() {
        return Exchanged::Failed(UpstreamError::Switched);
    }
    if is_framed_twice(answered.response.headers()) && Guard::AnswerFraming.is_on() {
        return Exchanged::Failed(UpstreamError::Framing);
    }
    Exchanged::Answered(Box::new(answered))
}

/// Whether the end of an answer can be understood in two ways: by its length, and by its coding.
fn is_framed_twice(headers: &HeaderMap) -> bool {
    let mut codings = headers.get_all(TRANSFER_ENCODING).iter();
    let plain = codings.all(|coding| coding.as_bytes().eq_ignore_ascii_case(b"chunked"));
    let both = headers.contains_key(TRANSFER_ENCODING) && headers.contains_key(CONTENT_LENGTH);
    both || !plain
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use bytes::Bytes;
    use hyper::client::conn::http1;
    use hyper_util::rt::TokioIo;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    #[tokio::test]
    async fn an_upload_goes_on_while_nobody_reads_its_answer() {
        const LENGTH: usize = 64 * 1024;
        let (near, mut far) = tokio::io::duplex(1024);
        let (sender, connection) = http1::handshake(TokioIo::new(near)).await.unwrap();
        let destination = bottle_egress::Destination {
            scheme: bottle_egress::Scheme::Http,
            host: "ok.test".parse().unwrap(),
            port: "80".parse().unwrap(),
        };
        let (pool, origin) = (Arc::default(), Arc::new(Origin::new(destination)));
        let request = Request::new(Body::whole(Bytes::from(vec![b'x'; LENGTH])));
        let far_end = async {
            let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n";
            let mut begun = [0; 512];
            far.read_exact(&mut begun).await.unwrap();
            far.write_all(answer).await.unwrap();
            far
        };
        let sent = exchange1(&pool, &origin, Aged::new(sender, connection), request);
        let (exchanged, mut far) = tokio::join!(sent, far_end);
        let Exchanged::Answered(_unread) = exchanged else {
            panic!("no answer")
        };
        let mut upload = vec![0; LENGTH - 512];
        let read = timeout(Duration::from_secs(10), far.read_exact(&mut upload)).await;
        assert!(read.unwrap().is_ok());
    }
}

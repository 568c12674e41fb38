//! An HTTP/1.1 connection from its first byte to its last: what the library takes for requests behind [`Strict`].

use std::future::poll_fn;
use std::rc::Rc;
use std::sync::atomic::Ordering;
use std::task::Context;

use http::Uri;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;

use super::grammar::{self, Field, Message};
use super::pieces::{Pieces, Split, settle, with_clock};
use super::recorder::{Readers, SWITCHING_PATH, Seen, Seens, answer};
use crate::engine::http1_server;
use crate::wire::Strict;

/// How a connection came to its end.
#[derive(Debug, PartialEq, Eq)]
enum Ended {
    /// The library refused something.
    Refused,
    /// In order.
    Closed,
    /// Not before its client left.
    Never,
}

/// The requests on a connection are those that the grammar says, however their bytes arrive, and nothing behind a refusal
/// is one.
///
/// # Panics
///
/// When it is otherwise.
pub fn request_head(bytes: &[u8]) {
    let expected = grammar::read(bytes, |message| {
        let granted = message.is_http11 && message.target.starts_with(SWITCHING_PATH.as_bytes());
        message.method == "CONNECT" || granted
    });
    let [first, others @ ..] = Split::several(bytes);
    let whole = serve(bytes, first);
    agree(&whole, &expected);
    for split in others {
        let again = serve(bytes, split);
        agree(&again, &expected);
        assert_eq!(settled(&again), settled(&whole), "{split:?}");
    }
}

type Served = (Vec<Seen>, Ended);

/// What does not depend on the moment: of a body that breaks off, more or less may have been read.
#[derive(Debug, PartialEq, Eq)]
struct Settled<'a> {
    method: &'a str,
    uri: &'a Uri,
    fields: &'a [Field],
    /// The body, when nothing of it is missing.
    body: Option<&'a [u8]>,
}

impl<'a> From<&'a Seen> for Settled<'a> {
    fn from(seen: &'a Seen) -> Self {
        let Seen {
            method,
            uri,
            fields,
            body,
            is_whole,
            is_last: _,
        } = seen;
        let body = is_whole.then_some(body.as_slice());
        Self {
            method,
            uri,
            fields,
            body,
        }
    }
}

fn settled((seen, _): &Served) -> Vec<Settled<'_>> {
    seen.iter().map(Settled::from).collect()
}

/// Compares what the library took for requests with what the grammar says.
fn agree((seen, ended): &Served, expected: &[Message]) {
    assert!(
        seen.len() <= expected.len(),
        "{seen:?} instead of {expected:?}"
    );
    for (each, message) in seen.iter().zip(expected) {
        let target = Uri::try_from(message.target.as_slice());
        assert_eq!(
            (&each.method, Some(&each.uri), &each.fields),
            (&message.method, target.as_ref().ok(), &message.fields)
        );
        assert!(message.body.starts_with(&each.body));
        assert!(
            !each.is_whole || (message.is_whole && each.body == message.body),
            "{each:?} instead of {message:?}"
        );
        // Where the library is the stricter one, it goes no further.
        assert!(each.is_whole || !message.is_whole || *ended != Ended::Never);
    }
    let more = seen.len() < expected.len();
    let may_end = *ended == Ended::Refused
        || seen
            .last()
            .is_some_and(|last| last.is_last || !last.is_whole);
    assert!(
        !more || may_end,
        "{ended:?} after {seen:?} instead of {expected:?}"
    );
}

/// Serves the bytes of a client and says what came of it.
fn serve(bytes: &[u8], split: Split) -> Served {
    let (seen, readers) = (Seens::default(), Readers::default());
    let (client, leave) = Pieces::staying(bytes, split);
    let ended = with_clock(|| {
        let service =
            service_fn(|request| Box::pin(answer(Rc::clone(&seen), Rc::clone(&readers), request)));
        let mut connection =
            http1_server().serve_connection(TokioIo::new(Strict::new(client)), service);
        let mut serving = Box::pin(poll_fn(|cx| {
            let served = connection.poll_without_shutdown(cx);
            poll_all(&readers, cx);
            served
        }));
        let ended = match settle(serving.as_mut()) {
            Some(Ok(())) => Ended::Closed,
            Some(Err(_)) => Ended::Refused,
            None => Ended::Never,
        };
        if ended == Ended::Never {
            leave.store(true, Ordering::Relaxed);
            assert!(
                settle(serving.as_mut()).is_some(),
                "a connection without a client"
            );
        }
        ended
    });
    (seen.take(), ended)
}

/// Lets everything that reads a body go on.
fn poll_all(readers: &Readers, cx: &mut Context<'_>) {
    let mut reading = readers.take();
    reading.retain_mut(|reader| reader.as_mut().poll(cx).is_pending());
    readers.borrow_mut().append(&mut reading);
}

//! An HTTP/1.1 connection, moved by whoever uses it.
//!
//! hyper gives a connection out in two halves: one takes requests, the other is a future that moves the bytes. As a
//! task of its own that future costs two changes of tasks for each request. So it travels with the connection and is
//! polled beside the answer that is waited for. A request with a body is the exception: its client may read no answer
//! before it sent everything, so there the bytes have to move whether the answer is read or not.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use hyper::client::conn::http1;

use crate::body::Body;

/// The half that takes requests.
pub(super) type Http1 = http1::SendRequest<Body>;

type Driver = Pin<Box<dyn Future<Output = ()> + Send>>;

/// An HTTP/1.1 connection and when it was opened.
pub(super) struct Aged {
    pub(super) sender: Http1,
    /// What moves the bytes; none when a task has it, or when it ended.
    driver: Option<Driver>,
    pub(super) opened: Instant,
    /// A request went over it before.
    pub(super) used: bool,
}

impl fmt::Debug for Aged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Aged")
            .field("opened", &self.opened)
            .field("used", &self.used)
            .finish_non_exhaustive()
    }
}

impl Aged {
    /// A connection that was just opened.
    pub(super) fn new(
        sender: Http1,
        connection: impl Future<Output = Result<(), hyper::Error>> + Send + 'static,
    ) -> Self {
        Self {
            sender,
            driver: Some(Box::pin(ended(connection))),
            opened: Instant::now(),
            used: false,
        }
    }

    /// Moves the bytes, if the user has to.
    pub(super) fn drive(&mut self, cx: &mut Context<'_>) {
        let driven = self.driver.as_mut().map(|driver| driver.as_mut().poll(cx));
        if driven.is_some_and(|driven| driven.is_ready()) {
            self.driver = None;
        }
    }

    /// From now on the bytes move by themselves.
    pub(super) fn detach(&mut self) {
        if let Some(driver) = self.driver.take() {
            tokio::spawn(driver);
        }
    }

    /// Whether a request can be sent; an error when never again.
    pub(super) fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<hyper::Result<()>> {
        self.drive(cx);
        self.sender.poll_ready(cx)
    }

    /// Takes in what has arrived, and forgets the task that used this last. False when the connection has ended.
    pub(super) fn settle(&mut self) -> bool {
        self.drive(&mut Context::from_waker(Waker::noop()));
        !self.sender.is_closed()
    }
}

/// A connection until it ends.
pub(super) async fn ended(connection: impl Future<Output = Result<(), hyper::Error>>) {
    if let Err(error) = connection.await {
        tracing::debug!(%error, "upstream connection ended");
    }
}

//! HTTP/2 with a client, inside TLS.

use std::convert::Infallible;
use std::error::Error as _;
use std::pin::pin;
use std::sync::Arc;

use bottle_core::Guard;
use h2::Reason;
use hyper::server::conn::http2::Builder;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::interval;

use super::busy::{Busy, One, Timed};
use super::connection::Connection;
use crate::gate::Gate;
use crate::limits::{
    H2_CLIENT_CONNECTION_WINDOW, H2_CLIENT_WINDOW, H2_IDLE_CHECK, H2_MAX_ERROR_RESETS,
    H2_MAX_PENDING_RESETS, H2_MAX_STREAMS, H2_NARROW_WINDOW, H2_PING_INTERVAL, H2_PING_TIMEOUT,
    H2_SEND_BUFFER, IDLE_TIMEOUT, MAX_HEAD_BYTES,
};
use crate::stop::Stop;

impl<G: Gate> Connection<G> {
    /// Answers requests until the connection ends.
    pub(super) async fn serve_http2<S>(self: Arc<Self>, stream: S, mut stop: Stop)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let busy = Arc::<Busy>::default();
        let wide = self.engine.wide.try_acquire();
        let window = match &wide {
            Ok(_) => H2_CLIENT_CONNECTION_WINDOW,
            Err(_) => H2_NARROW_WINDOW,
        };
        let (own, counted, for_sockets) = (Arc::clone(&self), Arc::clone(&busy), stop.clone());
        let service = service_fn(move |request| {
            let (own, one, stop) = (Arc::clone(&own), One::of(&counted), for_sockets.clone());
            Box::pin(async move {
                let response = own.answer_http2(request, stop, one.clone()).await;
                Ok::<_, Infallible>(response.map(|body| Timed { body, _one: one }))
            })
        });
        let serving = builder(window).serve_connection(TokioIo::new(stream), service);
        let mut connection = pin!(serving);
        let mut checks = interval(H2_IDLE_CHECK);
        let mut stopping = false;
        let served = loop {
            tokio::select! {
                served = connection.as_mut() => break served,
                // What is under way is finished, and nothing new begun.
                () = stop.requested(), if !stopping => {
                    stopping = true;
                    connection.as_mut().graceful_shutdown();
                }
                _ = checks.tick() => {
                    if busy.idle_for().is_some_and(|idle| idle > IDLE_TIMEOUT) {
                        connection.as_mut().graceful_shutdown();
                    }
                }
            }
        };
        if let Err(error) = served {
            tracing::debug!(%error, "HTTP/2 connection ended");
            if let Some(code) = code(&error) {
                let authority = self.tunnel.as_ref().map(|place| &place.authority);
                self.engine.closed(authority, code);
            }
        }
    }
}

/// Why a connection was ended; none when its other end went away.
fn code(error: &hyper::Error) -> Option<&'static str> {
    let cause = error.source()?.downcast_ref::<h2::Error>()?;
    match cause.reason() {
        _ if cause.is_io() => None,
        Some(Reason::ENHANCE_YOUR_CALM) => Some("limit.h2"),
        _ => Some("http.malformed"),
    }
}

pub(crate) fn builder(window: u32) -> Builder<TokioExecutor> {
    let fields = limit(Guard::Http2Fields, MAX_HEAD_BYTES);
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .timer(TokioTimer::new())
        .max_concurrent_streams(H2_MAX_STREAMS)
        .initial_stream_window_size(H2_CLIENT_WINDOW)
        .initial_connection_window_size(window)
        .max_send_buf_size(H2_SEND_BUFFER)
        .max_header_list_size(fields.try_into().unwrap_or(u32::MAX))
        .max_pending_accept_reset_streams(limit(Guard::Http2Resets, H2_MAX_PENDING_RESETS))
        .max_local_error_reset_streams(limit(Guard::Http2Resets, H2_MAX_ERROR_RESETS))
        .keep_alive_interval(H2_PING_INTERVAL)
        .keep_alive_timeout(H2_PING_TIMEOUT)
        .auto_date_header(false)
        // A WebSocket over HTTP/2 (RFC 8441).
        .enable_connect_protocol();
    builder
}

/// A limit, or none where its guard is off.
fn limit(guard: Guard, number: usize) -> usize {
    if guard.is_on() { number } else { usize::MAX }
}

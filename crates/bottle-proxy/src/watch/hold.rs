//! The beginning of an answer, held until it was looked at.

use std::future::poll_fn;

use bytes::{Bytes, BytesMut};
use hyper::body::Frame;

use super::Sign;
use super::look::Look;
use crate::body::{Arrival, Body, BodyError};
use crate::limits::RESPONSE_HOLD_BYTES;

/// What arrived before anything was passed on.
#[derive(Debug, Default)]
pub(super) struct Held {
    pub(super) data: Bytes,
    filling: BytesMut,
    /// What stands behind the data: trailers, or an error.
    pub(super) behind: Option<Result<Frame<Bytes>, BodyError>>,
    /// Nothing more comes.
    pub(super) ended: bool,
}

/// What is looked at of it.
#[derive(Debug)]
pub(super) struct View {
    data: Bytes,
    ended: bool,
}

impl Held {
    /// Reads until the end, or until enough is there. Can be left at any time and keeps what came. Stops when the look
    /// is not needed: what is no text does not wait.
    pub(super) async fn fill(&mut self, body: &mut Body, look: &Look) {
        while self.filling.len() < RESPONSE_HOLD_BYTES && !look.is_waived(&self.filling) {
            let Arrival { frame, is_last } = poll_fn(|cx| body.poll_arrival(cx)).await;
            self.ended |= is_last;
            match frame.map(|frame| frame.map(Frame::into_data)) {
                None => self.ended = true,
                Some(Ok(Ok(data))) => self.filling.extend_from_slice(&data),
                Some(Ok(Err(other))) => self.behind = Some(Ok(other)),
                Some(Err(error)) => self.behind = Some(Err(error)),
            }
            if self.ended || self.behind.is_some() {
                return;
            }
        }
    }

    /// What is there, to be looked at; from now on nothing is added.
    pub(super) fn view(&mut self) -> View {
        self.data = self.filling.split().freeze();
        View {
            data: self.data.clone(),
            ended: self.ended || self.behind.is_some(),
        }
    }
}

impl View {
    /// How much there is to look at.
    pub(super) const fn length(&self) -> usize {
        self.data.len()
    }

    /// What is wrong with it.
    pub(super) fn looked_at(&self, look: &mut Look) -> Option<Sign> {
        let sign = look.push(&self.data);
        sign.or_else(|| {
            if self.ended {
                look.end()
            } else {
                look.settle()
            }
        })
    }
}

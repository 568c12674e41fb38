//! A mask over a stream.

use std::slice;
use std::sync::Arc;

use bottle_core::Guard;
use bytes::{Bytes, BytesMut};
use http::HeaderMap;

use super::edge::Edge;
use super::scan::Scan;
use super::{Mask, cover, cover_in_place};

/// A shorter beginning of a value is passed on at once, and if the rest follows, the rest is covered: three bytes of a
/// secret tell nobody anything, but a message that waits for its last byte keeps both sides waiting.
const MIN_HELD: usize = 4;

/// A mask over a stream: a value is found however the stream is cut.
#[derive(Debug)]
pub(crate) struct StreamMask {
    mask: Arc<Mask>,
    /// Remembers what was passed on already.
    scan: Scan,
    /// Looks at the beginning of a part of something longer.
    edge: Option<Edge>,
    /// The end of what came, if a value may have begun there.
    held: BytesMut,
}

impl StreamMask {
    /// A mask over a whole body.
    pub(crate) fn new(mask: Arc<Mask>) -> Self {
        Self {
            scan: Scan::new(&mask),
            mask,
            edge: None,
            held: BytesMut::new(),
        }
    }

    /// A mask over a part of a body, which may begin and end inside a value.
    pub(crate) fn over_part(mask: Arc<Mask>) -> Self {
        let edge = Guard::MaskEnds.is_on().then(|| Edge::new(&mask));
        Self {
            edge,
            ..Self::new(mask)
        }
    }

    /// What can be passed on after `data` came. Little is held back unless a value may have begun.
    pub(crate) fn push(&mut self, data: Bytes) -> Bytes {
        if !Guard::MaskBodies.is_on() {
            return data;
        }
        if !Guard::MaskSplits.is_on() {
            self.scan = Scan::new(&self.mask);
        }
        if let Some(edge) = &mut self.edge {
            edge.over(&self.mask, &data);
        }
        let mut found = Vec::new();
        let mut whole = if self.held.is_empty() {
            self.scan.over(&self.mask, &data, 0, &mut found);
            cover(data, &found)
        } else {
            let mut whole = self.held.split();
            let from = whole.len();
            whole.extend_from_slice(&data);
            self.scan.over(&self.mask, &whole, from, &mut found);
            cover_in_place(&mut whole, &found);
            whole.freeze()
        };
        if let Some(edge) = self.edge.take_if(|edge| !edge.is_open()) {
            whole = cover(whole, slice::from_ref(&edge.covered()));
        }
        let held = whole.split_off(whole.len() - self.hold(whole.len()));
        self.held.extend_from_slice(&held);
        whole
    }

    /// How many of the last `length` bytes have to wait.
    fn hold(&self, length: usize) -> usize {
        if self.edge.is_some() {
            return length;
        }
        let begun = self.scan.tail(&self.mask).begun;
        if begun < MIN_HELD || !Guard::MaskSplits.is_on() {
            return 0;
        }
        begun.min(length)
    }

    /// What is left at the end. A beginning of a value that nothing follows is covered if it tells too much.
    pub(crate) fn finish(&mut self) -> Option<Bytes> {
        let mut rest = self.held.split();
        if rest.is_empty() {
            return None;
        }
        if Guard::MaskEnds.is_on() {
            let telling = self.scan.tail(&self.mask).telling;
            let end = rest.len().saturating_sub(telling)..rest.len();
            let edge = self.edge.take();
            let beginning = edge.map_or(0..0, |edge| edge.covered_at_the_end());
            cover_in_place(&mut rest, &[end, beginning]);
        }
        Some(rest.freeze())
    }

    /// Covers the values of header fields.
    pub(crate) fn cover_headers(&self, headers: &mut HeaderMap) {
        self.mask.cover_headers(headers);
    }

    /// Whether something is held back.
    pub(crate) fn is_holding(&self) -> bool {
        !self.held.is_empty()
    }

    /// How much.
    pub(crate) fn held(&self) -> usize {
        self.held.len()
    }
}

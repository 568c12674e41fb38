//! A body whose compression comes off as a whole: in Brotli and Zstandard, or in several codings, which nobody was asked for.

use bottle_pipelock::decode;
use bytes::Bytes;
use http::header::CONTENT_ENCODING;
use http::{HeaderMap, HeaderValue};

use super::Sign;
use crate::limits::{MAX_UNPACKED, MAX_UNPACKING, RESPONSE_HOLD_BYTES};

/// The last piece of what is held may be longer than what was still missing.
const MAX_GATHERED: usize = 2 * RESPONSE_HOLD_BYTES;

/// What came of one, and how it is compressed.
#[derive(Debug)]
pub(super) struct Gathered {
    codings: Vec<Vec<u8>>,
    bytes: Bytes,
}

impl Gathered {
    /// Nothing yet of a body with these fields; none where its codings are not known.
    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        let fields = headers.get_all(CONTENT_ENCODING).iter();
        let codings: Vec<_> = fields
            .map(HeaderValue::as_bytes)
            .map(<[u8]>::to_vec)
            .collect();
        let names = codings.iter().map(Vec::as_slice);
        // Nothing comes out of nothing, but the codings are read.
        let is_known = decode(names, b"", 0).is_ok();
        is_known.then_some(Self {
            codings,
            bytes: Bytes::new(),
        })
    }

    /// Whether nothing came.
    pub(super) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Takes what came next, as long as it is short.
    pub(super) fn push(&mut self, data: &Bytes) -> Result<(), Sign> {
        if self.bytes.len().saturating_add(data.len()) > MAX_GATHERED {
            self.bytes = Bytes::new();
            return Err(Sign::Unreadable);
        }
        // As a rule all of it comes at once.
        self.bytes = if self.bytes.is_empty() {
            data.clone()
        } else {
            [self.bytes.as_ref(), data].concat().into()
        };
        Ok(())
    }

    /// What all of it says.
    pub(super) fn take(&mut self) -> Result<Vec<u8>, Sign> {
        let bytes = std::mem::take(&mut self.bytes);
        let most = usize::try_from(MAX_UNPACKING).unwrap_or(usize::MAX);
        let limit = bytes.len().saturating_mul(most).min(MAX_UNPACKED);
        let codings = self.codings.iter().map(Vec::as_slice);
        let plain = decode(codings, &bytes, limit).map_err(|_| Sign::Unreadable)?;
        Ok(plain.into_owned())
    }
}

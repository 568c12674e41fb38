//! Taking the compression off a response, so that what is in it can be covered.

use std::fmt;
use std::io::{self, Write};

use bottle_core::Guard;
use bytes::{Buf, Bytes};
use flate2::write::{MultiGzDecoder, ZlibDecoder};
use http::header::{ACCEPT_RANGES, CONTENT_ENCODING, CONTENT_LENGTH, ETAG};
use http::{HeaderMap, HeaderValue};

/// Bytes that are decompressed at once. A thousand times as many may come out.
const STEP: usize = 1024;

/// A response body on its way out of its compression.
pub(crate) struct Inflate {
    decoder: Decoder,
    /// Not decompressed yet.
    pending: Bytes,
}

enum Decoder {
    Gzip(MultiGzDecoder<Vec<u8>>),
    Deflate(ZlibDecoder<Vec<u8>>),
}

impl fmt::Debug for Inflate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Inflate")
    }
}

/// A response is compressed in a way that cannot be taken off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unreadable;

impl Inflate {
    /// What takes the compression off a response with these fields, which then speak of the plain body; none when it is
    /// plain already.
    ///
    /// # Errors
    ///
    /// [`Unreadable`] for codings that nobody was asked for.
    pub(crate) fn of(headers: &mut HeaderMap) -> Result<Option<Self>, Unreadable> {
        let mut codings = headers
            .get_all(CONTENT_ENCODING)
            .iter()
            .map(HeaderValue::as_bytes);
        let decoder = match (codings.next(), codings.next()) {
            (None, _) | (Some(b"identity"), None) => return Ok(None),
            (Some(b"gzip" | b"x-gzip"), None) => Decoder::Gzip(MultiGzDecoder::new(Vec::new())),
            (Some(b"deflate"), None) => Decoder::Deflate(ZlibDecoder::new(Vec::new())),
            _ if Guard::Unreadable.is_on() => return Err(Unreadable),
            _ => return Ok(None),
        };
        for name in [CONTENT_ENCODING, CONTENT_LENGTH, ETAG, ACCEPT_RANGES] {
            headers.remove(name);
        }
        Ok(Some(Self {
            decoder,
            pending: Bytes::new(),
        }))
    }

    /// Takes the next piece; [`Inflate::next`] gives it back plain.
    pub(crate) fn push(&mut self, data: Bytes) {
        self.pending = data;
    }

    /// Some plain bytes; none when the next piece is needed.
    ///
    /// # Errors
    ///
    /// When the bytes are not what the fields said.
    pub(crate) fn next(&mut self) -> io::Result<Option<Bytes>> {
        while !self.pending.is_empty() {
            let step = self.pending.len().min(STEP);
            let piece = self.pending.get(..step).unwrap_or_default();
            let plain = self.decoder.write(piece)?;
            self.pending.advance(step);
            if !plain.is_empty() {
                return Ok(Some(plain.into()));
            }
        }
        Ok(None)
    }
}

impl Decoder {
    fn write(&mut self, piece: &[u8]) -> io::Result<Vec<u8>> {
        match self {
            Self::Gzip(decoder) => {
                decoder.write_all(piece)?;
                decoder.flush()?;
                Ok(std::mem::take(decoder.get_mut()))
            }
            Self::Deflate(decoder) => {
                decoder.write_all(piece)?;
                decoder.flush()?;
                Ok(std::mem::take(decoder.get_mut()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;

    fn headers(coding: &'static str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static(coding));
        headers.insert(CONTENT_LENGTH, HeaderValue::from_static("5"));
        headers
    }

    #[test]
    fn gzip_comes_off_piece_by_piece() {
        let text = "what is in it ".repeat(1000);
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(text.as_bytes()).unwrap();
        let packed = encoder.finish().unwrap();
        for size in [1, 7, packed.len()] {
            let mut headers = headers("gzip");
            let mut inflate = Inflate::of(&mut headers).unwrap().unwrap();
            assert!(headers.is_empty());
            let mut plain = Vec::new();
            for piece in packed.chunks(size) {
                inflate.push(Bytes::copy_from_slice(piece));
                while let Some(some) = inflate.next().unwrap() {
                    plain.extend_from_slice(&some);
                }
            }
            assert_eq!(plain, text.as_bytes());
        }
    }

    #[test]
    fn other_codings_cannot_be_read() {
        assert!(Inflate::of(&mut HeaderMap::new()).unwrap().is_none());
        assert!(Inflate::of(&mut headers("identity")).unwrap().is_none());
        for coding in ["br", "zstd", "gzip, br"] {
            assert_eq!(Inflate::of(&mut headers(coding)).err(), Some(Unreadable));
        }
        let mut inflate = Inflate::of(&mut headers("gzip")).unwrap().unwrap();
        inflate.push(Bytes::from_static(b"this is no gzip at all"));
        assert!(inflate.next().is_err());
    }
}

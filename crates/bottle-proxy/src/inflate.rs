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
    /// Something came, so that its end must come, too. The answer to HEAD has fields alone.
    began: bool,
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
            began: false,
        }))
    }

    /// Takes the next piece; [`Inflate::next`] gives it back plain.
    pub(crate) fn push(&mut self, data: Bytes) {
        self.began |= !data.is_empty();
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

    /// Nothing more comes. A client that reads the plain body cannot see that some of it is missing.
    ///
    /// # Errors
    ///
    /// When what came has no end.
    pub(crate) fn end(&mut self) -> io::Result<()> {
        match &mut self.decoder {
            Decoder::Gzip(decoder) if std::mem::take(&mut self.began) => decoder.try_finish(),
            // That one says nothing about its end.
            Decoder::Gzip(_) | Decoder::Deflate(_) => Ok(()),
        }
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

    /// What comes out of a body of these pieces, and whether it ends well.
    fn plain(packed: &[u8], size: usize) -> (Vec<u8>, bool) {
        let mut inflate = Inflate::of(&mut headers("gzip")).unwrap().unwrap();
        let mut plain = Vec::new();
        for piece in packed.chunks(size) {
            inflate.push(Bytes::copy_from_slice(piece));
            loop {
                match inflate.next() {
                    Ok(Some(some)) => plain.extend_from_slice(&some),
                    Ok(None) => break,
                    Err(_) => return (plain, false),
                }
            }
        }
        (plain, inflate.end().is_ok())
    }

    #[test]
    fn a_broken_end_is_an_error() {
        let text = "what is in it ".repeat(1000);
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(text.as_bytes()).unwrap();
        let packed = encoder.finish().unwrap();
        let twice = [packed.clone(), packed.clone()].concat();
        let garbage = [&packed[..], b"and something else"].concat();
        for size in [1, 1000] {
            assert_eq!(plain(&packed, size), (text.clone().into_bytes(), true));
            assert_eq!(plain(&twice, size), (text.repeat(2).into_bytes(), true));
            assert!(!plain(&garbage, size).1);
            for end in 1..packed.len() {
                let (some, whole) = plain(&packed[..end], size);
                assert!(!whole && text.as_bytes().starts_with(&some), "{end}");
            }
        }
        assert_eq!(plain(b"", 1), (Vec::new(), true));
    }

    #[test]
    fn what_is_packed_tightly_comes_out_in_bounded_pieces() {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(&vec![0; 20 * 1024 * 1024]).unwrap();
        let mut inflate = Inflate::of(&mut headers("gzip")).unwrap().unwrap();
        inflate.push(encoder.finish().unwrap().into());
        let (mut whole, mut most) = (0, 0);
        while let Some(some) = inflate.next().unwrap() {
            (whole, most) = (whole + some.len(), most.max(some.len()));
        }
        assert_eq!(whole, 20 * 1024 * 1024);
        // Deflate packs 1032 bytes into one at best.
        assert!(most <= 1032 * (STEP + 64), "{most}");
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

//! Brotli (RFC 7932).

use std::io::Read;

use brotli_decompressor::BrotliDecoderParameter::BROTLI_DECODER_PARAM_LARGE_WINDOW;
use brotli_decompressor::Decompressor;

use super::{Unpacked, fill};
use crate::content::Undecodable;

/// How much is read at once.
const BUFFER: usize = 4096;

/// One stream, and nothing behind it. Its window has 16 MiB at most: larger ones (RFC 9841) are no coding of HTTP.
pub(in crate::content) fn brotli(packed: &[u8], limit: usize) -> Unpacked {
    let mut plain = Vec::new();
    let mut reader = Decompressor::new(packed, BUFFER);
    reader.set_parameter(BROTLI_DECODER_PARAM_LARGE_WINDOW, 0);
    let end = fill(&mut plain, &mut reader, limit).and_then(|()| {
        // The one more read fails when there are bytes in the buffer.
        match reader.read(&mut [0]) {
            Ok(0) if reader.get_ref().is_empty() => Ok(()),
            _ => Err(Undecodable::Broken),
        }
    });
    Unpacked { plain, end }
}

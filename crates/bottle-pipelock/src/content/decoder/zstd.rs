//! Zstandard (RFC 8878).

use ruzstd::decoding::{FrameDecoder, StreamingDecoder};

use super::{Unpacked, fill};
use crate::content::Undecodable;

/// The largest window of the content coding (RFC 9659 section 3), in bytes: so much memory a frame can ask for.
const MAX_WINDOW: u64 = 8 * 1024 * 1024;

/// One frame or many, skippable ones among them; no dictionaries.
pub(in crate::content) fn zstd(packed: &[u8], limit: usize) -> Unpacked {
    let mut plain = Vec::new();
    let mut decoder = FrameDecoder::new();
    decoder.set_max_window_size(MAX_WINDOW);
    let mut rest = packed;
    let mut end = Ok(());
    while end.is_ok() && !rest.is_empty() {
        end = frame(&mut decoder, &mut rest, &mut plain, limit);
    }
    Unpacked { plain, end }
}

/// Takes one frame off the beginning.
fn frame(
    decoder: &mut FrameDecoder,
    rest: &mut &[u8],
    plain: &mut Vec<u8>,
    limit: usize,
) -> Result<(), Undecodable> {
    if let [0x50..=0x5f, 0x2a, 0x4d, 0x18, a, b, c, d, data @ ..] = *rest {
        let length = usize::try_from(u32::from_le_bytes([*a, *b, *c, *d])).ok();
        let after = length.and_then(|length| data.get(length..));
        *rest = after.ok_or(Undecodable::Broken)?;
        return Ok(());
    }
    let reader = StreamingDecoder::new_with_decoder(rest, decoder);
    let mut reader = reader.map_err(|_| Undecodable::Broken)?;
    fill(plain, &mut reader, limit)
}

//! Compression that the scanner itself does not take off: bzip2. What is compressed with xz is told, not read.

use std::io::Read as _;

use bzip2_rs::DecoderReader;

/// How a stream of bzip2 begins, behind `BZh` and the size of its blocks: the digits of pi.
const BLOCK: &[u8] = b"1AY&SY";
/// A stream of nothing has this in its place: those of its root.
const EMPTY: &[u8] = b"\x17\x72\x45\x38\x50\x90";
const XZ: &[u8] = b"\xfd7zXZ\0";

/// A compression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packed {
    Bzip2,
    Xz,
}

impl Packed {
    /// By the first bytes.
    pub(super) fn of(bytes: &[u8]) -> Option<Self> {
        if bytes.starts_with(XZ) {
            return Some(Self::Xz);
        }
        is_stream(bytes).then_some(Self::Bzip2)
    }
}

fn is_stream(bytes: &[u8]) -> bool {
    let [b'B', b'Z', b'h', b'1'..=b'9', behind @ ..] = bytes else {
        return false;
    };
    behind.starts_with(BLOCK) || behind.starts_with(EMPTY)
}

/// Why something was not unpacked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unreadable {
    /// More comes out than may.
    TooLarge,
    /// Nobody can read it, or we cannot.
    Broken,
}

/// What is in it: all streams that follow one another.
pub(super) fn unpack(packed: Packed, bytes: &[u8], limit: usize) -> Result<Vec<u8>, Unreadable> {
    if packed == Packed::Xz {
        return Err(Unreadable::Broken);
    }
    let mut plain = Vec::new();
    let streams = memchr::memmem::find_iter(bytes, b"BZh");
    for start in streams {
        let stream = bytes.get(start..).unwrap_or_default();
        if is_stream(stream) {
            let room = limit.saturating_add(1).saturating_sub(plain.len());
            let room = u64::try_from(room).unwrap_or(u64::MAX);
            let mut reader = DecoderReader::new(stream).take(room);
            reader
                .read_to_end(&mut plain)
                .map_err(|_| Unreadable::Broken)?;
        }
        if plain.len() > limit {
            return Err(Unreadable::TooLarge);
        }
    }
    Ok(plain)
}

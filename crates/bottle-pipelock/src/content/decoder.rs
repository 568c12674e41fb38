//! What comes out of something compressed.

mod brotli;
mod deflate;
mod zstd;

use std::io::Read;

pub(super) use self::brotli::brotli;
pub(super) use self::deflate::{deflate, gzip, zlib};
pub(super) use self::zstd::zstd;
use super::Undecodable;

/// What came out, and how it ended.
pub(super) struct Unpacked {
    /// The plain bytes as far as they could be had; not many more than the limit.
    pub plain: Vec<u8>,
    /// Whether they are all.
    pub end: Result<(), Undecodable>,
}

impl Unpacked {
    /// The plain bytes, if they are all.
    pub(super) fn whole(self) -> Result<Vec<u8>, Undecodable> {
        self.end.map(|()| self.plain)
    }
}

/// Reads everything behind what is there already, until there is one byte more than the limit.
fn fill(plain: &mut Vec<u8>, reader: &mut impl Read, limit: usize) -> Result<(), Undecodable> {
    let room = limit.saturating_add(1).saturating_sub(plain.len());
    let mut reader = reader.take(u64::try_from(room).unwrap_or(u64::MAX));
    reader.read_to_end(plain).map_err(|_| Undecodable::Broken)?;
    if plain.len() > limit {
        return Err(Undecodable::TooLarge);
    }
    Ok(())
}

//! Bytes that say themselves that they are compressed.

use super::decoder::{self, Unpacked};
use super::{TooComplex, Undecodable};

/// What is in something compressed that shows it by its first bytes (gzip, zlib, zstd), as far as it can be had: what is
/// cut off or has other bytes behind it gives what it has. `None` if that is nothing.
///
/// # Errors
///
/// When it is more than `limit` bytes.
pub(crate) fn unpack(bytes: &[u8], limit: usize) -> Result<Option<Vec<u8>>, TooComplex> {
    let plain = plain(bytes, limit)?.map(|Plain { bytes, extent: _ }| bytes);
    Ok(plain.filter(|plain| !plain.is_empty()))
}

/// What came out of something compressed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plain {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// Whether they are all.
    pub extent: Extent,
}

/// How much of something was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// All, and nothing stood behind it.
    Whole,
    /// What came before something that cannot be read.
    Beginning,
}

/// What is in something compressed that shows it by its first bytes (gzip, zlib, zstd). `None` for all other bytes.
///
/// # Errors
///
/// When it is more than `limit` bytes.
pub fn plain(bytes: &[u8], limit: usize) -> Result<Option<Plain>, TooComplex> {
    let Unpacked { plain, end } = match bytes {
        [0x1f, 0x8b, 8, ..] => decoder::gzip(bytes, limit),
        // 32 KiB of window, without a dictionary, at each of the four levels.
        [0x78, 0x01 | 0x5e | 0x9c | 0xda, ..] => decoder::zlib(bytes, limit),
        [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => {
            decoder::zstd(bytes, limit)
        }
        _ => return Ok(None),
    };
    let extent = match end {
        Ok(()) => Extent::Whole,
        Err(Undecodable::TooLarge) => return Err(TooComplex),
        Err(_) => Extent::Beginning,
    };
    Ok(Some(Plain {
        bytes: plain,
        extent,
    }))
}

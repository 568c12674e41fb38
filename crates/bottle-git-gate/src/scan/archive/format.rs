//! What the first bytes of a file say.

use super::pack::Packed;
use super::{ar, tar};

/// Beginnings of files that hold others in a way that is not read here: 7z, rar, lz4, lzip, cabinets, rpm,
/// squashfs, packs and bundles of git, compress.
const SEALED: [&[u8]; 13] = [
    b"7z\xbc\xaf\x27\x1c",
    b"Rar!\x1a\x07",
    b"\x04\x22\x4d\x18",
    b"LZIP\x01",
    b"MSCF\0\0\0\0",
    b"\xed\xab\xee\xdb",
    b"hsqs",
    b"sqsh",
    b"PACK\0\0\0\x02",
    b"PACK\0\0\0\x03",
    b"# v2 git bundle\n",
    b"# v3 git bundle\n",
    b"\x1f\x9d\x90",
];

/// Whether it begins as zlib does. Other bytes do so, too.
pub(super) fn is_zlib(bytes: &[u8]) -> bool {
    bytes.first() == Some(&0x78)
}

/// What holds other files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// In a way that is not read here.
    Sealed,
    /// Compressed in a way that the scanner takes off, too.
    Compressed,
    /// Compressed in another way.
    Packed(Packed),
    /// A tar.
    Tar,
    /// An ar: a package of Debian, a library.
    Ar,
}

impl Format {
    /// By the first bytes; a zip is found by its members.
    pub(super) fn of(bytes: &[u8]) -> Option<Self> {
        if SEALED.iter().any(|beginning| bytes.starts_with(beginning)) {
            return Some(Self::Sealed);
        }
        if let Some(packed) = Packed::of(bytes) {
            return Some(Self::Packed(packed));
        }
        let is_compressed = matches!(
            bytes,
            [0x1f, 0x8b, 8, ..]
                | [0x78, 0x01 | 0x5e | 0x9c | 0xda, ..]
                | [0x28, 0xb5, 0x2f, 0xfd, ..]
                | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..]
        );
        if is_compressed {
            Some(Self::Compressed)
        } else if tar::is_tar(bytes) {
            Some(Self::Tar)
        } else {
            ar::is_ar(bytes).then_some(Self::Ar)
        }
    }
}

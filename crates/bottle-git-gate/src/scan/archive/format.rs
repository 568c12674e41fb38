//! What the first bytes of a file say.

use super::pack::Packed;
use super::{ar, tar};

/// Beginnings of files that hold others in a way that is not read here: 7z, rar, lz4, lzip, cabinets, rpm,
/// squashfs, packs and bundles of git, compress. Beside them stand cpio and lzma, which have no mark of that length.
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

/// How cpio begins in its forms of text, and how many digits follow.
const CPIO: [(&[u8], usize); 3] = [(b"070701", 104), (b"070702", 104), (b"070707", 70)];
/// How it begins in bytes, in either order of theirs, with the head and the longest name.
const CPIO_BYTES: [&[u8]; 2] = [b"\xc7\x71", b"\x71\xc7"];
const CPIO_HEAD: usize = 26;
const CPIO_NAME: usize = 4096;
/// The head of an lzma, and the first byte of what is compressed, which is zero.
const LZMA_HEAD: usize = 13;
/// More properties there are none.
const LZMA_PROPERTIES: u8 = 225;
/// The smallest dictionary that lzma has, and the largest content that is believed.
const LZMA_DICTIONARY: u32 = 4096;
const LZMA_CONTENT: u64 = 1 << 38;

/// By its head: all digits, or a name that ends where it should.
fn is_cpio(bytes: &[u8]) -> bool {
    let is_text = CPIO.iter().any(|(magic, digits)| {
        let head = bytes
            .strip_prefix(*magic)
            .and_then(|head| head.get(..*digits));
        head.is_some_and(|head| head.iter().all(u8::is_ascii_hexdigit))
    });
    let number = CPIO_BYTES.iter().position(|magic| bytes.starts_with(magic));
    is_text || number.is_some_and(|number| is_cpio_of_bytes(bytes, number == 0).unwrap_or(false))
}

fn is_cpio_of_bytes(bytes: &[u8], is_little: bool) -> Option<bool> {
    let length = *bytes.get(20..)?.first_chunk()?;
    let length = if is_little {
        u16::from_le_bytes(length)
    } else {
        u16::from_be_bytes(length)
    };
    let name = bytes.get(CPIO_HEAD..)?.get(..length.into())?;
    let is_name = name.len() <= CPIO_NAME && memchr::memchr(0, name) == name.len().checked_sub(1);
    Some(is_name)
}

/// An lzma without a container has no mark; all that its head can say is asked, as xz does.
fn is_lzma(bytes: &[u8]) -> bool {
    let is_one = || {
        let dictionary = u32::from_le_bytes(*bytes.get(1..)?.first_chunk()?);
        let content = u64::from_le_bytes(*bytes.get(5..)?.first_chunk()?);
        // 2^n, or 2^n + 2^(n-1).
        let lowest = dictionary & dictionary.wrapping_neg();
        let rest = dictionary ^ lowest;
        let is_size = rest == 0 || rest == lowest << 1;
        Some(
            *bytes.first()? < LZMA_PROPERTIES
                && dictionary >= LZMA_DICTIONARY
                && is_size
                && (content == u64::MAX || content < LZMA_CONTENT)
                && *bytes.get(LZMA_HEAD)? == 0,
        )
    };
    is_one().unwrap_or(false)
}

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
        let is_sealed = SEALED.iter().any(|beginning| bytes.starts_with(beginning));
        if is_sealed || is_cpio(bytes) || is_lzma(bytes) {
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

//! Members of a tar (POSIX ustar, GNU): a block of 512 bytes in front of each.

use super::super::found::shown_name;

const BLOCK: usize = 512;
/// Where the checksum stands, which counts as spaces in itself.
const CHECKSUM: std::ops::Range<usize> = 148..156;
/// Where the size stands.
const SIZE: std::ops::Range<usize> = 124..136;
/// The longest name.
const NAME: usize = 100;

/// A member that lies in its archive as it is.
pub(super) struct Member<'a> {
    pub(super) name: String,
    /// Where it begins in the archive.
    pub(super) start: usize,
    pub(super) bytes: &'a [u8],
}

/// Whether a tar begins here.
pub(super) fn is_tar(bytes: &[u8]) -> bool {
    bytes.get(..BLOCK).is_some_and(is_head)
}

/// The members, up to where something else begins. That, too, lies there as it is, but nothing in it is unpacked.
pub(super) fn members(bytes: &[u8]) -> impl Iterator<Item = Member<'_>> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        while rest
            .get(..BLOCK)
            .is_some_and(|block| block.iter().all(|byte| *byte == 0))
        {
            rest = rest.get(BLOCK..).unwrap_or_default();
        }
        let head = rest.get(..BLOCK).filter(|head| is_head(head))?;
        let behind = rest.get(BLOCK..).unwrap_or_default();
        let size = number(head.get(SIZE)?)?;
        let content = behind.get(..size).unwrap_or(behind);
        rest = behind
            .get(size.next_multiple_of(BLOCK)..)
            .unwrap_or_default();
        let name = head.get(..NAME)?.split(|byte| *byte == 0).next()?;
        Some(Member {
            name: shown_name(name),
            start: bytes.len() - behind.len(),
            bytes: content,
        })
    })
}

/// By its checksum. All zeros are no head.
fn is_head(block: &[u8]) -> bool {
    let bytes = block.iter().enumerate();
    let sum: usize = bytes
        .map(|(place, byte)| {
            if CHECKSUM.contains(&place) {
                b' '
            } else {
                *byte
            }
        })
        .map(usize::from)
        .sum();
    let told = block.get(CHECKSUM).and_then(number);
    told == Some(sum) && block.first() != Some(&0)
}

/// A number in octal digits, or, with the highest bit set, in bytes.
fn number(field: &[u8]) -> Option<usize> {
    if let Some((0x80, bytes)) = field.split_first() {
        let mut value = 0_usize;
        for byte in bytes {
            value = value.checked_mul(256)?.checked_add(usize::from(*byte))?;
        }
        return Some(value);
    }
    let is_end = |byte: &u8| matches!(byte, b' ' | 0);
    let digits = field.iter().skip_while(|byte| is_end(byte));
    let digits: Vec<u8> = digits.take_while(|byte| !is_end(byte)).copied().collect();
    usize::from_str_radix(std::str::from_utf8(&digits).ok()?, 8).ok()
}

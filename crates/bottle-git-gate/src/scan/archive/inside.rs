//! Compressed streams inside of files that are no archives: behind a script that unpacks itself, behind a picture, between
//! the members of an archive; and the streams of a PDF.
//!
//! A head is only a head if all that it can say is possible, and something comes out of it. What does not unpack is no
//! stream: the same few bytes stand in programs, too.

use std::io::Read as _;
use std::ops::Range;

use bzip2_rs::DecoderReader;
use flate2::Crc;
use flate2::read::{DeflateDecoder, ZlibDecoder};
use memchr::memmem;

use super::pack::Packed;

/// How gzip begins, with the only way of compression that it has.
const GZIP: &[u8] = b"\x1f\x8b\x08";
const GZIP_HEAD: usize = 10;
/// Flags of gzip that nobody has given a meaning.
const GZIP_UNKNOWN: u8 = 0xe0;
/// Flags of fields behind the head: a checksum, others, a name, a comment.
const HAS_CHECKSUM: u8 = 2;
const HAS_EXTRA: u8 = 4;
const HAS_NAME: u8 = 8;
const HAS_COMMENT: u8 = 16;
/// The last system that has a number.
const LAST_SYSTEM: u8 = 13;
/// How xz begins. Two bytes of flags and their checksum follow.
const XZ: &[u8] = b"\xfd7zXZ\0";
const ZSTD: &[u8] = b"\x28\xb5\x2f\xfd";
/// The bit of zstd's frames that is always unset.
const ZSTD_RESERVED: u8 = 8;
/// The longest block of zstd.
const ZSTD_BLOCK: usize = 128 * 1024;
const BZIP2: &[u8] = b"BZh";
/// What a try of bzip2 counts at least: it makes room for a block.
const BZIP2_WORK: usize = 1024 * 1024;
/// How the content of an object of a PDF begins; white space follows.
const PDF_STREAM: &[u8] = b"stream";
/// A longer name in a head of gzip only looks like one.
const GZIP_NAME: usize = 4096;
/// Where a PDF says what it is.
const PDF_HEAD: usize = 1024;

/// A stream that may begin at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Deflated, behind a head of so many bytes.
    Gzip(usize),
    Zlib,
    Zstd,
    Bzip2,
    /// Nobody here reads it.
    Xz,
}

/// What begins so, and whether the rest of the head is one.
type Head = (&'static [u8], fn(&[u8]) -> Option<Kind>);

const HEADS: [Head; 4] = [(GZIP, gzip), (XZ, xz), (ZSTD, zstd), (BZIP2, bzip2)];

/// What came out of a stream.
pub(super) struct Came {
    pub(super) plain: Vec<u8>,
    /// What it took, in bytes that were read.
    pub(super) work: usize,
}

/// Parts of a file that were read already, none of which touch each other, in their order.
pub(super) struct Opened(Vec<Range<usize>>);

impl Opened {
    pub(super) fn new(mut parts: Vec<Range<usize>>) -> Self {
        parts.sort_by_key(|part| part.start);
        let mut all: Vec<Range<usize>> = Vec::new();
        for part in parts {
            match all.last_mut().filter(|last| part.start <= last.end) {
                Some(last) => last.end = last.end.max(part.end),
                None => all.push(part),
            }
        }
        Self(all)
    }

    fn has(&self, place: usize) -> bool {
        let number = self.0.partition_point(|part| part.end <= place);
        let part = self.0.get(number);
        part.is_some_and(|part| part.contains(&place))
    }
}

/// The places where a stream may begin, outside of what was read already: so many of each kind at most.
pub(super) fn places(bytes: &[u8], opened: &Opened, most: usize) -> Vec<(usize, Kind)> {
    let mut all: Vec<(usize, Kind)> = Vec::new();
    for (magic, kind) in HEADS {
        let places = memmem::find_iter(bytes, magic).filter(|place| !opened.has(*place));
        let heads = places.filter_map(|place| Some((place, kind(bytes.get(place..)?)?)));
        all.extend(heads.take(most));
    }
    if is_pdf(bytes) {
        let places = memmem::find_iter(bytes, PDF_STREAM).filter(|place| !opened.has(*place));
        let heads = places.filter_map(|place| pdf(bytes, place + PDF_STREAM.len()));
        all.extend(heads.take(most));
    }
    all.sort_by_key(|(place, _)| *place);
    all
}

/// Whether it says that it is a PDF.
pub(super) fn is_pdf(bytes: &[u8]) -> bool {
    let head = bytes.get(..PDF_HEAD).unwrap_or(bytes);
    memmem::find(head, b"%PDF-").is_some()
}

/// What comes out of a stream, up to one byte more than the limit.
pub(super) fn unpack(kind: Kind, bytes: &[u8], limit: usize) -> Came {
    let most = u64::try_from(limit.saturating_add(1)).unwrap_or(u64::MAX);
    let mut plain = Vec::new();
    let work = |read: u64| usize::try_from(read).unwrap_or(usize::MAX);
    // What breaks off gives what came before.
    let work = match kind {
        Kind::Gzip(head) => {
            let mut decoder = DeflateDecoder::new(bytes.get(head..).unwrap_or_default());
            let _ = (&mut decoder).take(most).read_to_end(&mut plain);
            work(decoder.total_in())
        }
        Kind::Zlib => {
            let mut decoder = ZlibDecoder::new(bytes);
            let _ = (&mut decoder).take(most).read_to_end(&mut plain);
            work(decoder.total_in())
        }
        Kind::Zstd => {
            let frame = Frame::of(bytes);
            if frame.is_one {
                let frame = bytes.get(..frame.length).unwrap_or(bytes);
                match bottle_pipelock::plain(frame, limit) {
                    Ok(Some(unpacked)) => plain = unpacked.bytes,
                    Ok(None) => {}
                    Err(_) => plain.resize(limit.saturating_add(1), 0),
                }
            }
            frame.length
        }
        Kind::Bzip2 => {
            let _ = DecoderReader::new(bytes).take(most).read_to_end(&mut plain);
            BZIP2_WORK
        }
        Kind::Xz => 0,
    };
    let work = work.saturating_add(plain.len());
    Came { plain, work }
}

fn gzip(bytes: &[u8]) -> Option<Kind> {
    let (head, mut behind) = bytes.split_at_checked(GZIP_HEAD)?;
    let (flags, level, system) = (*head.get(3)?, *head.get(8)?, *head.get(9)?);
    let is_one = flags & GZIP_UNKNOWN == 0
        && matches!(level, 0 | 2 | 4)
        && (system <= LAST_SYSTEM || system == u8::MAX);
    is_one.then_some(())?;
    if flags & HAS_EXTRA != 0 {
        let length = u16::from_le_bytes(*behind.first_chunk()?);
        behind = behind.get(2..)?.get(length.into()..)?;
    }
    for flag in [HAS_NAME, HAS_COMMENT] {
        if flags & flag != 0 {
            let name = behind.get(..GZIP_NAME).unwrap_or(behind);
            behind = behind.get(memchr::memchr(0, name)? + 1..)?;
        }
    }
    if flags & HAS_CHECKSUM != 0 {
        behind = behind.get(2..)?;
    }
    Some(Kind::Gzip(bytes.len() - behind.len()))
}

fn xz(bytes: &[u8]) -> Option<Kind> {
    let behind = bytes.get(XZ.len()..)?;
    let flags: [u8; 2] = *behind.first_chunk()?;
    let told = u32::from_le_bytes(*behind.get(2..)?.first_chunk()?);
    let mut sum = Crc::new();
    sum.update(&flags);
    (sum.sum() == told).then_some(Kind::Xz)
}

fn zstd(bytes: &[u8]) -> Option<Kind> {
    let descriptor = *bytes.get(ZSTD.len())?;
    (descriptor & ZSTD_RESERVED == 0).then_some(Kind::Zstd)
}

/// A frame of zstd, as far as its blocks say where it ends.
struct Frame {
    /// How many bytes were read, or are there if it is cut off.
    length: usize,
    is_one: bool,
}

impl Frame {
    fn of(bytes: &[u8]) -> Self {
        let descriptor = bytes.get(ZSTD.len()).copied().unwrap_or_default();
        let is_single = descriptor & 0x20 != 0;
        let dictionary = [0, 1, 2, 4]
            .get(usize::from(descriptor & 3))
            .copied()
            .unwrap_or_default();
        let size = match descriptor >> 6 {
            0 => usize::from(is_single),
            number => 1 << number,
        };
        let mut length = ZSTD.len() + 1 + usize::from(!is_single) + dictionary + size;
        let mut is_one = true;
        while let Some(head) = bytes.get(length..).and_then(<[u8]>::first_chunk::<3>) {
            let [low, middle, high] = *head;
            let head = u32::from_le_bytes([low, middle, high, 0]);
            let block = usize::try_from(head >> 3).unwrap_or(usize::MAX);
            let (is_last, kind) = (head & 1 != 0, head >> 1 & 3);
            is_one = kind < 3 && block <= ZSTD_BLOCK;
            // One byte is repeated in blocks of the kind 1.
            length += 3 + if kind == 1 { 1 } else { block };
            if is_last || !is_one {
                // With a checksum.
                length += if descriptor & 4 == 0 { 0 } else { 4 };
                break;
            }
        }
        let length = length.min(bytes.len());
        Self { length, is_one }
    }
}

fn bzip2(bytes: &[u8]) -> Option<Kind> {
    (Packed::of(bytes) == Some(Packed::Bzip2)).then_some(Kind::Bzip2)
}

/// The content behind the word: white space, and a head of zlib of any window, without a dictionary.
fn pdf(bytes: &[u8], place: usize) -> Option<(usize, Kind)> {
    let behind = bytes.get(place..)?;
    let near = behind.iter().take(4);
    let space = near.take_while(|byte| byte.is_ascii_whitespace());
    let place = place + space.count();
    let [method, flags, ..] = bytes.get(place..)? else {
        return None;
    };
    let is_zlib = method & 0x0f == 8
        && method >> 4 <= 7
        && flags & 0x20 == 0
        && u16::from_be_bytes([*method, *flags]) % 31 == 0;
    is_zlib.then_some((place, Kind::Zlib))
}

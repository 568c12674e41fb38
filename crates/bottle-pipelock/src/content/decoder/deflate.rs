//! gzip (RFC 1952), zlib (RFC 1950) and what is in both (RFC 1951).

use flate2::bufread::GzDecoder;
use flate2::{Decompress, FlushDecompress, Status};

use super::{Unpacked, fill};
use crate::content::Undecodable;

/// By how much the room for plain bytes grows at least.
const STEP: usize = 16 * 1024;

/// How many members of gzip are read, each of which costs a new window. Tools that cut files into members put 64 KiB in
/// each.
const MAX_MEMBERS: usize = 1000;

/// One member or many; nothing else behind them. More than [`MAX_MEMBERS`] are too large.
pub(in crate::content) fn gzip(packed: &[u8], limit: usize) -> Unpacked {
    let (mut plain, mut rest, mut members) = (Vec::new(), packed, 0);
    let end = loop {
        if members == MAX_MEMBERS {
            break Err(Undecodable::TooLarge);
        }
        members += 1;
        let mut reader = GzDecoder::new(rest);
        let end = fill(&mut plain, &mut reader, limit);
        rest = reader.into_inner();
        if end.is_err() || rest.is_empty() {
            break end;
        }
    };
    Unpacked { plain, end }
}

/// With header and checksum.
pub(in crate::content) fn zlib(packed: &[u8], limit: usize) -> Unpacked {
    inflate(Decompress::new(true), packed, limit)
}

/// Without them.
pub(in crate::content) fn deflate(packed: &[u8], limit: usize) -> Unpacked {
    inflate(Decompress::new(false), packed, limit)
}

fn inflate(mut state: Decompress, packed: &[u8], limit: usize) -> Unpacked {
    let mut plain = Vec::new();
    let end = loop {
        let read = usize::try_from(state.total_in()).unwrap_or(packed.len());
        let rest = packed.get(read..).unwrap_or_default();
        plain.reserve(STEP);
        let length = plain.len();
        let status = state.decompress_vec(rest, &mut plain, FlushDecompress::None);
        if plain.len() > limit {
            break Err(Undecodable::TooLarge);
        }
        let read_now = usize::try_from(state.total_in()).unwrap_or(packed.len());
        match status {
            Ok(Status::StreamEnd) if read_now == packed.len() => break Ok(()),
            Ok(Status::Ok | Status::BufError) if read_now > read || plain.len() > length => {}
            // An end too early, too late, or none.
            _ => break Err(Undecodable::Broken),
        }
    };
    Unpacked { plain, end }
}

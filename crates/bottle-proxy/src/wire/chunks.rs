//! Finds the end of a chunked body, by the letter of RFC 9112 §7.1.

use bottle_core::Guard;
use thiserror::Error;

use crate::limits::{MAX_CHUNK_EXTENSION, MAX_TRAILER_BYTES};

/// Hex digits of one chunk size that surely fit 64 bits.
const MAX_SIZE_DIGITS: u8 = 15;

/// The body is not a sequence of chunks that every reader understands alike.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("malformed chunked body")]
pub(crate) struct ChunkError;

/// How far into a chunked body we are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Chunks {
    /// In the size digits: so many of them, the value so far.
    Size(u8, u64),
    /// In an extension: bytes of it, and the size of its chunk.
    Extension(usize, u64),
    /// After the CR of a size line.
    SizeEnd(u64),
    /// In the data: so many bytes to come.
    Data(u64),
    /// Before the CR that ends the data.
    DataCr,
    /// Before the LF that ends the data.
    DataLf,
    /// In the trailers: bytes of them, and bytes in this line.
    Trailer(usize, usize),
    /// After the CR of a trailer line of so many bytes.
    TrailerEnd(usize, usize),
    /// After the last byte of the body.
    Done,
}

impl Chunks {
    /// Before the first byte of a body.
    pub(crate) const START: Self = Self::Size(0, 0);

    /// Reads on; returns how many of `bytes` belong to the body (all of them unless it ends within).
    ///
    /// # Errors
    ///
    /// [`ChunkError`] at the first byte that may not stand where it stands.
    pub(crate) fn advance(&mut self, bytes: &[u8]) -> Result<usize, ChunkError> {
        let mut at = 0;
        while *self != Self::Done {
            let rest = bytes.get(at..).unwrap_or_default();
            let Some(first) = rest.first() else { break };
            if let Self::Data(left) = *self {
                let count = usize::try_from(left).unwrap_or(usize::MAX).min(rest.len());
                let left = left.saturating_sub(u64::try_from(count).unwrap_or(u64::MAX));
                *self = if left == 0 {
                    Self::DataCr
                } else {
                    Self::Data(left)
                };
                at += count;
                continue;
            }
            *self = self.step(*first)?;
            at += 1;
        }
        Ok(at)
    }

    fn step(self, byte: u8) -> Result<Self, ChunkError> {
        match (self, byte) {
            (Self::Size(digits, size), _) => Self::step_size(digits, size, byte),
            (Self::Extension(_, size), b'\r') => Ok(Self::SizeEnd(size)),
            (Self::Extension(length, size), b'\t' | b' '..=b'~')
                if length < MAX_CHUNK_EXTENSION =>
            {
                Ok(Self::Extension(length + 1, size))
            }
            (Self::SizeEnd(0), b'\n') => Ok(Self::Trailer(0, 0)),
            (Self::SizeEnd(size), b'\n') => Ok(Self::Data(size)),
            (Self::DataCr, b'\r') => Ok(Self::DataLf),
            (Self::DataLf, b'\n') => Ok(Self::START),
            (Self::Trailer(total, line), b'\r') => Ok(Self::TrailerEnd(total, line)),
            (Self::Trailer(total, line), b'\t' | b' '..=b'~' | 0x80..)
                if total < MAX_TRAILER_BYTES =>
            {
                Ok(Self::Trailer(total + 1, line + 1))
            }
            (Self::TrailerEnd(_, 0), b'\n') => Ok(Self::Done),
            (Self::TrailerEnd(total, _), b'\n') => Ok(Self::Trailer(total, 0)),
            _ => Err(ChunkError),
        }
    }

    fn step_size(digits: u8, size: u64, byte: u8) -> Result<Self, ChunkError> {
        match (digits, byte) {
            (1.., b'\r') => Ok(Self::SizeEnd(size)),
            (1.., b';') => Ok(Self::Extension(0, size)),
            (1.., b' ' | b'\t') if !Guard::ChunkSizes.is_on() => Ok(Self::Size(digits, size)),
            (0..MAX_SIZE_DIGITS, _) => {
                let digit = char::from(byte).to_digit(16).ok_or(ChunkError)?;
                Ok(Self::Size(digits + 1, size * 16 + u64::from(digit)))
            }
            _ => Err(ChunkError),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{ChunkError, Chunks};

    fn run(bytes: &[u8]) -> Result<(usize, bool), ChunkError> {
        let mut chunks = Chunks::START;
        let used = chunks.advance(bytes)?;
        Ok((used, chunks == Chunks::Done))
    }

    #[test]
    fn finds_the_end() {
        assert_eq!(run(b"3\r\nabc\r\n0\r\n\r\nGET"), Ok((13, true)));
        assert_eq!(
            run(b"A;x=y\r\n0123456789\r\n00\r\nX: y\r\n\r\n"),
            Ok((31, true))
        );
        assert_eq!(run(b"3\r\nab"), Ok((5, false)));
    }

    #[test]
    fn refuses_what_readers_disagree_on() {
        for bytes in [
            &b"\r\n"[..],
            b"0x3\r\n",
            b"+3\r\nabc",
            b"-3\r\n",
            b"3 \r\nabc",
            b"3\nabc\r\n",
            b"3\r\nabcd\r\n",
            b"3\r\nabc\n0",
            b" 3\r\n",
            b"ffffffffffffffff1\r\n",
            b"0\r\n\n",
            b"0\r\nX: \x00\r\n\r\n",
            b"3;\x01\r\n",
            b";\r\n",
        ] {
            assert_eq!(run(bytes), Err(ChunkError), "{}", bytes.escape_ascii());
        }
        let long = [b"1;".as_slice(), &[b'x'; 400], b"\r\n"].concat();
        assert_eq!(run(&long), Err(ChunkError));
    }

    proptest::proptest! {
        #[test]
        fn any_split_reads_the_same(bytes in "[0-9a-f;x\r\n ]{0,40}", cut in 0_usize..40) {
            let bytes = bytes.as_bytes();
            let (left, right) = bytes.split_at(cut.min(bytes.len()));
            let whole = run(bytes);
            let mut chunks = Chunks::START;
            let parts = chunks.advance(left).and_then(|first| Ok(first + chunks.advance(right)?));
            proptest::prop_assert_eq!(whole.map(|(used, _)| used), parts);
        }
    }
}

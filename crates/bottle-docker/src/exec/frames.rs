//! The two output streams of a command without a terminal, multiplexed on one connection.
//!
//! Each frame is one byte for the stream (1 or 2), three zero bytes, the length in four bytes, big-endian, and the
//! payload (Docker Engine API, "Attach to a container", stream format).

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt};

/// The most that is read of a payload at once.
const CHUNK: usize = 32 * 1024;

/// Which stream a piece belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Output {
    Standard,
    Error,
}

/// Reads frames in pieces of bounded size.
pub(super) struct Frames<R> {
    reader: R,
    output: Output,
    left: usize,
    buffer: Vec<u8>,
}

impl<R: AsyncRead + Unpin> Frames<R> {
    pub(super) fn new(reader: R) -> Self {
        Self {
            reader,
            output: Output::Standard,
            left: 0,
            buffer: vec![0; CHUNK],
        }
    }

    /// The next piece; `None` at the end.
    pub(super) async fn next(&mut self) -> io::Result<Option<(Output, &[u8])>> {
        while self.left == 0 {
            if !self.head().await? {
                return Ok(None);
            }
        }
        let want = self.left.min(CHUNK);
        let room = self.buffer.get_mut(..want).unwrap_or_default();
        let got = self.reader.read(room).await?;
        if got == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.left -= got;
        Ok(Some((
            self.output,
            self.buffer.get(..got).unwrap_or_default(),
        )))
    }

    /// Reads the head of a frame; false at the end.
    async fn head(&mut self) -> io::Result<bool> {
        let mut first = [0; 1];
        if self.reader.read(&mut first).await? == 0 {
            return Ok(false);
        }
        let mut rest = [0; 7];
        self.reader.read_exact(&mut rest).await?;
        let [_, _, _, length @ ..] = rest;
        self.output = match first {
            [1] => Output::Standard,
            [2] => Output::Error,
            _ => return Err(io::ErrorKind::InvalidData.into()),
        };
        let length = u32::from_be_bytes(length);
        self.left = usize::try_from(length).map_err(|_| io::ErrorKind::InvalidData)?;
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn all(bytes: &[u8]) -> io::Result<Vec<(Output, Vec<u8>)>> {
        let mut frames = Frames::new(bytes);
        let mut pieces = Vec::new();
        while let Some((output, piece)) = frames.next().await? {
            pieces.push((output, piece.to_vec()));
        }
        Ok(pieces)
    }

    #[tokio::test]
    async fn frames_of_both_streams() {
        let bytes = b"\x01\0\0\0\0\0\0\x02ab\x02\0\0\0\0\0\0\0\x02\0\0\0\0\0\0\x01!";
        let pieces = all(bytes).await.unwrap();
        assert_eq!(
            pieces,
            [
                (Output::Standard, b"ab".to_vec()),
                (Output::Error, b"!".to_vec())
            ]
        );
    }

    #[tokio::test]
    async fn what_is_cut_or_no_frame_is_an_error() {
        assert!(all(b"\x01\0\0\0\0\0\0\x02a").await.is_err());
        assert!(all(b"\x01\0\0").await.is_err());
        assert!(all(b"HTTP/1.1 200 OK").await.is_err());
        assert!(all(b"").await.unwrap().is_empty());
    }
}

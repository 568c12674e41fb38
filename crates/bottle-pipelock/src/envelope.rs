//! Messages with their length in front: gRPC ("gRPC over HTTP2", Length-Prefixed-Message) and the streams of Connect.

use crate::body::UNDECODABLE_RULE;
use crate::content::decode;
use crate::finding::Finding;
use crate::scanner::Scanner;
use crate::stream::StreamScan;

/// One byte of flags and four of length.
const HEAD: usize = 5;
/// The flag of a message that is compressed.
const COMPRESSED: u8 = 1;
/// Bytes of a compressed message, which is held as a whole; also what may come out of it, times eight. The usual limit of
/// servers for one message.
const MAX_COMPRESSED: usize = 4 * 1024 * 1024;

/// Scans a stream of messages: each as soon as it is there, with what came before it.
#[derive(Debug, Clone)]
pub struct EnvelopeScan {
    coding: Option<Vec<u8>>,
    stream: StreamScan,
    /// What there is of a message's head.
    head: Vec<u8>,
    /// Bytes of the message that have not come yet.
    left: usize,
    /// Bytes of it that came.
    came: usize,
    /// What there is of a compressed message.
    packed: Option<Vec<u8>>,
}

impl EnvelopeScan {
    /// For a stream whose compressed messages have this coding.
    pub fn new(coding: Option<&[u8]>) -> Self {
        Self {
            coding: coding.map(<[u8]>::to_vec),
            stream: StreamScan::default(),
            head: Vec::new(),
            left: 0,
            came: 0,
            packed: None,
        }
    }

    /// Scans what came next. Its offset counts the bytes of messages alone.
    pub fn push(&mut self, scanner: &Scanner, data: &[u8]) -> Option<Finding> {
        let mut rest = data;
        while !rest.is_empty() {
            if self.left == 0 && self.head.len() < HEAD {
                rest = self.read_head(rest);
                if self.left == 0 && self.head.len() == HEAD {
                    // A message without a byte.
                    self.head.clear();
                }
                continue;
            }
            let (now, later) = rest.split_at(self.left.min(rest.len()));
            rest = later;
            self.left -= now.len();
            self.came += now.len();
            let found = self.read(scanner, now);
            if found.is_some() {
                return found;
            }
        }
        None
    }

    /// Scans the end of the stream. A message that was cut off is one.
    pub fn end(&mut self, scanner: &Scanner) -> Option<Finding> {
        self.finish(scanner)
    }

    /// How many of the last bytes must not go on yet: those that could become a token within their message, and all of a
    /// compressed message.
    pub fn held(&self) -> usize {
        match &self.packed {
            Some(_) => self.came,
            None => self.stream.held().min(self.came),
        }
    }

    fn read_head<'a>(&mut self, data: &'a [u8]) -> &'a [u8] {
        let (now, later) = data.split_at((HEAD - self.head.len()).min(data.len()));
        self.head.extend_from_slice(now);
        if let [flags, length @ ..] = self.head.as_slice()
            && let Some(length) = length.first_chunk::<4>()
        {
            self.left = usize::try_from(u32::from_be_bytes(*length)).unwrap_or(usize::MAX);
            self.came = 0;
            self.packed = (flags & COMPRESSED != 0).then(Vec::new);
            self.stream.begin_message();
        }
        later
    }

    fn read(&mut self, scanner: &Scanner, data: &[u8]) -> Option<Finding> {
        let found = match &mut self.packed {
            None => self.stream.push(scanner, data),
            Some(packed) if packed.len() + data.len() > MAX_COMPRESSED => {
                Some(Finding::of(UNDECODABLE_RULE))
            }
            Some(packed) => {
                packed.extend_from_slice(data);
                None
            }
        };
        found.or_else(|| (self.left == 0).then(|| self.finish(scanner))?)
    }

    /// The message is complete: what could have gone on does not.
    fn finish(&mut self, scanner: &Scanner) -> Option<Finding> {
        self.head.clear();
        self.came = 0;
        let found = match self.packed.take() {
            None => None,
            Some(packed) => {
                let codings = self.coding.as_deref();
                let is_known = codings.is_some();
                let message = decode(codings, &packed, 8 * MAX_COMPRESSED).ok();
                match message.filter(|_| is_known) {
                    Some(message) => self.stream.push(scanner, &message),
                    None => Some(Finding::of(UNDECODABLE_RULE)),
                }
            }
        };
        found.or_else(|| self.stream.end(scanner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(flags: u8, payload: &[u8]) -> Vec<u8> {
        let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
        [&[flags], &length[..], payload].concat()
    }

    fn key() -> Vec<u8> {
        ["AK", "IAQ3EGTHP7K5ZWXN2M"].concat().into_bytes()
    }

    #[test]
    fn a_token_in_one_message_or_over_two() {
        let (front, back) = (&key()[..9], &key()[9..]);
        let whole = [message(0, b"hello"), message(0, &key()), message(0, b"")].concat();
        let cut = [message(0, front), message(0, back)].concat();
        for stream in [whole, cut] {
            for length in [1, 3, 1000] {
                let mut scan = EnvelopeScan::new(None);
                let mut pieces = stream.chunks(length);
                let found = pieces.find_map(|piece| scan.push(&Scanner::new(), piece));
                assert_eq!(found.map(|found| found.rule), Some("aws-access-key-id"));
            }
        }
    }

    #[test]
    fn a_message_that_is_complete_is_not_held() {
        let mut scan = EnvelopeScan::new(None);
        assert_eq!(
            scan.push(&Scanner::new(), &message(0, b"AKIAQ3EGTHP7K")),
            None
        );
        assert_eq!(scan.held(), 0);
        assert_eq!(
            scan.push(&Scanner::new(), &message(0, b" 5ZWXN2M")[..9]),
            None
        );
        assert_eq!(scan.held(), 3);
    }

    #[test]
    fn compressed_messages_are_unpacked_or_refused() {
        let packed = {
            use std::io::Write as _;
            let mut encoder =
                flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            encoder.write_all(&key()).unwrap();
            encoder.finish().unwrap()
        };
        let rule = |coding: Option<&[u8]>, payload: &[u8]| {
            let mut scan = EnvelopeScan::new(coding);
            let found = scan.push(&Scanner::new(), &message(1, payload));
            found.map(|found| found.rule)
        };
        assert_eq!(rule(Some(b"gzip"), &packed), Some("aws-access-key-id"));
        assert_eq!(rule(None, &packed), Some("undecodable"));
        assert_eq!(rule(Some(b"gzip"), b"no gzip"), Some("undecodable"));
        let mut scan = EnvelopeScan::new(Some(b"gzip"));
        assert_eq!(scan.push(&Scanner::new(), &message(1, &packed)[..20]), None);
        assert_eq!(scan.held(), 15);
    }
}

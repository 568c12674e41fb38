//! How much a client says before its pack: git keeps all of it in memory.

use crate::limits::MAX_COMMAND_BYTES;
use crate::pkt::{self, HEADER, Header};

/// Follows the pkt-lines of a push up to the flush behind its commands.
#[derive(Debug, Default)]
pub(super) struct Commands {
    digits: Vec<u8>,
    /// Bytes of the present pkt-line that are to come.
    left: usize,
    seen: u64,
    ended: bool,
}

/// There are more commands than anybody has, or they are no pkt-lines.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooMuch;

impl Commands {
    /// Looks at the next bytes of a client.
    pub(super) fn look(&mut self, bytes: &[u8]) -> Result<(), TooMuch> {
        let mut rest = bytes;
        while !self.ended && !rest.is_empty() {
            let want = if self.left > 0 {
                self.left
            } else {
                HEADER - self.digits.len()
            };
            let (now, later) = rest.split_at(want.min(rest.len()));
            rest = later;
            self.seen += u64::try_from(now.len()).unwrap_or(u64::MAX);
            if self.seen > MAX_COMMAND_BYTES {
                return Err(TooMuch);
            }
            if self.left > 0 {
                self.left -= now.len();
            } else {
                self.digit(now)?;
            }
        }
        Ok(())
    }

    fn digit(&mut self, bytes: &[u8]) -> Result<(), TooMuch> {
        self.digits.extend_from_slice(bytes);
        let Ok(digits) = <[u8; HEADER]>::try_from(self.digits.as_slice()) else {
            return Ok(());
        };
        self.digits.clear();
        match pkt::header(digits) {
            Ok(Header::Flush) => self.ended = true,
            Ok(Header::Data(length)) => self.left = length,
            Err(_) => return Err(TooMuch),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_flood_of_commands_ends() {
        let line = pkt::line(&[b'x'; 1000]);
        let mut commands = Commands::default();
        let fed = (0..100_000).find(|_| commands.look(&line).is_err());
        assert_eq!(fed, Some(4177));
        assert_eq!(Commands::default().look(b"PACK"), Err(TooMuch));
    }

    proptest! {
        #[test]
        fn a_pack_of_any_size_passes_in_any_pieces(piece in 1_usize..50) {
            let mut bytes = [pkt::line(b"a command"), pkt::line(b""), b"0000PACK".to_vec()].concat();
            bytes.resize(bytes.len() + 500, b'z');
            let mut commands = Commands::default();
            for piece in bytes.chunks(piece) {
                prop_assert_eq!(commands.look(piece), Ok(()));
            }
            prop_assert!(commands.ended);
        }
    }
}

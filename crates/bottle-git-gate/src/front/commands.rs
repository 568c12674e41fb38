//! What a client says before its pack: git keeps all of it in memory, and writes a signed certificate of a push where no
//! quarantine is.

use crate::limits::MAX_COMMAND_BYTES;
use crate::pkt::{self, HEADER, Header};

/// Follows the pkt-lines of a push up to the flush behind its commands.
#[derive(Debug, Default)]
pub(super) struct Commands {
    digits: Vec<u8>,
    /// Bytes of the present pkt-line that are to come.
    left: usize,
    /// How the present pkt-line begins.
    begins: Vec<u8>,
    seen: u64,
    ended: bool,
}

/// There are more commands than anybody has, or something else than commands.
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
                let room = LONGEST_BEGINNING.saturating_sub(self.begins.len());
                self.begins
                    .extend_from_slice(now.get(..room).unwrap_or(now));
                if self.left == 0 && !is_command(&std::mem::take(&mut self.begins)) {
                    return Err(TooMuch);
                }
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
            Ok(Header::Data(0)) | Err(_) => return Err(TooMuch),
            Ok(Header::Data(length)) => self.left = length,
        }
        Ok(())
    }
}

/// Two ids of the longest kind, with a space behind each.
const LONGEST_BEGINNING: usize = 2 * (64 + 1);

/// Whether a pkt-line changes a ref, or says where the client's history ends.
fn is_command(line: &[u8]) -> bool {
    let is_id =
        |part: &[u8]| matches!(part.len(), 40 | 64) && part.iter().all(u8::is_ascii_hexdigit);
    let mut parts = line.split(|byte| *byte == b' ');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(b"shallow"), Some(id), None) => is_id(id.strip_suffix(b"\n").unwrap_or(id)),
        (Some(old), Some(new), Some(_)) => is_id(old) && is_id(new),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_flood_of_commands_ends() {
        let line = pkt::line(&command(&"x".repeat(1000 - 82)));
        let mut commands = Commands::default();
        let fed = (0..100_000).find(|_| commands.look(&line).is_err());
        assert_eq!(fed, Some(4177));
        assert_eq!(Commands::default().look(b"PACK"), Err(TooMuch));
    }

    fn command(name: &str) -> Vec<u8> {
        format!("{} {} {name}", "a".repeat(40), "0".repeat(40)).into_bytes()
    }

    #[test]
    fn only_commands_go_on() {
        let id = "0".repeat(40);
        for good in [format!("shallow {id}"), format!("shallow {id}\n")] {
            assert_eq!(
                Commands::default().look(&pkt::line(good.as_bytes())),
                Ok(())
            );
        }
        let first = command("refs/heads/a\0report-status side-band-64k");
        assert_eq!(Commands::default().look(&pkt::line(&first)), Ok(()));
        for bad in [
            "push-cert\0report-status",
            "push-cert-end\n",
            "",
            "x",
            "nonce 1",
            &format!("{id} {id}"),
            &format!("{id} x refs/heads/a"),
        ] {
            assert_eq!(
                Commands::default().look(&pkt::line(bad.as_bytes())),
                Err(TooMuch),
                "{bad}"
            );
        }
    }

    proptest! {
        #[test]
        fn a_pack_of_any_size_passes_in_any_pieces(piece in 1_usize..50) {
            let mut bytes = [pkt::line(&command("refs/heads/a")), pkt::line(&command("refs/heads/b")), b"0000PACK".to_vec()].concat();
            bytes.resize(bytes.len() + 500, b'z');
            let mut commands = Commands::default();
            for piece in bytes.chunks(piece) {
                prop_assert_eq!(commands.look(piece), Ok(()));
            }
            prop_assert!(commands.ended);
        }
    }
}

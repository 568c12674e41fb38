//! What a push wants of a ref, as git tells its hooks.

use std::io::{BufRead, Read as _};

use crate::refs::{is_id, is_zero};
use crate::refusal::{Code, Refusal};

/// Bytes of one command: two ids and a name. A longer name is none anywhere.
const MAX_LINE: usize = 4096;

/// A ref is to get another id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PushCommand {
    /// What the client takes for its present id; zeros for none.
    pub(super) old: String,
    /// What it is to get; zeros to delete it.
    pub(super) new: String,
    /// Its full name. It may be anything yet.
    pub(super) name: String,
}

impl PushCommand {
    /// Reads `OLD NEW NAME`.
    pub(super) fn parse(line: &[u8]) -> Result<Self, Refusal> {
        let text = std::str::from_utf8(line).ok();
        let mut parts = text.unwrap_or_default().splitn(3, ' ');
        match (parts.next(), parts.next(), parts.next()) {
            (Some(old), Some(new), Some(name))
                if is_id(old) && is_id(new) && old.len() == new.len() && !name.is_empty() =>
            {
                Ok(Self {
                    old: old.to_owned(),
                    new: new.to_owned(),
                    name: name.to_owned(),
                })
            }
            _ => Err(Refusal::new(
                Code::RefPolicy,
                "a ref of this push has no name that is taken here: at most 200 plain characters, beginning with refs/",
            )),
        }
    }

    /// Whether the ref is to go.
    pub(super) fn deletes(&self) -> bool {
        is_zero(&self.new)
    }
}

/// Reads all commands of a push, one a line.
pub(super) fn read_all(input: &mut impl BufRead, most: u32) -> Result<Vec<PushCommand>, Refusal> {
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let limit = most.saturating_add(1).saturating_mul(MAX_LINE);
    let mut limited = input.take(u64::try_from(limit).unwrap_or(u64::MAX));
    let mut commands = Vec::new();
    loop {
        let mut line = Vec::new();
        let read = limited.read_until(b'\n', &mut line);
        if read.map_err(|error| Refusal::broken(&error))? == 0 {
            return Ok(commands);
        }
        if commands.len() == most {
            return Err(Refusal::new(
                Code::Limits,
                format_args!(
                    "a push may change {most} refs at most (`push.max_refs`). Push fewer at once."
                ),
            ));
        }
        commands.push(PushCommand::parse(
            line.strip_suffix(b"\n").unwrap_or(&line),
        )?);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_commands_up_to_a_number() {
        let (zero, one) = ("0".repeat(40), "1".repeat(40));
        let text = format!("{zero} {one} refs/heads/a\n{one} {zero} refs/heads/b c\n");
        let commands = read_all(&mut text.as_bytes(), 2).unwrap();
        assert_eq!(commands[1].name, "refs/heads/b c");
        assert!(commands[1].deletes() && !commands[0].deletes());
        let many = read_all(&mut text.as_bytes(), 1).unwrap_err();
        assert_eq!(many.code, Code::Limits);
    }

    proptest! {
        #[test]
        fn any_line_is_survived(line in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = PushCommand::parse(&line);
        }
    }
}

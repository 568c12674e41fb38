//! Contents that are too long to be looked at as a whole, and that the operator lets pass: a stream, in pieces.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::process::Stdio;
use std::time::Instant;

use bottle_pipelock::{Finding, Scanner, StreamScan};

use super::error::{Limit, ScanError};
use super::found::Found;
use super::limits::MAX_FOUND;
use super::object_id::ObjectId;
use super::process::Running;
use crate::git::Git;

/// What is looked at in one go, in bytes.
const PIECE: u64 = 1024 * 1024;

/// What stands in a content as it is, or behind encodings of a text. Nothing is unpacked or taken apart.
pub(super) fn look(
    git: &Git,
    scanner: &Scanner,
    id: ObjectId,
    deadline: Instant,
) -> Result<Vec<Found>, ScanError> {
    let mut command = git.command(["cat-file", "blob"]);
    command.arg(id.to_string());
    let (running, mut output) = Running::reading("cat-file", command, Stdio::null(), deadline)?;
    let mut stream = StreamScan::default();
    let mut all = BTreeSet::new();
    loop {
        let mut piece = Vec::new();
        let mut some = (&mut output).take(PIECE);
        let length = some.read_to_end(&mut piece).map_err(ScanError::Run)?;
        let found = if length == 0 {
            stream.find_at_end(scanner)
        } else {
            stream.find(scanner, &piece)
        };
        all.extend(
            found
                .iter()
                .map(|each| (each.offset, each.rule, each.literal)),
        );
        if all.len() > MAX_FOUND {
            return Err(ScanError::Limits(Limit::Findings));
        }
        if length == 0 {
            break;
        }
        if Instant::now() >= deadline {
            return Err(ScanError::Time);
        }
    }
    running.finish()?;
    let found = all.into_iter().map(|(offset, rule, literal)| Finding {
        rule,
        offset,
        literal,
        end: None,
    });
    Ok(found.map(|finding| Found::at(&finding)).collect())
}

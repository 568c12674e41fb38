//! Which commit brought an object: asked only when something was found in it.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read as _};
use std::time::Instant;

use super::error::ScanError;
use super::object_id::ObjectId;
use super::process::Running;
use crate::base::Base;
use crate::git::Git;

/// The longest line of git's that is read; the rest is a path, which nobody asks for.
const MAX_LINE: u64 = 8192;

/// The oldest new commit that brought each of these objects.
pub(super) fn origins(
    git: &Git,
    (new, base): (&[ObjectId], &Base),
    objects: impl IntoIterator<Item = ObjectId>,
    deadline: Instant,
) -> Result<BTreeMap<ObjectId, ObjectId>, ScanError> {
    let mut origins = Origins::of(objects);
    let mut command = git.command([
        "log",
        "--format=commit %H %T",
        "--raw",
        "--no-abbrev",
        "--no-renames",
        "--no-color",
        "--no-mailmap",
        "--no-ext-diff",
        "--no-textconv",
        "--topo-order",
        "--root",
        "-m",
        "-r",
        "-t",
    ]);
    command.args(new.iter().map(ObjectId::to_string));
    let (running, output) = Running::without("log", command, base, deadline)?;
    origins.read(&mut BufReader::new(output))?;
    running.finish()?;
    Ok(origins.found())
}

/// What was learnt so far: git tells the newest commit first, so the last one that it tells counts.
#[derive(Default)]
struct Origins {
    wanted: BTreeMap<ObjectId, Option<ObjectId>>,
    commit: Option<ObjectId>,
}

impl Origins {
    fn of(objects: impl IntoIterator<Item = ObjectId>) -> Self {
        Self {
            wanted: objects.into_iter().map(|id| (id, None)).collect(),
            commit: None,
        }
    }

    fn read(&mut self, output: &mut impl BufRead) -> Result<(), ScanError> {
        let mut line = Vec::new();
        loop {
            line.clear();
            let mut some = (&mut *output).take(MAX_LINE);
            if some.read_until(b'\n', &mut line).map_err(ScanError::Run)? == 0 {
                return Ok(());
            }
            self.line(line.trim_ascii_end());
            while line.last() != Some(&b'\n') {
                line.clear();
                let mut some = (&mut *output).take(MAX_LINE);
                if some.read_until(b'\n', &mut line).map_err(ScanError::Run)? == 0 {
                    return Ok(());
                }
            }
        }
    }

    fn line(&mut self, line: &[u8]) {
        if let Some(ids) = line.strip_prefix(b"commit ") {
            let mut ids = ids.split(|byte| *byte == b' ');
            self.commit = ids.next().and_then(ObjectId::from_digits);
            let tree = ids.next().and_then(ObjectId::from_digits);
            self.brings(tree);
        } else if line.starts_with(b":") {
            let id = line.split(|byte| *byte == b' ').nth(3);
            self.brings(id.and_then(ObjectId::from_digits));
        }
    }

    fn brings(&mut self, object: Option<ObjectId>) {
        let wanted = object.and_then(|id| self.wanted.get_mut(&id));
        if let Some(wanted) = wanted {
            *wanted = self.commit;
        }
    }

    fn found(self) -> BTreeMap<ObjectId, ObjectId> {
        let wanted = self.wanted.into_iter();
        wanted
            .filter_map(|(id, commit)| Some((id, commit?)))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_commit_counts() {
        let id = |digit: &str| ObjectId::from_digits(digit.repeat(40).as_bytes()).unwrap();
        let text = |digit: &str| digit.repeat(40);
        let log = format!(
            "commit {b} {e}\n\n:100644 100644 {c} {d} M\ta b\ncommit {a} {e}\n\n:000000 100644 {z} {d} A\ta\n:000000 100644 {z} {f} A\t{long}\n",
            a = text("a"),
            b = text("b"),
            c = text("c"),
            d = text("d"),
            e = text("e"),
            f = text("f"),
            z = text("0"),
            long = "commit ".repeat(5000),
        );
        let mut origins = Origins::of([id("d"), id("e"), id("f"), id("c")]);
        origins.read(&mut log.as_bytes()).unwrap();
        let found = origins.found();
        assert_eq!(found.get(&id("d")), Some(&id("a")));
        assert_eq!(found.get(&id("e")), Some(&id("a")));
        assert_eq!(found.get(&id("f")), Some(&id("a")));
        assert_eq!(found.get(&id("c")), None);
    }
}

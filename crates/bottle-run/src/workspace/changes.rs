//! What a checkout has beyond the commit that it began at.

use std::fmt;

use super::git::Git;
use super::snapshot::Snapshot;
use super::worktree::BASE_REF;
use super::{LeftOut, TreePath, WorkspaceError, Worktree};

/// Bytes of a patch: what a terminal or an editor still takes, with room for binary files.
pub(super) const MAX_PATCH: u64 = 512 * 1024 * 1024;

/// How a path differs from the base commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChangeKind {
    /// It is new.
    Added,
    /// Its content or its permission to be run changed.
    Modified,
    /// It is gone.
    Deleted,
    /// It was a file and is a link, or the other way round.
    Retyped,
}

impl ChangeKind {
    /// The letter that git writes for it.
    pub const fn letter(self) -> char {
        match self {
            Self::Added => 'A',
            Self::Modified => 'M',
            Self::Deleted => 'D',
            Self::Retyped => 'T',
        }
    }
}

/// What a tree has at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// As git writes it: `100644`, `100755`, `120000`.
    pub(super) mode: String,
    /// The object's name.
    pub(super) object: String,
}

impl Entry {
    /// Whether it is a link.
    pub(super) fn is_link(&self) -> bool {
        self.mode == "120000"
    }
}

/// One path that differs from the base commit. A file that was renamed is two: one deleted, one added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The path, in bytes that the agent chose.
    pub path: TreePath,
    /// How it differs.
    pub kind: ChangeKind,
    pub(super) before: Option<Entry>,
    pub(super) after: Option<Entry>,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind.letter(), self.path)
    }
}

/// What a checkout has beyond the commit that it began at, as of when it was asked for.
#[derive(Debug, Clone)]
pub struct Changes {
    worktree: Worktree,
    tree: String,
    list: Vec<Change>,
    /// What is in the checkout and not among the changes, but for ignored files.
    pub left_out: Vec<LeftOut>,
    /// What git could not look into, in its words, as they came.
    pub unread: Vec<String>,
}

impl Changes {
    pub(super) fn new(worktree: &Worktree, snapshot: Snapshot) -> Result<Self, WorkspaceError> {
        let Snapshot {
            tree,
            mut left_out,
            unread,
        } = snapshot;
        left_out.sort();
        let answer = diff(worktree, &tree)
            .args(["--raw", "--no-abbrev", "-z"])
            .run(WHAT)?;
        Ok(Self {
            worktree: worktree.clone(),
            tree,
            list: read(&answer.stdout)?,
            left_out,
            unread,
        })
    }

    /// The paths that differ, in git's order.
    pub fn iter(&self) -> impl Iterator<Item = &Change> {
        self.list.iter()
    }

    /// Whether nothing differs and nothing was left out.
    pub const fn is_empty(&self) -> bool {
        self.list.is_empty() && self.left_out.is_empty() && self.unread.is_empty()
    }

    /// Git's patch text, with renames found and binary files named alone.
    ///
    /// **It holds what the agent wrote, control characters too**: only a terminal that is shielded from them may show it.
    ///
    /// # Errors
    ///
    /// When git refuses, or it has more than 512 MiB.
    pub fn patch(&self) -> Result<Vec<u8>, WorkspaceError> {
        self.show(&["--patch", "--find-renames"])
    }

    /// What `git diff --stat` shows: a line for each file, and the sum. Names are quoted.
    ///
    /// # Errors
    ///
    /// When git refuses.
    pub fn stat(&self) -> Result<String, WorkspaceError> {
        let text = self.show(&["--stat=100", "--find-renames"])?;
        Ok(String::from_utf8_lossy(&text).into_owned())
    }

    fn show(&self, how: &[&str]) -> Result<Vec<u8>, WorkspaceError> {
        let answer = diff(&self.worktree, &self.tree).args(how).output(MAX_PATCH);
        Ok(answer.run(WHAT)?.stdout)
    }

    pub(super) const fn worktree(&self) -> &Worktree {
        &self.worktree
    }
}

const WHAT: &str = "compare with the base commit";

/// Two trees are compared, in a repository without files: no attribute of the agent's names a program, none is configured,
/// and none declares a text to be binary so that nobody sees it.
pub(super) fn diff(worktree: &Worktree, tree: &str) -> Git {
    let options = [
        "--no-ext-diff",
        "--no-textconv",
        "--no-color",
        "--no-renames",
    ];
    // Further options come after the trees: git takes them in any order.
    worktree
        .git()
        .args(["diff-tree", "-r", "--full-index"])
        .args(options)
        .args([BASE_REF, tree])
}

/// Records of `diff-tree`: `:mode mode oid oid letter`, then the path.
fn read(answer: &[u8]) -> Result<Vec<Change>, WorkspaceError> {
    let mut fields = answer.split(|byte| *byte == 0);
    let mut changes = Vec::new();
    while let Some(record) = fields.next().filter(|record| !record.is_empty()) {
        let change = fields.next().and_then(|path| change(record, path));
        changes.push(change.ok_or(WorkspaceError::Answer { what: WHAT })?);
    }
    Ok(changes)
}

fn change(record: &[u8], path: &[u8]) -> Option<Change> {
    let record = std::str::from_utf8(record).ok()?.strip_prefix(':')?;
    let mut words = record.split(' ');
    let (old_mode, new_mode) = (words.next()?, words.next()?);
    let (old, new) = (words.next()?, words.next()?);
    let kind = match words.next()? {
        "A" => ChangeKind::Added,
        "M" => ChangeKind::Modified,
        "D" => ChangeKind::Deleted,
        "T" => ChangeKind::Retyped,
        _ => return None,
    };
    Some(Change {
        path: TreePath::new(path)?,
        kind,
        before: entry(old_mode, old),
        after: entry(new_mode, new),
    })
}

/// `None` for nothing, which git writes as zeros.
fn entry(mode: &str, object: &str) -> Option<Entry> {
    (mode != "000000").then(|| Entry {
        mode: mode.to_owned(),
        object: object.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn records_are_read() {
        let answer = b":100644 120000 aa bb T\0a b\0:000000 100755 00 cc A\0-x\0";
        let changes = read(answer).unwrap();
        let shown: Vec<String> = changes.iter().map(ToString::to_string).collect();
        assert_eq!(shown, ["T a b", "A -x"]);
        assert_eq!(changes[1].before, None);
        assert!(changes[0].after.as_ref().unwrap().is_link());
    }

    #[test]
    fn an_answer_that_is_none_is_an_error() {
        for answer in [
            &b":100644"[..],
            b":1 2 3 4 X\0a\0",
            b":1 2 3 4 M\0/a\0",
            b"x\0y\0",
        ] {
            assert!(read(answer).is_err(), "{answer:?}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(answer: Vec<u8>) {
            let _ = read(&answer);
        }
    }
}

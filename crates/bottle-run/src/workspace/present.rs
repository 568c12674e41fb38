//! What the operator has at the paths that changes are about.

use std::collections::VecDeque;

use super::beneath::{Beneath, Found};
use super::changes::Entry;
use super::git::{COPY_WAIT, Git};
use super::{Source, TreePath, WorkspaceError, Worktree};

const WHAT: &str = "compare with your files";

/// What the operator has at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Present {
    /// Nothing.
    Nothing,
    /// Nothing, because a part of the way is a link or a file.
    Blocked,
    /// A file or a link, as git would keep it.
    Entry(Entry),
    /// A folder.
    Folder,
    /// Something else.
    Other,
}

impl Present {
    /// Whether this is what a tree has there.
    pub(super) fn is(&self, entry: Option<&Entry>) -> bool {
        match (self, entry) {
            // Where a folder is, or a file on the way, the file of that name is gone.
            (Self::Nothing | Self::Blocked | Self::Folder, None) => true,
            (Self::Entry(present), Some(entry)) => present == entry,
            _ => false,
        }
    }

    /// Looks at many paths, in their order. Files go through the operator's own conversions (line ends, LFS), as git would
    /// have them when he commits.
    pub(super) fn read(
        root: &Beneath,
        source: &Source,
        (worktree, paths): (&Worktree, &[&TreePath]),
    ) -> Result<Vec<Self>, WorkspaceError> {
        let mut present = Vec::new();
        for path in paths {
            let io = WorkspaceError::io("read", &source.root.join(path.to_string()));
            present.push(Self::from_found(root.look(path).map_err(io)?, worktree)?);
        }
        let files = || {
            paths
                .iter()
                .zip(&present)
                .filter(|(_, present)| present.is_unnamed())
        };
        let files: Vec<&TreePath> = files().map(|(path, _)| *path).collect();
        let mut names = names_of_files(source, &files)?;
        for unnamed in present.iter_mut().filter(|present| present.is_unnamed()) {
            if let Self::Entry(entry) = unnamed {
                entry.object = names
                    .pop_front()
                    .ok_or(WorkspaceError::Answer { what: WHAT })?;
            }
        }
        Ok(present)
    }

    /// A file has no name yet: git is asked for all of them at once.
    fn from_found(found: Found, worktree: &Worktree) -> Result<Self, WorkspaceError> {
        let entry = |mode: &str, object| {
            let mode = mode.to_owned();
            Self::Entry(Entry { mode, object })
        };
        Ok(match found {
            Found::Missing => Self::Nothing,
            Found::Blocked => Self::Blocked,
            Found::Folder => Self::Folder,
            Found::Special => Self::Other,
            Found::File {
                executable: true, ..
            } => entry("100755", String::new()),
            Found::File { .. } => entry("100644", String::new()),
            Found::Link(target) => entry("120000", name_of_link(worktree, target)?),
        })
    }

    const fn is_unnamed(&self) -> bool {
        matches!(self, Self::Entry(entry) if entry.object.is_empty())
    }
}

/// What git would call the operator's files.
fn names_of_files(
    source: &Source,
    files: &[&TreePath],
) -> Result<VecDeque<String>, WorkspaceError> {
    if files.is_empty() {
        return Ok(VecDeque::new());
    }
    let lines: Vec<u8> = files.iter().flat_map(|path| quoted(path)).collect();
    let answer = Git::of_operator(&source.root)
        .args(["-c", "core.safecrlf=false", "hash-object", "--stdin-paths"])
        .input(lines)
        .wait(COPY_WAIT)
        .run(WHAT)?;
    let names: VecDeque<String> = String::from_utf8_lossy(&answer.stdout)
        .lines()
        .map(str::to_owned)
        .collect();
    if names.len() == files.len() {
        Ok(names)
    } else {
        Err(WorkspaceError::Answer { what: WHAT })
    }
}

fn name_of_link(worktree: &Worktree, target: Vec<u8>) -> Result<String, WorkspaceError> {
    worktree
        .git()
        .args(["hash-object", "--stdin", "--no-filters"])
        .input(target)
        .line(WHAT)
}

/// A path as a line, in the quotes that git takes for names with a line's end in them.
fn quoted(path: &TreePath) -> Vec<u8> {
    let mut line = vec![b'"'];
    for byte in path.as_bytes() {
        if byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\') {
            line.push(*byte);
        } else {
            line.extend_from_slice(format!("\\{byte:03o}").as_bytes());
        }
    }
    line.extend_from_slice(b"\"\n");
    line
}

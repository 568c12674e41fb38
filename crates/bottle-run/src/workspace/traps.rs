//! Files that git opens while it looks for changes, and would not get past.

use std::io;
use std::time::{Duration, Instant};

use super::beneath::{Beneath, Step};
use super::{TreePath, WorkspaceError, Worktree};

/// What git opens by these names in any folder: a named pipe holds it up until the wait runs out.
const OPENED: &[&[u8]] = &[b".gitignore", b".gitattributes", b".gitmodules"];
/// Bytes of one of them: git reads it as a whole. Long lists are some thousand lines.
const MAX_OPENED: u64 = 1024 * 1024;
/// Going through all folders: an agent can make more than anybody would wait for.
const WALK_WAIT: Duration = Duration::from_mins(1);
const WHAT: &str = "look through the folders";

/// Goes through the folders of a checkout, and refuses a trap.
pub(super) fn refuse_traps(worktree: &Worktree) -> Result<(), WorkspaceError> {
    let workspace = worktree.workspace();
    let deadline = Instant::now() + WALK_WAIT;
    let mut trap = None;
    let walked = Beneath::open(workspace)
        .map_err(WorkspaceError::io("open the folder", workspace))?
        .walk(|place| {
            if Instant::now() >= deadline {
                return Err(io::ErrorKind::TimedOut.into());
            }
            let Ok(facts) = place.facts() else {
                return Ok(Step::Over);
            };
            let is_opened = OPENED.contains(&place.name.to_bytes());
            if is_opened
                && (!facts.is_file_or_link() || facts.size > MAX_OPENED)
                && !facts.is_folder()
            {
                trap = TreePath::new(place.path);
                return Err(io::ErrorKind::InvalidData.into());
            }
            // Git's own folders are not gone into by git either.
            let into = facts.is_folder() && place.name != c".git";
            Ok(if into { Step::Into } else { Step::Over })
        });
    match (walked, trap) {
        (Ok(()), _) => Ok(()),
        (Err(_), Some(path)) => Err(WorkspaceError::Trap {
            path,
            limit: MAX_OPENED,
        }),
        (Err(error), None) if error.kind() == io::ErrorKind::TimedOut => {
            Err(WorkspaceError::Timeout {
                what: WHAT,
                after: WALK_WAIT,
            })
        }
        (Err(error), None) => Err(WorkspaceError::io(WHAT, workspace)(error)),
    }
}

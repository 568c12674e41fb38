//! How the operator's folder gets into a bottle, and how what the agent did there comes back.
//!
//! - **A checkout of its own** ([`Source::check_out`], `workspace: worktree`): a repository in the state folder, and
//!   [`Worktree`] to ask what changed ([`Worktree::changes`], [`Worktree::has_changes`]) and to bring it back
//!   ([`Changes::apply`]).
//! - **The folder itself** (`workspace: mount`): [`protect`] says what is mounted over it, so that the agent cannot leave
//!   anything there that runs on the host by itself. In this order: [`agent_user`]; [`Listing::read`]; [`protect`]; the
//!   planned placeholders are noted in the state folder; [`make_placeholders`]; the listing is read again and kept;
//!   [`write_git_info`], whose folder is mounted in the place of `.git/info`; the bottle runs;
//!   [`Listing::replaced_since`]; [`remove_placeholders`].
//!
//! Everything that an agent leaves behind is hostile. Git is never run in a repository that it could write to.
//!
//! All calls here block, on files and on git: an asynchronous caller gives them a thread. Each has a bound.

mod apply;
mod beneath;
mod changes;
mod checkout;
mod error;
mod git;
mod git_info;
mod guard;
mod has_changes;
mod left_out;
mod listing;
mod mount;
mod placeholder;
mod present;
mod process;
mod scratch;
mod snapshot;
mod source;
mod touched;
mod traps;
mod tree_path;
mod worktree;

pub use self::apply::{Applied, GuardedPaths};
pub use self::changes::{Change, ChangeKind, Changes};
pub use self::checkout::Checkout;
pub use self::error::{Conflict, ConflictKind, WorkspaceError};
pub use self::git_info::write_git_info;
pub use self::guard::{GIT_GUARDS, GUARDS, Guard, GuardKind, guarded};
pub(crate) use self::has_changes::clone_has_changes;
pub use self::left_out::{LeftOut, LeftOutBecause};
pub use self::listing::{Identification, Lies, Listing};
pub use self::mount::{Mount, MountAccess, MountError, Protection, agent_user, protect};
pub use self::placeholder::{Placeholder, make_placeholders, remove_placeholders};
pub use self::source::Source;
pub use self::tree_path::TreePath;
pub use self::worktree::Worktree;

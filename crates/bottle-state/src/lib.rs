//! The state folder of a bottle: atomic files, locks, metadata; and what operators decided.
//!
//! Everything that a bottle leaves on the host lies in one folder, `$BOTTLE_HOME/state/<identity>/`. Files appear
//! in it whole or not at all (write to a temporary name, fsync, rename, fsync of the folder), no symbolic link in
//! it is ever followed, and a lock tells whether a process still looks after the bottle.
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let temporary = tempfile::tempdir()?;
//! use bottle_state::{Access, Home};
//!
//! let home = Home::new(temporary.path());
//! let state = home.state(&"reviewer-x7k2q".parse()?);
//! let lock = state.create()?;
//! state.folder().create_folder(&"agent".parse()?, Access::Public)?;
//! state.folder().write(&"agent/prompt.md".parse()?, b"Review the diff.", Access::Public)?;
//! assert_eq!(home.identities()?, ["reviewer-x7k2q".parse()?]);
//! state.remove(lock)?;
//! assert!(home.identities()?.is_empty());
//! # Ok(())
//! # }
//! ```

mod access;
mod answer;
mod audit;
mod cut;
mod error;
mod folder;
mod home;
mod inbox;
mod lock;
mod metadata;
mod notices;
mod proposal;
mod queue;
mod relative_path;
mod remove;
mod state_dir;
mod timestamp;

pub use self::access::{Access, Owner};
pub use self::answer::{Answer, AnswerVerdict};
pub use self::audit::{
    Audit, AuditEntry, AuditError, AuditLog, AuditSummary, BrokenLine, Operator,
};
pub use self::error::StateError;
pub use self::folder::{Folder, Staged};
pub use self::home::Home;
pub use self::inbox::{ANSWERS, AnswerWatch, Inbox, MAX_ANSWER, PROPOSALS};
pub use self::lock::{Holder, Lock};
pub use self::metadata::{ImageIds, METADATA_VERSION, Metadata, NetworkCidrs};
pub use self::proposal::{
    Ask, AskedAuth, CapabilityAsk, EgressAsk, MAX_DOCKERFILE, MAX_ITEMS, MAX_JUSTIFICATION,
    MAX_PROPOSAL, PipelockAsk, Proposal,
};
pub use self::queue::{
    Listing, ProposalProblem, Queue, QueueError, QueueLock, QueueWatch, Queued, Written,
};
pub use self::relative_path::{RelativePath, RelativePathError};
pub use self::state_dir::{LockState, Mark, StateDir};
pub use self::timestamp::{Timestamp, TimestampError};

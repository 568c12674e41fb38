//! The container's side of a bottle's queue: what the agent asks for goes out, what operators answer comes in.
//!
//! Both are folders of the host: proposals can be written inside, answers can be read. One process writes proposals.

use std::io;
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::time::Duration;

use bottle_core::{Identity, ProposalId};
use rustix::fs::inotify;

use crate::{Access, Answer, Folder, MAX_PROPOSAL, Proposal, RelativePath, StateError, notices};

/// The folder of proposals in the folder of a queue.
pub const PROPOSALS: RelativePath = RelativePath::constant("proposals");
/// The folder of answers in the folder of a queue.
pub const ANSWERS: RelativePath = RelativePath::constant("answers");
/// The largest file of an answer, in bytes: what a person writes, and the rest.
pub const MAX_ANSWER: u64 = 64 * 1024;
/// How many names of a folder are looked at: many times what is kept there, so that no folder keeps us busy for ever.
const MAX_NAMES: usize = 8192;

/// The container's side of a bottle's queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inbox {
    proposals: Folder,
    answers: Folder,
}

impl Inbox {
    /// The queue whose two folders lie there, whether they exist or not.
    pub fn new(proposals: impl Into<PathBuf>, answers: impl Into<PathBuf>) -> Self {
        Self {
            proposals: Folder::new(proposals),
            answers: Folder::new(answers),
        }
    }

    /// Writes a proposal that is not there yet; it is on the disk when this returns.
    ///
    /// # Errors
    ///
    /// [`StateError::Exists`] when there is one of that id, or what the operating system says.
    pub fn write(&self, proposal: &Proposal) -> Result<(), StateError> {
        let name = file_of(&proposal.id)?;
        let path = self.proposals.path().join(name.as_str());
        if self.proposals.open_file(&name)?.is_some() {
            return Err(StateError::Exists { path });
        }
        let bytes = serde_json::to_vec_pretty(proposal)
            .map_err(io::Error::from)
            .map_err(StateError::io("write", &path))?;
        self.proposals.write(&name, &bytes, Access::Private)
    }

    /// Every proposal of a bottle, the oldest first. A file that is none, or another bottle's, is left out.
    ///
    /// # Errors
    ///
    /// When the folder cannot be read.
    pub fn proposals(&self, identity: &Identity) -> Result<Vec<Proposal>, StateError> {
        let mut found: Vec<Proposal> = self
            .ids()?
            .into_iter()
            .filter_map(|id| self.proposal(&id))
            .filter(|proposal| proposal.identity == *identity)
            .collect();
        found.sort_by(|left, right| (left.created, &left.id).cmp(&(right.created, &right.id)));
        Ok(found)
    }

    /// Removes a proposal; one that is not there is fine.
    ///
    /// # Errors
    ///
    /// What the operating system says.
    pub fn remove(&self, id: &ProposalId) -> Result<(), StateError> {
        self.proposals.remove_file(&file_of(id)?)
    }

    /// Removes what a writer left behind that was killed. For when nobody writes.
    ///
    /// # Errors
    ///
    /// What the operating system says.
    pub fn tidy(&self) -> Result<(), StateError> {
        for name in self.names()? {
            let is_temporary = name.starts_with('.') && name.strip_suffix(".tmp").is_some();
            if is_temporary && let Ok(path) = name.parse() {
                self.proposals.remove_file(&path)?;
            }
        }
        Ok(())
    }

    /// The answer to a proposal. Whatever is not the answer to this very proposal is none.
    pub fn answer(&self, id: &ProposalId) -> Option<Answer> {
        let bytes = self.answers.read(&file_of(id).ok()?, MAX_ANSWER).ok()??;
        let answer: Answer = serde_json::from_slice(&bytes).ok()?;
        (answer.proposal == *id).then_some(answer)
    }

    /// Watches the folder of answers. Where the system gives no notice (a folder that is shared with another kernel), one
    /// has to look from time to time all the same.
    ///
    /// # Errors
    ///
    /// What the operating system says.
    pub fn watch(&self) -> io::Result<AnswerWatch> {
        let watch = notices::open()?;
        let events = inotify::WatchFlags::CREATE
            | inotify::WatchFlags::MOVED_TO
            | inotify::WatchFlags::CLOSE_WRITE
            | inotify::WatchFlags::ONLYDIR
            | inotify::WatchFlags::DONT_FOLLOW;
        inotify::add_watch(&watch, self.answers.path(), events)?;
        Ok(AnswerWatch(watch))
    }

    fn proposal(&self, id: &ProposalId) -> Option<Proposal> {
        let bytes = self
            .proposals
            .read(&file_of(id).ok()?, MAX_PROPOSAL)
            .ok()??;
        let proposal: Proposal = serde_json::from_slice(&bytes).ok()?;
        (proposal.id == *id).then_some(proposal)
    }

    fn ids(&self) -> Result<Vec<ProposalId>, StateError> {
        let names = self.names()?.into_iter();
        Ok(names
            .filter_map(|name| name.strip_suffix(".json")?.parse().ok())
            .collect())
    }

    fn names(&self) -> Result<Vec<String>, StateError> {
        let path = self.proposals.path();
        let entries = path.read_dir().map_err(StateError::io("list", path))?;
        entries
            .take(MAX_NAMES)
            .filter_map(|entry| {
                entry
                    .map(|entry| entry.file_name().into_string().ok())
                    .transpose()
            })
            .collect::<io::Result<_>>()
            .map_err(StateError::io("list", path))
    }
}

/// Tells when something appears among the answers.
#[derive(Debug)]
pub struct AnswerWatch(OwnedFd);

impl AnswerWatch {
    /// Waits for a notice: whether there was one in that time. What it says does not matter.
    ///
    /// # Errors
    ///
    /// What the operating system says.
    pub fn wait(&self, time: Duration) -> io::Result<bool> {
        let is_told = notices::wait(&self.0, time)?;
        if is_told {
            notices::drain(&self.0)?;
        }
        Ok(is_told)
    }
}

/// The file of a proposal, or of its answer, in its folder.
fn file_of(id: &ProposalId) -> Result<RelativePath, StateError> {
    let name = format!("{id}.json");
    let path = PathBuf::from(&name);
    name.parse()
        .map_err(io::Error::other)
        .map_err(StateError::io("name", &path))
}

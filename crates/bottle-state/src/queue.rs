//! The host's side of a queue: what the agent of a bottle asked for, and what it is answered.
//!
//! `$BOTTLE_HOME/queue/<identity>/` has two folders. `proposals` is written by a container, so whatever is found there is
//! hostile: links are not followed, pipes hold nobody up, sizes and numbers are capped, and what cannot be read is told as
//! broken. `answers` is written by the host alone, each file once: whoever answers first wins.

mod error;
mod listing;
mod watch;

use std::path::{Path, PathBuf};

use bottle_core::{Identity, ProposalId};

pub use self::error::{ProposalProblem, QueueError};
pub use self::listing::{Listing, Queued};
pub use self::watch::QueueWatch;
use crate::lock::{self, Holder, Lock, NoLock};
use crate::{
    ANSWERS, Access, Answer, Ask, EgressAsk, Folder, MAX_ANSWER, MAX_DOCKERFILE, MAX_ITEMS,
    MAX_JUSTIFICATION, MAX_PROPOSAL, PROPOSALS, Proposal, RelativePath, StateError,
};

/// How often the lock is tried, ten milliseconds apart: an approval takes some seconds, and its bounded waits no longer than
/// this.
const LOCK_TRIES: u32 = 4500;

/// The queue of one bottle, whether it exists or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queue {
    identity: Identity,
    folder: Folder,
}

/// The right to decide about proposals of one bottle, held until dropped.
#[derive(Debug)]
pub struct QueueLock(#[expect(dead_code, reason = "holding it is what it is for")] Lock);

/// A proposal as it lies in its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// What it says.
    pub proposal: Proposal,
    /// The file's own bytes, to which a decision is bound.
    pub bytes: Vec<u8>,
}

impl Queue {
    pub(crate) fn new(identity: Identity, path: PathBuf) -> Self {
        Self {
            identity,
            folder: Folder::new(path),
        }
    }

    /// Whose it is.
    pub const fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Makes its folders where they are missing; `sidecar` is for the one that the container writes to.
    ///
    /// # Errors
    ///
    /// What the operating system says.
    pub fn create(&self, sidecar: Access) -> Result<(), StateError> {
        match self.folder.create() {
            Ok(()) | Err(StateError::Exists { .. }) => {}
            Err(error) => return Err(error),
        }
        self.folder.ensure_folder(&PROPOSALS, sidecar)?;
        self.folder.ensure_folder(&ANSWERS, Access::Public)
    }

    /// Takes the lock, which one operator has at a time; waits as long as a decision takes.
    ///
    /// # Errors
    ///
    /// [`QueueError::Busy`] when another process does not come to an end.
    pub fn lock(&self) -> Result<QueueLock, QueueError> {
        let folder = self.folder.open()?;
        let taken = lock::take_within(&folder, Holder::Owner(std::process::id()), LOCK_TRIES);
        taken.map(QueueLock).map_err(|why| match why {
            NoLock::Held => QueueError::Busy {
                identity: self.identity.clone(),
            },
            NoLock::Gone => QueueError::State(StateError::Gone {
                identity: self.identity.clone(),
            }),
            NoLock::Io(error) => StateError::io("lock", self.path())(error).into(),
        })
    }

    /// Reads a proposal.
    ///
    /// # Errors
    ///
    /// [`QueueError::Unknown`] when there is none, [`QueueError::Broken`] when it is not one of this bottle's.
    pub fn read(&self, id: &ProposalId) -> Result<Written, QueueError> {
        let path = file(&PROPOSALS, id)?;
        let bytes = self
            .folder
            .read(&path, MAX_PROPOSAL)
            .map_err(|_| self.broken(id, ProposalProblem::NoFile))?;
        let bytes = bytes.ok_or_else(|| QueueError::Unknown {
            identity: self.identity.clone(),
            proposal: id.clone(),
        })?;
        let proposal = self
            .parse(id, &bytes)
            .map_err(|problem| self.broken(id, problem))?;
        Ok(Written { proposal, bytes })
    }

    /// The answer to a proposal; `None` while there is none.
    ///
    /// # Errors
    ///
    /// When it is there and is not one: it counts as answered then, with what nobody knows.
    pub fn answered(&self, id: &ProposalId) -> Result<Option<Answer>, QueueError> {
        let path = file(&ANSWERS, id)?;
        let Some(bytes) = self.folder.read(&path, MAX_ANSWER)? else {
            return Ok(None);
        };
        let read = serde_json::from_slice::<Answer>(&bytes).ok();
        match read {
            Some(answer) if answer.proposal == *id => Ok(Some(answer)),
            _ => Err(QueueError::Answer {
                path: self.path().join(path.as_str()),
            }),
        }
    }

    /// Answers a proposal, which is done once: of two at the same time the first wins.
    ///
    /// # Errors
    ///
    /// [`QueueError::AlreadyAnswered`] for the second.
    pub fn answer(&self, answer: &Answer) -> Result<(), QueueError> {
        let path = file(&ANSWERS, &answer.proposal)?;
        let full = self.path().join(path.as_str());
        let mut bytes =
            serde_json::to_vec_pretty(answer).map_err(|_| QueueError::Answer { path: full })?;
        bytes.push(b'\n');
        if u64::try_from(bytes.len()).map_or(true, |length| length > MAX_ANSWER) {
            return Err(QueueError::TooLong);
        }
        // Whoever gets to the folder may read it: the sidecar, whoever it runs as.
        match self.folder.write_new(&path, &bytes, Access::Public) {
            Err(StateError::Exists { .. }) => Err(QueueError::AlreadyAnswered {
                proposal: answer.proposal.clone(),
                answer: self.answered(&answer.proposal)?.map(Box::new),
            }),
            written => Ok(written?),
        }
    }

    fn broken(&self, id: &ProposalId, problem: ProposalProblem) -> QueueError {
        QueueError::Broken {
            identity: self.identity.clone(),
            proposal: id.clone(),
            problem,
        }
    }

    /// What a file says, if that is a proposal of this bottle and of this name.
    fn parse(&self, id: &ProposalId, bytes: &[u8]) -> Result<Proposal, ProposalProblem> {
        let proposal: Proposal =
            serde_json::from_slice(bytes).map_err(|error| ProposalProblem::Form {
                line: error.line(),
                column: error.column(),
            })?;
        if proposal.id != *id {
            return Err(ProposalProblem::OtherName);
        }
        if proposal.identity != self.identity {
            return Err(ProposalProblem::OtherBottle);
        }
        if is_small(&proposal) {
            Ok(proposal)
        } else {
            Err(ProposalProblem::TooLarge)
        }
    }
}

/// Whether nothing in it is longer than `supervise` lets it be.
fn is_small(proposal: &Proposal) -> bool {
    let ask = match &proposal.ask {
        Ask::EgressBlock(EgressAsk {
            host: _,
            path_allowlist,
            methods,
            auth: _,
        }) => path_allowlist.len() <= MAX_ITEMS && methods.len() <= MAX_ITEMS,
        Ask::PipelockBlock(_) => true,
        Ask::CapabilityBlock(ask) => ask.dockerfile.len() <= MAX_DOCKERFILE,
    };
    ask && proposal.justification.len() <= MAX_JUSTIFICATION
}

/// The file of a proposal or an answer.
fn file(folder: &RelativePath, id: &ProposalId) -> Result<RelativePath, QueueError> {
    let path = format!("{folder}/{id}.json");
    path.parse()
        .map_err(|_| QueueError::Answer { path: path.into() })
}

//! All that lies in a queue, as far as it is looked at.

use bottle_core::ProposalId;
use rustix::fs::{Dir, Mode};
use rustix::io::Errno;

use super::{ProposalProblem, Queue, QueueError, Written};
use crate::folder::FOLDER;
use crate::{Answer, PROPOSALS, Proposal, StateError};

/// How many entries of the folder are looked at: `supervise` keeps a thousand files. Protects us from a folder that was
/// filled.
const MAX_ENTRIES: usize = 4096;
/// How many bytes of proposals are read for one listing. Protects our memory.
const MAX_BYTES: usize = 32 * 1024 * 1024;
/// What the name of a proposal's file ends in.
const SUFFIX: &str = ".json";

/// One proposal of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queued {
    /// Its name.
    pub id: ProposalId,
    /// What it says, or why it is none.
    pub proposal: Result<Proposal, ProposalProblem>,
    /// What it was answered; `None` while it is not. An answer that cannot be read is left out, and
    /// [`Queued::is_pending`] says no nevertheless.
    pub answer: Option<Answer>,
    is_answered: bool,
}

impl Queued {
    /// Whether it waits for an answer. What is no proposal waits for nothing.
    pub const fn is_pending(&self) -> bool {
        !self.is_answered && self.proposal.is_ok()
    }
}

/// All that lies in a queue, as far as it is looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listing {
    /// The proposals, oldest first; broken ones come last.
    pub proposals: Vec<Queued>,
    /// Whether there is more than is looked at.
    pub is_cut: bool,
}

impl Queue {
    /// Every proposal; a queue that is not there has none.
    ///
    /// # Errors
    ///
    /// What the operating system says of the folders themselves.
    pub fn all(&self) -> Result<Listing, QueueError> {
        let (ids, mut is_cut) = self.ids()?;
        let (mut proposals, mut bytes) = (Vec::new(), 0_usize);
        for id in ids {
            if bytes > MAX_BYTES {
                is_cut = true;
                break;
            }
            let proposal = match self.read(&id) {
                Ok(Written {
                    proposal,
                    bytes: read,
                }) => {
                    bytes = bytes.saturating_add(read.len());
                    Ok(proposal)
                }
                // It was taken away meanwhile.
                Err(QueueError::Unknown { .. }) => continue,
                Err(QueueError::Broken { problem, .. }) => Err(problem),
                Err(error) => return Err(error),
            };
            let answered = self.answered(&id);
            let is_answered = !matches!(answered, Ok(None));
            proposals.push(Queued {
                id,
                proposal,
                answer: answered.ok().flatten(),
                is_answered,
            });
        }
        proposals.sort_by_key(|each| {
            let created = each.proposal.as_ref().ok().map(|each| each.created);
            (created.is_none(), created, each.id.clone())
        });
        Ok(Listing { proposals, is_cut })
    }

    /// Every proposal that waits for an answer, and what is broken.
    ///
    /// # Errors
    ///
    /// As [`Queue::all`].
    pub fn pending(&self) -> Result<Listing, QueueError> {
        let Listing {
            mut proposals,
            is_cut,
        } = self.all()?;
        proposals.retain(|each| each.is_pending() || each.proposal.is_err());
        Ok(Listing { proposals, is_cut })
    }

    /// The names of what lies there, and whether there are more entries than are looked at.
    fn ids(&self) -> Result<(Vec<ProposalId>, bool), QueueError> {
        let full = self.path().join(PROPOSALS.as_str());
        let opened = match self.folder.open() {
            Ok(folder) => rustix::fs::openat(folder, PROPOSALS.as_str(), FOLDER, Mode::empty()),
            Err(StateError::Io { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => {
                Err(Errno::NOENT)
            }
            Err(error) => return Err(error.into()),
        };
        let folder = match opened {
            Err(Errno::NOENT) => return Ok((Vec::new(), false)),
            opened => opened.map_err(StateError::io("open the folder", &full))?,
        };
        let mut ids = Vec::new();
        let mut entries = Dir::read_from(&folder).map_err(StateError::io("list", &full))?;
        for entry in entries.by_ref().take(MAX_ENTRIES) {
            let entry = entry.map_err(StateError::io("list", &full))?;
            let name = entry.file_name().to_str().ok();
            ids.extend(name.and_then(|name| name.strip_suffix(SUFFIX)?.parse().ok()));
        }
        let is_cut = entries.next().is_some();
        ids.sort();
        Ok((ids, is_cut))
    }
}

//! Where proposals are taken.

use std::sync::{Mutex, MutexGuard, PoisonError};

use bottle_core::{FileVersion, Identity, ProposalId, causes};
use bottle_state::{Ask, Inbox, Proposal, StateError, Timestamp};
use time::OffsetDateTime;

use crate::book::{Book, Digest, Entry, Full};

/// How often another id is drawn when there is a proposal of that name: one in 2^51 is.
const TRIES: usize = 4;

/// Why nothing was proposed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DeskError {
    /// Not now.
    #[error(transparent)]
    Full(#[from] Full),
    /// The queue cannot be written.
    #[error("the queue cannot be written")]
    Write(#[from] StateError),
}

/// Where proposals of one bottle are taken. What it does touches the disk: not for a thread that moves bytes.
#[derive(Debug)]
pub(crate) struct Desk {
    identity: Identity,
    inbox: Inbox,
    book: Mutex<Book>,
}

impl Desk {
    /// Reads what was proposed before.
    ///
    /// # Errors
    ///
    /// When the folder cannot be read.
    pub(crate) fn open(identity: Identity, inbox: Inbox) -> Result<Self, StateError> {
        inbox.tidy()?;
        let entry = |proposal: Proposal| Entry {
            created: proposal.created,
            digest: Digest::of(&proposal.ask),
            answered: inbox.answer(&proposal.id).map(|answer| answer.answered),
            id: proposal.id,
        };
        let entries = inbox.proposals(&identity)?.into_iter().map(entry);
        let book = Mutex::new(Book::new(entries.collect()));
        Ok(Self {
            identity,
            inbox,
            book,
        })
    }

    /// Takes a proposal, unless the same one is there: answers its id. It is on the disk when this returns.
    ///
    /// # Errors
    ///
    /// When there is no room for one more, or it cannot be written.
    pub(crate) fn propose(&self, ask: Ask, why: String) -> Result<ProposalId, DeskError> {
        let mut book = self.book();
        self.look_for_answers(&mut book);
        let (now, digest) = (OffsetDateTime::now_utc(), Digest::of(&ask));
        if let Some(id) = book.same(digest, now) {
            return Ok(id.clone());
        }
        book.room(now)?;
        if let Some(id) = book.make_place() {
            self.inbox.remove(&id)?;
        }
        let created = Timestamp::new(now);
        let id = self.write((ask, why), created).inspect_err(|error| {
            tracing::error!(error = %causes(error), "a proposal cannot be written");
        })?;
        book.add(Entry {
            id: id.clone(),
            created,
            digest,
            answered: None,
        });
        Ok(id)
    }

    /// Whether this bottle has a proposal of that name.
    pub(crate) fn has(&self, id: &ProposalId) -> bool {
        self.book().has(id)
    }

    fn write(
        &self,
        (ask, justification): (Ask, String),
        created: Timestamp,
    ) -> Result<ProposalId, StateError> {
        let mut proposal = Proposal {
            version: FileVersion,
            id: draw()?,
            identity: self.identity.clone(),
            created,
            ask,
            justification,
        };
        for _ in 1..TRIES {
            match self.inbox.write(&proposal) {
                Err(StateError::Exists { .. }) => proposal.id = draw()?,
                written => return written.map(|()| proposal.id),
            }
        }
        self.inbox.write(&proposal).map(|()| proposal.id)
    }

    /// Notes what was answered meanwhile. So many wait at most, so many files are looked for.
    fn look_for_answers(&self, book: &mut Book) {
        let open: Vec<ProposalId> = book.pending().cloned().collect();
        for id in open {
            if let Some(answer) = self.inbox.answer(&id) {
                book.answer(&id, answer.answered);
            }
        }
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        // Every change of it is one step.
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn draw() -> Result<ProposalId, StateError> {
    let mut bytes = [0; 10];
    getrandom::fill(&mut bytes).map_err(|error| StateError::Io {
        what: "draw a name for a proposal in",
        path: "/dev/urandom".into(),
        source: error.into(),
    })?;
    Ok(ProposalId::from_random(bytes))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use serde_json::json;

    use super::*;
    use crate::limits::{MAX_PENDING, MAX_PER_HOUR};

    struct World {
        folder: tempfile::TempDir,
    }

    impl World {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            fs::create_dir(folder.path().join("proposals")).unwrap();
            fs::create_dir(folder.path().join("answers")).unwrap();
            Self { folder }
        }

        fn desk(&self) -> Desk {
            let path = self.folder.path();
            let inbox = Inbox::new(path.join("proposals"), path.join("answers"));
            Desk::open("dev-x7k2q".parse().unwrap(), inbox).unwrap()
        }

        fn answer(&self, id: &ProposalId) {
            let answered = Timestamp::new(OffsetDateTime::now_utc());
            let answer = json!({
                "version": 1, "proposal": id, "answered": answered, "verdict": "rejected", "notes": "no",
            });
            let path = self.folder.path().join(format!("answers/{id}.json"));
            fs::write(path, answer.to_string()).unwrap();
        }

        fn files(&self) -> usize {
            fs::read_dir(self.folder.path().join("proposals"))
                .unwrap()
                .count()
        }
    }

    fn ask(number: usize) -> Ask {
        let host = format!("h{number}.test");
        serde_json::from_value(json!({"tool": "egress-block", "host": host})).unwrap()
    }

    #[test]
    fn a_restart_forgets_nothing() {
        let world = World::new();
        let (first, second) = (world.desk(), world.desk());
        drop(second);
        let id = first.propose(ask(0), "a".to_owned()).unwrap();
        let again = world.desk();
        assert!(again.has(&id));
        assert_eq!(again.propose(ask(0), "b".to_owned()).unwrap(), id);
        for number in 1..MAX_PENDING {
            again.propose(ask(number), "c".to_owned()).unwrap();
        }
        let full = world.desk().propose(ask(99), "d".to_owned()).unwrap_err();
        assert!(matches!(full, DeskError::Full(Full::Pending)), "{full}");
        // What waits is told all the same.
        assert_eq!(world.desk().propose(ask(0), "e".to_owned()).unwrap(), id);
        assert_eq!(world.files(), MAX_PENDING);
        world.answer(&id);
        assert!(world.desk().propose(ask(99), "f".to_owned()).is_ok());
    }

    #[test]
    fn the_limit_of_an_hour_outlives_a_restart() {
        let world = World::new();
        let desk = world.desk();
        for number in 0..MAX_PER_HOUR {
            let id = desk.propose(ask(number), "x".to_owned()).unwrap();
            world.answer(&id);
        }
        for desk in [desk, world.desk()] {
            let full = desk.propose(ask(9999), "x".to_owned()).unwrap_err();
            assert!(matches!(full, DeskError::Full(Full::Rate { .. })), "{full}");
        }
        assert_eq!(world.files(), MAX_PER_HOUR);
    }
}

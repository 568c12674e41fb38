//! What has been asked, by when: enough to tell what may be asked now.

use std::time::Duration;

use bottle_core::ProposalId;
use bottle_state::{Ask, Timestamp};
use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;

use crate::limits::{HOUR, MAX_KEPT, MAX_PENDING, MAX_PER_HOUR, REPEATED};

/// Stands for what is asked for; the same ask has the same, whatever its justification says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Digest([u8; 32]);

impl Digest {
    /// That of an ask.
    pub(crate) fn of(ask: &Ask) -> Self {
        // An ask has nothing that JSON has not.
        let text = serde_json::to_vec(ask).unwrap_or_default();
        Self(Sha256::digest(text).into())
    }
}

/// One proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) id: ProposalId,
    pub(crate) created: Timestamp,
    pub(crate) digest: Digest,
    /// When it was answered, if it was.
    pub(crate) answered: Option<Timestamp>,
}

/// Nothing more may be asked now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Full {
    /// Too many wait.
    #[error(
        "{MAX_PENDING} proposals of this sandbox wait for an answer, which is the most. Go on with other work, ask \
         `proposal-status` now and then, and propose again when one of them is answered"
    )]
    Pending,
    /// Too many came.
    #[error(
        "{MAX_PER_HOUR} proposals of this sandbox came within an hour, which is the most. The next one is taken in {} \
         seconds", .again.as_secs()
    )]
    Rate {
        /// When one is taken again.
        again: Duration,
    },
}

/// Every proposal that is kept, the oldest first.
#[derive(Debug, Clone, Default)]
pub(crate) struct Book(Vec<Entry>);

impl Book {
    /// What lies on the disk, the oldest first.
    pub(crate) const fn new(entries: Vec<Entry>) -> Self {
        Self(entries)
    }

    /// Those without an answer.
    pub(crate) fn pending(&self) -> impl Iterator<Item = &ProposalId> {
        let open = self.0.iter().filter(|entry| entry.answered.is_none());
        open.map(|entry| &entry.id)
    }

    /// Whether there is a proposal of that name.
    pub(crate) fn has(&self, id: &ProposalId) -> bool {
        self.0.iter().any(|entry| entry.id == *id)
    }

    /// Notes that a proposal was answered.
    pub(crate) fn answer(&mut self, id: &ProposalId, when: Timestamp) {
        let found = self.0.iter_mut().find(|entry| entry.id == *id);
        if let Some(entry) = found {
            entry.answered = Some(when);
        }
    }

    /// The proposal of the same that waits or was answered a moment ago.
    pub(crate) fn same(&self, digest: Digest, now: OffsetDateTime) -> Option<&ProposalId> {
        let is_recent = |entry: &&Entry| match entry.answered {
            None => true,
            Some(when) => age(when, now) < REPEATED,
        };
        let mut latest = self.0.iter().rev();
        latest
            .find(|entry| entry.digest == digest && is_recent(entry))
            .map(|entry| &entry.id)
    }

    /// Whether one more may come now.
    ///
    /// # Errors
    ///
    /// Why not, and when it may.
    pub(crate) fn room(&self, now: OffsetDateTime) -> Result<(), Full> {
        if self.pending().count() >= MAX_PENDING {
            return Err(Full::Pending);
        }
        let ages = self.0.iter().map(|entry| age(entry.created, now));
        let mut within: Vec<i64> = ages.filter(|age| *age < HOUR).collect();
        within.sort_unstable();
        // The one whose end makes room.
        match within.get(MAX_PER_HOUR - 1) {
            None => Ok(()),
            Some(age) => Err(Full::Rate {
                again: Duration::from_secs(HOUR.saturating_sub(*age).unsigned_abs()),
            }),
        }
    }

    /// Takes out the oldest one that was answered, when there are so many that one has to go.
    pub(crate) fn make_place(&mut self) -> Option<ProposalId> {
        if self.0.len() < MAX_KEPT {
            return None;
        }
        let place = self.0.iter().position(|entry| entry.answered.is_some())?;
        Some(self.0.remove(place).id)
    }

    /// Adds one.
    pub(crate) fn add(&mut self, entry: Entry) {
        self.0.push(entry);
    }
}

/// How old something is, in seconds. What a clock that was set back makes younger than now is as old as now.
fn age(then: Timestamp, now: OffsetDateTime) -> i64 {
    (now - then.moment()).whole_seconds().max(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn at(seconds: i64) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp(1_700_000_000 + seconds).unwrap()
    }

    fn ask(host: &str) -> Ask {
        serde_json::from_value(json!({"tool": "egress-block", "host": host})).unwrap()
    }

    fn id(number: usize) -> ProposalId {
        format!("a{number:09}").parse().unwrap()
    }

    fn entry(number: usize, created: i64, answered: Option<i64>) -> Entry {
        Entry {
            id: id(number),
            created: Timestamp::new(at(created)),
            digest: Digest::of(&ask(&format!("h{number}.test"))),
            answered: answered.map(|when| Timestamp::new(at(when))),
        }
    }

    #[test]
    fn the_same_is_one_while_it_waits_and_for_a_minute_after() {
        let mut book = Book::default();
        let digest = Digest::of(&ask("h1.test"));
        assert_eq!(book.same(digest, at(0)), None);
        book.add(entry(1, 0, None));
        assert_eq!(book.same(digest, at(100_000)), Some(&id(1)));
        assert_eq!(book.same(Digest::of(&ask("h2.test")), at(0)), None);
        book.answer(&id(1), Timestamp::new(at(100)));
        assert_eq!(book.same(digest, at(159)), Some(&id(1)));
        assert_eq!(book.same(digest, at(160)), None);
    }

    #[test]
    fn so_many_wait_and_no_more() {
        let entries = (0..MAX_PENDING).map(|number| entry(number, 0, None));
        let mut book = Book::new(entries.collect());
        assert_eq!(book.room(at(1_000_000)), Err(Full::Pending));
        book.answer(&id(3), Timestamp::new(at(1)));
        assert_eq!(book.room(at(1_000_000)), Ok(()));
    }

    #[test]
    fn an_hour_takes_so_many_and_says_when_there_is_room_again() {
        let entries = (0..MAX_PER_HOUR).map(|number| {
            let created = i64::try_from(number).unwrap();
            entry(number, created, Some(created))
        });
        let book = Book::new(entries.collect());
        let again = |now| match book.room(at(now)) {
            Err(Full::Rate { again }) => again.as_secs(),
            other => panic!("{other:?}"),
        };
        assert_eq!(again(200), 3400);
        assert_eq!(again(3599), 1);
        assert_eq!(book.room(at(3600)), Ok(()));
        // A clock that was set back opens nothing.
        assert_eq!(again(-5000), 3600);
        let text = Full::Rate {
            again: Duration::from_secs(3400),
        }
        .to_string();
        assert!(text.ends_with("is taken in 3400 seconds"), "{text}");
    }

    #[test]
    fn the_oldest_answered_one_goes_first() {
        let entries = (0..MAX_KEPT).map(|number| entry(number, 0, (number > 1).then_some(1)));
        let mut book = Book::new(entries.collect());
        assert_eq!(book.make_place(), Some(id(2)));
        assert_eq!(book.make_place(), None);
        assert!(book.has(&id(1)) && !book.has(&id(2)));
        book.add(entry(5000, 2, None));
        assert_eq!(book.make_place(), Some(id(3)));
    }

    proptest! {
        /// At whatever pace it is asked, and however the answers come: never more in any hour, never more that wait.
        #[test]
        fn no_pace_gets_around_the_limits(steps in prop::collection::vec((0_i64..90, any::<bool>()), 0..600)) {
            let mut book = Book::default();
            let (mut now, mut taken) = (0, Vec::new());
            for (number, (pause, answered)) in steps.into_iter().enumerate() {
                now += pause;
                if book.room(at(now)).is_ok() {
                    book.add(entry(number, now, None));
                    taken.push(now);
                }
                if answered {
                    let first = book.pending().next().cloned();
                    if let Some(first) = first {
                        book.answer(&first, Timestamp::new(at(now)));
                    }
                }
                prop_assert!(book.pending().count() <= MAX_PENDING);
                let hour = taken.iter().filter(|then| now - **then < HOUR).count();
                prop_assert!(hour <= MAX_PER_HOUR);
            }
        }
    }
}

//! What is left of one grant.

use std::num::NonZeroU32;
use std::time::Duration;

use bottle_core::Guard;

use crate::grant::Lease;
use crate::moment::Moment;

/// Whether a grant may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It may, and so many more times, if that is bounded.
    Live(Option<u32>),
    /// Its time is over.
    Expired,
    /// Its uses are.
    Exhausted,
    /// The table in force has no such grant, or it was never heard of.
    Withdrawn,
}

/// What became of one grant since it was first seen.
#[derive(Debug)]
pub(crate) struct Course {
    lease: Lease,
    /// When the steady clock ends it.
    deadline: Option<Duration>,
    /// Whether the table that is in force has it.
    in_force: bool,
    /// Whether a clock ended it once. No clock that is set back opens it again.
    over: bool,
    /// Whether it was told that it is over.
    told: bool,
    used: u32,
}

impl Course {
    /// A grant that is seen for the first time, of which so many uses are gone.
    pub(crate) fn begin(lease: Lease, used: u32, now: Moment) -> Self {
        Self {
            lease,
            deadline: deadline(lease, now),
            in_force: true,
            over: false,
            told: false,
            used,
        }
    }

    /// The table in force has the grant (still, or again). What was used is used; an end that is the same as before
    /// comes when it was to come before.
    pub(crate) fn resume(&mut self, lease: Lease, now: Moment) {
        if self.lease.until != lease.until {
            self.deadline = deadline(lease, now);
            (self.over, self.told) = (false, false);
        }
        self.lease = lease;
        self.in_force = true;
    }

    /// The table in force does not have it.
    pub(crate) const fn withdraw(&mut self) {
        self.in_force = false;
    }

    /// Whether it may be used.
    pub(crate) fn standing(&mut self, now: Moment) -> Standing {
        let by_time = self.standing_by_time(now);
        match (by_time, self.uses_left()) {
            (Standing::Live(_), Some(0)) if Guard::LeaseUses.is_on() => Standing::Exhausted,
            (Standing::Live(_), left) => Standing::Live(left),
            _ => by_time,
        }
    }

    /// Whether what was begun with it may go on: that takes no further use.
    pub(crate) fn standing_by_time(&mut self, now: Moment) -> Standing {
        if !self.in_force {
            Standing::Withdrawn
        } else if self.is_over(now) && Guard::LeaseTime.is_on() {
            Standing::Expired
        } else {
            Standing::Live(self.uses_left())
        }
    }

    /// Takes one use, if it may be used.
    pub(crate) fn take(&mut self, now: Moment) -> Standing {
        let standing = self.standing(now);
        if matches!(standing, Standing::Live(_)) {
            self.used = self.used.saturating_add(1);
        }
        standing
    }

    /// One use was not needed.
    pub(crate) const fn give_back(&mut self) {
        // What counted as used up when the service began stays so.
        if self.used != u32::MAX {
            self.used = self.used.saturating_sub(1);
        }
    }

    /// Whether it ended by time since this was asked last.
    pub(crate) fn has_just_ended(&mut self, now: Moment) -> bool {
        // That a clock ended it counts whether it is in force or not.
        let ended = self.is_over(now) && self.in_force;
        ended && !std::mem::replace(&mut self.told, true)
    }

    /// How long it still has; none when no clock will end it.
    pub(crate) fn left(&self, now: Moment) -> Option<Duration> {
        let until = self.lease.until.filter(|_| self.in_force && !self.over)?;
        let by_wall = Duration::from_secs(until).saturating_sub(now.wall);
        let by_steady = self.deadline?.saturating_sub(now.steady);
        Some(by_wall.min(by_steady))
    }

    fn is_over(&mut self, now: Moment) -> bool {
        let by_wall = self
            .lease
            .until
            .is_some_and(|until| now.wall.as_secs() >= until);
        let by_steady = self.deadline.is_some_and(|end| now.steady >= end);
        self.over |= by_wall || by_steady;
        self.over
    }

    fn uses_left(&self) -> Option<u32> {
        let uses = self.lease.uses.map(NonZeroU32::get);
        uses.map(|uses| uses.saturating_sub(self.used))
    }
}

/// When the steady clock will show the end that the lease names by the other one.
fn deadline(lease: Lease, now: Moment) -> Option<Duration> {
    let left = Duration::from_secs(lease.until?).saturating_sub(now.wall);
    Some(now.steady.saturating_add(left))
}

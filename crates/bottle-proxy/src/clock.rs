//! The clocks of this machine.

use std::sync::LazyLock;
use std::time::{Duration, Instant, SystemTime};

use bottle_egress::Moment;

/// When the steady clock of this process began.
static BEGAN: LazyLock<Instant> = LazyLock::new(Instant::now);

/// Now. A clock that stands before 1970 tells no time: whatever has an end is over.
pub(crate) fn moment() -> Moment {
    let began = *BEGAN;
    Moment {
        wall: SystemTime::UNIX_EPOCH.elapsed().unwrap_or(Duration::MAX),
        steady: began.elapsed(),
    }
}

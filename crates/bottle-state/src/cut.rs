//! Places at which a process may be killed. A test build dies at one of them, by number.

use std::fs::File;
use std::io::{self, Write as _};

/// The number of the place at which to die, from 0.
#[cfg(feature = "cuts")]
const VARIABLE: &str = "BOTTLE_STATE_CUT";

/// Dies here when it is this place's turn: killed, so that nothing is cleaned up.
#[cfg(feature = "cuts")]
pub(crate) fn here() {
    use std::sync::atomic::{AtomicU64, Ordering};

    use rustix::process::{Signal, getpid, kill_process};

    static PASSED: AtomicU64 = AtomicU64::new(0);
    let number = PASSED.fetch_add(1, Ordering::Relaxed);
    let wanted = std::env::var(VARIABLE).ok();
    if wanted.is_some_and(|wanted| wanted == number.to_string()) {
        let _ = kill_process(getpid(), Signal::KILL);
    }
}

/// Nothing happens here.
#[cfg(not(feature = "cuts"))]
pub(crate) const fn here() {}

/// Writes in two halves, each with a place to die behind it.
#[cfg(feature = "cuts")]
pub(crate) fn write_all(file: &mut File, bytes: &[u8]) -> io::Result<()> {
    let (first, second) = bytes.split_at(bytes.len() / 2);
    for half in [first, second] {
        file.write_all(half)?;
        here();
    }
    Ok(())
}

/// Writes.
#[cfg(not(feature = "cuts"))]
pub(crate) fn write_all(file: &mut File, bytes: &[u8]) -> io::Result<()> {
    file.write_all(bytes)
}

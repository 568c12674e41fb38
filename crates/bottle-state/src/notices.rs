//! What the kernel says of changes in folders: that there were some, never which.

use std::io;
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::inotify::{self, CreateFlags, Reader};
use rustix::io::Errno;

/// How many events are taken at once, at most.
const MAX_EVENTS: usize = 10_000;
/// How many bytes of events are read at once.
const BUFFER: usize = 4096;

/// A queue of notices of the kernel's, about no folder yet.
pub(crate) fn open() -> io::Result<OwnedFd> {
    Ok(inotify::init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK)?)
}

/// Waits until there is one. Whether there is one in that time.
pub(crate) fn wait(events: &OwnedFd, timeout: Duration) -> io::Result<bool> {
    let until = Instant::now() + timeout;
    loop {
        let left = until.saturating_duration_since(Instant::now());
        let mut sources = [PollFd::new(events, PollFlags::IN)];
        let time = Timespec::try_from(left).map_err(io::Error::other)?;
        match poll(&mut sources, Some(&time)) {
            Ok(number) => return Ok(number > 0),
            Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// Takes what there is; which file it was is seen by looking.
pub(crate) fn drain(events: &OwnedFd) -> io::Result<()> {
    let mut buffer = [MaybeUninit::uninit(); BUFFER];
    let mut reader = Reader::new(events, &mut buffer);
    for _ in 0..MAX_EVENTS {
        match reader.next() {
            Ok(_) | Err(Errno::INTR) => {}
            Err(Errno::AGAIN) => return Ok(()),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

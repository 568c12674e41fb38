//! Waiting for what comes into the queues.

use std::collections::BTreeSet;
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::fs::inotify::{self, WatchFlags};
use rustix::io::Errno;

use crate::{ANSWERS, Home, PROPOSALS, notices};

/// How often it is looked where the kernel does not tell: no watches are left, or the file system has none.
const PAUSE: Duration = Duration::from_secs(1);
/// How long further changes are waited for once one has come: a file that is written is several, and whoever writes without
/// end makes us look no more often.
const SETTLE: Duration = Duration::from_millis(100);

/// What a change in a folder is.
const CHANGES: WatchFlags = WatchFlags::CREATE
    .union(WatchFlags::MOVED_TO)
    .union(WatchFlags::MOVED_FROM)
    .union(WatchFlags::DELETE)
    .union(WatchFlags::CLOSE_WRITE)
    .union(WatchFlags::ONLYDIR)
    .union(WatchFlags::DONT_FOLLOW);

/// Tells when something changes in a queue of a home, also in one that comes later.
#[derive(Debug)]
pub struct QueueWatch {
    home: Home,
    root: PathBuf,
    events: Option<OwnedFd>,
    known: BTreeSet<(PathBuf, i32)>,
    /// Whether a folder is there that could not be watched.
    is_partial: bool,
}

impl QueueWatch {
    pub(crate) fn new(home: Home, root: PathBuf) -> Self {
        let events = notices::open().ok();
        let mut watch = Self {
            home,
            root,
            events,
            known: BTreeSet::new(),
            is_partial: false,
        };
        watch.follow();
        watch
    }

    /// Waits until something may have changed since it was last looked, or the time is over. Answers whether it may have:
    /// more often than it has, never less.
    pub fn wait(&mut self, timeout: Duration) -> bool {
        let until = Instant::now() + timeout;
        // What came before a folder was watched has told nobody.
        if self.follow() {
            return true;
        }
        let events = self.events.as_ref().filter(|_| !self.is_partial);
        let Some(events) = events else {
            sleep(timeout.min(PAUSE));
            return true;
        };
        let left = until.saturating_duration_since(Instant::now());
        match notices::wait(events, left) {
            Ok(false) => return false,
            Ok(true) => {}
            // As good as a change: whoever waits looks.
            Err(_) => {
                sleep(left.min(PAUSE));
                return true;
            }
        }
        sleep(SETTLE);
        // What could not be taken is told again.
        let _ = notices::drain(events);
        self.follow();
        true
    }

    /// Watches every folder that there is. Whether one is new.
    fn follow(&mut self) -> bool {
        let Some(events) = &self.events else {
            return false;
        };
        let queues = self.home.queues().unwrap_or_default();
        let folders = queues.iter().flat_map(|identity| {
            let path = self.home.queue_path(identity);
            [
                path.join(PROPOSALS.as_str()),
                path.join(ANSWERS.as_str()),
                path,
            ]
        });
        let all: Vec<PathBuf> = std::iter::once(self.root.clone()).chain(folders).collect();
        let (mut now, mut is_partial) = (BTreeSet::new(), false);
        for path in all {
            match inotify::add_watch(events, &path, CHANGES) {
                Ok(number) => drop(now.insert((path, number))),
                // There is a parent that tells when it comes, but for the outermost: that one is made by a start.
                Err(Errno::NOENT | Errno::NOTDIR) => is_partial |= path == self.root,
                Err(_) => is_partial = true,
            }
        }
        self.is_partial = is_partial;
        let is_more = !now.is_subset(&self.known);
        self.known = now;
        is_more
    }
}

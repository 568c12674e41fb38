//! Reading a policy again: when asked to, and when one of its files was replaced.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use bottle_core::causes;
use serde::Serialize;
use tokio::time::sleep;

use crate::config::StartError;
use crate::decision_log::{DecisionLog, now};
use crate::limits::RELOAD_CHECK;
use crate::stamp::Stamp;
use crate::stop::Stop;

/// The files of a policy, in a fixed order, each in the state in which it was read last.
pub(crate) struct Files {
    paths: Vec<PathBuf>,
    seen: Vec<Option<Stamp>>,
}

impl Files {
    /// Notes in which state the files are now. Before they are read: one that is replaced meanwhile is read again.
    pub(crate) fn note(paths: Vec<PathBuf>) -> Self {
        let seen = paths.iter().map(|path| Stamp::of(path)).collect();
        Self { paths, seen }
    }

    /// Notes it again, and answers whether one of them is another one.
    fn have_changed(&mut self) -> bool {
        let now: Vec<_> = self.paths.iter().map(|path| Stamp::of(path)).collect();
        let changed = now != self.seen;
        self.seen = now;
        changed
    }
}

/// Reads one service's policy again.
pub(crate) struct Reloader {
    /// What is watched. Held while reading, so that no older state is taken over a newer one.
    files: Mutex<Files>,
    read: Box<dyn Fn() + Send + Sync>,
}

impl Reloader {
    /// Calls `read` for these files, which were last read when they were in the state noted there, or later.
    pub(crate) fn new(files: Files, read: impl Fn() + Send + Sync + 'static) -> Self {
        Self {
            files: Mutex::new(files),
            read: Box::new(read),
        }
    }

    /// Reads it again.
    pub(crate) fn now(&self) {
        self.read_if(|_| true);
    }

    /// Reads it again whenever a file is another one, until asked to stop.
    pub(crate) async fn watch(&self, mut stop: Stop) {
        loop {
            tokio::select! {
                () = stop.requested() => return,
                () = sleep(RELOAD_CHECK) => self.read_if(|changed| changed),
            }
        }
    }

    fn read_if(&self, wanted: impl Fn(bool) -> bool) {
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        if wanted(files.have_changed()) {
            (self.read)();
        }
    }
}

#[derive(Serialize)]
struct Reloaded {
    time: String,
    event: &'static str,
    service: &'static str,
    ok: bool,
}

/// Takes a newly read policy, or keeps the old one and says so. Returns whether it was taken.
pub(crate) fn reload<T>(
    service: &'static str,
    log: &DecisionLog,
    read: Result<T, StartError>,
    take: impl FnOnce(T),
) -> bool {
    let ok = read.is_ok();
    match read {
        Ok(policy) => {
            take(policy);
            tracing::info!(service, "policy reloaded");
        }
        Err(error) => tracing::error!(
            service,
            error = causes(&error),
            "policy not reloaded, the old one stays"
        ),
    }
    log.write(&Reloaded {
        time: now(),
        event: "reload",
        service,
        ok,
    });
    ok
}

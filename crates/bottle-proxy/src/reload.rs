//! Reading a policy again: when asked to, and when its file was replaced.

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

/// Reads one service's policy again.
pub(crate) struct Reloader {
    /// The file that is watched.
    path: PathBuf,
    /// The state of the file that was read last. Held while reading, so that no older state is taken over a newer one.
    seen: Mutex<Option<Stamp>>,
    read: Box<dyn Fn() + Send + Sync>,
}

impl Reloader {
    /// Calls `read` for the file at `path`, which was last read when it was in the state `seen`, or later.
    pub(crate) fn new(
        path: PathBuf,
        seen: Option<Stamp>,
        read: impl Fn() + Send + Sync + 'static,
    ) -> Self {
        Self {
            seen: Mutex::new(seen),
            path,
            read: Box::new(read),
        }
    }

    /// Reads it again.
    pub(crate) fn now(&self) {
        self.read_if(|_, _| true);
    }

    /// Reads it again whenever the file is another one, until asked to stop.
    pub(crate) async fn watch(&self, mut stop: Stop) {
        loop {
            tokio::select! {
                () = stop.requested() => return,
                () = sleep(RELOAD_CHECK) => self.read_if(|seen, now| seen != now),
            }
        }
    }

    fn read_if(&self, wanted: impl Fn(Option<Stamp>, Option<Stamp>) -> bool) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        // Before reading: what is written meanwhile is noticed later.
        let now = Stamp::of(&self.path);
        if wanted(*seen, now) {
            *seen = now;
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

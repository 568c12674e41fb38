//! Reading a policy again: when asked to, and when its file was replaced.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use bottle_core::causes;
use serde::Serialize;
use tokio::time::sleep;

use crate::config::StartError;
use crate::decision_log::DecisionLog;
use crate::limits::RELOAD_CHECK;
use crate::stamp::Stamp;
use crate::stop::Stop;

/// Reads one service's policy again.
pub(crate) struct Reloader {
    /// The file that is watched.
    path: PathBuf,
    seen: Mutex<Option<Stamp>>,
    read: Box<dyn Fn() + Send + Sync>,
}

impl Reloader {
    /// Calls `read` for the file at `path`, which was read just now.
    pub(crate) fn new(path: PathBuf, read: impl Fn() + Send + Sync + 'static) -> Self {
        Self {
            seen: Mutex::new(Stamp::of(&path)),
            path,
            read: Box::new(read),
        }
    }

    /// Reads it again.
    pub(crate) fn now(&self) {
        // Before reading: what is written meanwhile is noticed later.
        let stamp = Stamp::of(&self.path);
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = stamp;
        (self.read)();
    }

    /// Reads it again whenever the file is another one, until asked to stop.
    pub(crate) async fn watch(&self, mut stop: Stop) {
        loop {
            tokio::select! {
                () = stop.requested() => return,
                () = sleep(RELOAD_CHECK) => {}
            }
            let stamp = Stamp::of(&self.path);
            if *self.seen.lock().unwrap_or_else(PoisonError::into_inner) != stamp {
                self.now();
            }
        }
    }
}

#[derive(Serialize)]
struct Reloaded {
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
        event: "reload",
        service,
        ok,
    });
    ok
}

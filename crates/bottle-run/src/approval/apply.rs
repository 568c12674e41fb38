//! Policies that are written, and that the proxies then go by.

use std::thread::sleep;
use std::time::{Duration, Instant};

use bottle_core::Identity;
use bottle_state::{RelativePath, StateDir};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::ApprovalError;
use super::page::page;
use super::policies::{Policies, Scanner};
use super::token::hex;
use crate::artefact::{PIPELOCK_FILE, ROUTES};
use crate::backend::{Backend, BackendError};
use crate::launch::{EGRESS, PIPELOCK};
use crate::prepare::{sidecar_access, sidecar_user};

/// How long a proxy may take to go by a new file: it looks four times a second, on a loaded machine later.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long to wait until it is asked again.
const PAUSE: Duration = Duration::from_millis(100);

/// A proxy does not go by what was written.
#[derive(Debug, thiserror::Error)]
#[error("{service} does not go by its new rules after {} s", PATIENCE.as_secs())]
pub struct ApplyError {
    /// Which.
    pub service: &'static str,
    /// What it answered last, where it did not answer.
    #[source]
    pub source: Option<BackendError>,
}

/// The bottle whose policies are written.
pub(super) struct Walls<'a, B> {
    pub(super) backend: &'a B,
    pub(super) identity: &'a Identity,
    pub(super) state: &'a StateDir,
}

impl<B: Backend> Walls<'_, B> {
    /// Lets the scanner go by its new list. Nobody can ask whether that of another image does.
    pub(super) async fn scan_by(&self, next: &Policies) -> Result<(), ApprovalError> {
        let text = next.pipelock.to_yaml()?;
        self.write(&PIPELOCK_FILE, &text)?;
        match next.scanner {
            Scanner::Ours => Ok(self.wait(PIPELOCK, &text).await?),
            Scanner::Foreign => Ok(()),
        }
    }

    /// Lets egress go by its new table.
    pub(super) async fn decide_by(&self, next: &Policies) -> Result<(), ApprovalError> {
        let text = next.egress.to_yaml()?;
        self.write(&ROUTES, &text)?;
        Ok(self.wait(EGRESS, &text).await?)
    }

    /// Takes something out again: egress closes first. Both are tried, whatever becomes of the first.
    pub(super) async fn close_to(&self, next: &Policies) -> Result<(), ApprovalError> {
        let egress = self.decide_by(next).await;
        let scanner = self.scan_by(next).await;
        egress.and(scanner)
    }

    fn write(&self, path: &RelativePath, text: &str) -> Result<(), ApprovalError> {
        let access = sidecar_access(sidecar_user());
        self.state.folder().write(path, text.as_bytes(), access)?;
        Ok(())
    }

    /// Waits until a proxy says that it goes by this text.
    async fn wait(&self, service: &'static str, text: &str) -> Result<(), ApplyError> {
        let wanted = hex(&Sha256::digest(text.as_bytes()));
        let until = Instant::now() + PATIENCE;
        loop {
            let health = page(self.backend, self.identity, (service, "/health")).await;
            let goes_by = health
                .as_ref()
                .ok()
                .and_then(|health| health.get("policy"))
                .and_then(Value::as_str);
            if goes_by == Some(wanted.as_str()) {
                return Ok(());
            }
            if Instant::now() >= until {
                let source = health.err();
                return Err(ApplyError { service, source });
            }
            sleep(PAUSE);
        }
    }
}

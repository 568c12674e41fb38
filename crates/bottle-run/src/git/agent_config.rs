//! git's system configuration in the agent's container.

use std::io;

use bottle_core::BottlePlan;

use crate::Prepared;
use crate::backend::{AppendRequest, Archive, Backend, BackendError, Target, UploadRequest};
use crate::launch::{AGENT, GIT_GATE};

/// The folder in which git of common distributions reads its system configuration, and the file.
const FOLDER: &str = "/etc";
const NAME: &str = "gitconfig";

/// Leads git in the agent's container to the gate: appends to the system's configuration, or makes it where the image has
/// none. Whether there is a git does not matter.
pub(crate) async fn lead<B: Backend>(backend: &B, prepared: &Prepared) -> Result<(), BackendError> {
    let Some(text) = text(&prepared.plan) else {
        return Ok(());
    };
    let target = Target::new(&prepared.identity, AGENT);
    let append = AppendRequest {
        target: target.clone(),
        paths: vec![format!("{FOLDER}/{NAME}")],
        bytes: format!("\n{text}").into_bytes(),
    };
    if !backend.append_files(&append).await?.is_empty() {
        return Ok(());
    }
    let archive = archive(text.as_bytes()).map_err(|source| BackendError::Engine {
        what: format!("be given {FOLDER}/{NAME}"),
        source: source.into(),
    })?;
    let upload = UploadRequest {
        target,
        folder: FOLDER.to_owned(),
        archive: Archive::Bytes(archive),
    };
    backend.upload(upload).await
}

/// What is put there; `None` where there is nothing to say.
fn text(plan: &BottlePlan) -> Option<String> {
    let text = bottle_git::gitconfig(&plan.git, GIT_GATE, &plan.git_user);
    (!text.is_empty()).then(|| format!("# Written by bottle.\n{text}"))
}

/// The file alone, of root and for everybody to read.
fn archive(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut header = tar::Header::new_gnu();
    header.set_mode(0o644);
    header.set_mtime(0);
    header.set_size(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
    let mut archive = tar::Builder::new(Vec::new());
    archive.append_data(&mut header, NAME, bytes)?;
    archive.into_inner()
}

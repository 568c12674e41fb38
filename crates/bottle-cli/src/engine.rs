//! The engine that this invocation talks to, and the program that plays the sidecars.

use std::path::PathBuf;

use anyhow::Context as _;
use bottle_docker::{Docker, SidecarProgram};
use bottle_run::backend::BackendError;

use crate::environment;

/// A lean executable that plays the sidecars, if it lies beside ours.
const SIDECAR: &str = "bottle-sidecar";

/// Connects to the engine.
pub(crate) async fn connect() -> Result<Docker, BackendError> {
    let program = sidecar_program().unwrap_or_else(|_| PathBuf::from(SIDECAR));
    Docker::connect(
        environment::docker_host().as_deref(),
        SidecarProgram::new(program),
    )
    .await
}

/// What plays the sidecars: the lean executable beside this one, or this one itself.
pub(crate) fn sidecar_program() -> anyhow::Result<PathBuf> {
    let own = std::env::current_exe().context("cannot find this program's own file")?;
    let beside = own.with_file_name(SIDECAR);
    Ok(if beside.is_file() { beside } else { own })
}

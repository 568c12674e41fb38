//! `bottle render`: every file of a bottle, without an engine.

use std::fmt::Write as _;

use anyhow::Context as _;
use bottle_docker::SidecarProgram;
use bottle_run::{RenderError, RenderRequest, SystemEntropy};
use bottle_state::StateError;
use time::OffsetDateTime;

use crate::args::RenderArgs;
use crate::engine;
use crate::exit::Exit;
use crate::host::HostSide;

/// Runs the command.
pub(crate) fn run(args: &RenderArgs, host: &HostSide) -> anyhow::Result<Exit> {
    let plan = host
        .manifests()?
        .plan(&args.agent)
        .map_err(crate::invalid)?;
    let sidecar = SidecarProgram::new(engine::sidecar_program()?);
    let request = RenderRequest {
        plan,
        out: args.out.clone(),
        home: host.home.label()?,
        sidecar: sidecar
            .image_name()
            .context("cannot name the image of the sidecars")?,
        now: OffsetDateTime::now_utc(),
    };
    let written =
        bottle_run::render(&request, &mut SystemEntropy).map_err(|error| match error {
            RenderError::State(StateError::Exists { .. }) => crate::invalid(error),
            error => error.into(),
        })?;
    let mut text = String::new();
    for path in written {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{}", args.out.join(path.as_str()).display());
    }
    host.printer.data(&text);
    Ok(Exit::Fine)
}

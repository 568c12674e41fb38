//! `bottle render`: every file of a bottle, without an engine.

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
            RenderError::State(StateError::Exists { .. }) | RenderError::NotYet(_) => {
                crate::invalid(error)
            }
            error => error.into(),
        })?;
    let paths = written
        .iter()
        .map(|path| args.out.join(path.as_str()).display().to_string());
    let text = if args.json {
        let paths: Vec<String> = paths.collect();
        format!("{:#}\n", serde_json::json!({ "written": paths }))
    } else {
        paths.fold(String::new(), |text, path| text + &path + "\n")
    };
    host.printer.data(&text);
    Ok(Exit::Fine)
}

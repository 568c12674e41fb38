//! `bottle image build`: the image that bottles of a provider use when they name none, and what git-gate's begins with.

use anyhow::Context as _;
use bottle_run::backend::BuildWatch;
use bottle_run::images::{self, ImageError};

use crate::args::{ImageBuildArgs, ImageOf};
use crate::exit::Exit;
use crate::host::HostSide;
use crate::{engine, signals};

/// Runs the command.
pub(crate) async fn run(args: &ImageBuildArgs, host: &HostSide) -> anyhow::Result<Exit> {
    let docker = engine::connect().await?;
    let watch = BuildWatch {
        line: &|line| host.printer.say(line),
        stop: Box::pin(signals::stop().context("cannot listen to signals")?),
    };
    let base = args.base.as_ref();
    let built = match args.of {
        ImageOf::Agent => images::preset(&docker, args.provider.into(), base, watch).await,
        ImageOf::GitGate => images::git_gate_base(&docker, base, watch).await,
    };
    match built {
        Ok(image) => {
            host.printer.data(&format!("{}\n", image.reference));
            Ok(Exit::Fine)
        }
        Err(error) if error.is_interrupted() => Ok(Exit::Interrupted),
        Err(error @ ImageError::NoBase { .. }) => Err(crate::invalid(error)),
        Err(error) => Err(error.into()),
    }
}

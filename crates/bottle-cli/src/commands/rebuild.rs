//! `bottle rebuild`: another image for a bottle that goes on.

use std::io::Read as _;
use std::path::Path;

use anyhow::Context as _;
use bottle_run::images::DOCKERFILE_LIMIT;
use bottle_run::rebuild;

use crate::args::RebuildArgs;
use crate::engine;
use crate::exit::Exit;
use crate::host::HostSide;

/// Runs the command.
pub(crate) async fn run(args: &RebuildArgs, host: &HostSide) -> anyhow::Result<Exit> {
    let text = read(&args.dockerfile)
        .with_context(|| format!("cannot read {}", args.dockerfile.display()))?;
    let docker = engine::connect().await?;
    let identity = &args.identity;
    rebuild(&docker, &host.home, identity, &text).await?;
    host.printer.say(&format!(
        "{identity}: `bottle resume {identity}` builds its new image and goes on"
    ));
    Ok(Exit::Fine)
}

fn read(path: &Path) -> std::io::Result<String> {
    let mut text = String::new();
    // One byte more than it may have: what is too long is refused with its own words.
    let limit = u64::try_from(DOCKERFILE_LIMIT).unwrap_or(u64::MAX);
    let limit = limit.saturating_add(1);
    if path == Path::new("-") {
        std::io::stdin().take(limit).read_to_string(&mut text)?;
    } else {
        let file = std::fs::File::open(path)?;
        file.take(limit).read_to_string(&mut text)?;
    }
    Ok(text)
}

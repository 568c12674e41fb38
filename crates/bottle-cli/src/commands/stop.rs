//! `bottle stop`: end a bottle that runs, whoever looks after it.

use bottle_run::{HaltError, Halted, halt};

use crate::args::StopArgs;
use crate::engine;
use crate::exit::Exit;
use crate::host::HostSide;

/// Runs the command. What cannot be ended does not keep the others from being.
pub(crate) async fn run(args: &StopArgs, host: &HostSide) -> anyhow::Result<Exit> {
    let docker = engine::connect().await?;
    let mut exit = Exit::Fine;
    for identity in &args.identities {
        match halt(&docker, &host.home, identity).await {
            Ok(how) => {
                let kept = host.home.state(identity);
                let rest = if kept.path().exists() {
                    format!("; `bottle resume {identity}` goes on with it")
                } else {
                    String::new()
                };
                let who = match how {
                    Halted::ByItsOwner => "ended",
                    _ => "ended; nobody looked after it any more",
                };
                host.printer.say(&format!("{identity}: {who}{rest}"));
            }
            Err(error) => {
                exit = match error {
                    HaltError::NotRunning { .. } if exit == Exit::Fine => Exit::No,
                    HaltError::NotRunning { .. } => exit,
                    _ => Exit::Failed,
                };
                host.printer.error(&error.into());
            }
        }
    }
    Ok(exit)
}

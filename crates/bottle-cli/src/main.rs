//! `bottle`: run AI coding agents safely on your own machine.

mod args;
mod commands;
mod daemon;
mod dashboard;
mod demo;
mod diagnostic_json;
mod engine;
mod environment;
mod exit;
mod host;
mod json_text;
mod origin;
mod preflight;
mod printer;
mod session;
mod signals;
mod skills;
mod sweep;
mod timings;

use std::ffi::OsStr;
use std::path::Path;
use std::process::ExitCode;

use clap::Parser as _;

use crate::args::{Cli, Command, ImageCommand};
use crate::exit::Exit;
use crate::host::HostSide;
use crate::printer::Printer;

/// The name under which this executable is a sidecar and nothing else.
const SIDECAR: &str = "bottle-sidecar";

fn main() -> ExitCode {
    let mut args = std::env::args_os();
    let is_sidecar = args.next().as_deref().is_some_and(names_sidecar);
    if is_sidecar {
        return bottle_sidecar::main_from(std::env::args_os());
    }
    match Cli::parse().command {
        Command::Sidecar { args } => {
            bottle_sidecar::main_from(std::iter::once(SIDECAR.into()).chain(args))
        }
        command => host_side(&command).into(),
    }
}

fn names_sidecar(program: &OsStr) -> bool {
    Path::new(program).file_name() == Some(OsStr::new(SIDECAR))
}

fn host_side(command: &Command) -> Exit {
    let printer = Printer::new();
    let outcome = HostSide::new(printer).and_then(|host| dispatch(command, &host));
    outcome.unwrap_or_else(|error| {
        printer.error(&error);
        if error.is::<Invalid>() {
            Exit::Invalid
        } else {
            Exit::Failed
        }
    })
}

fn dispatch(command: &Command, host: &HostSide) -> anyhow::Result<Exit> {
    match command {
        Command::Init(args) => commands::init::run(args, host),
        Command::Check(args) => commands::check::run(args, host),
        Command::Info(args) => commands::on_engine(commands::info::run(args, host)),
        Command::Scan(args) => commands::scan::run(args, host),
        Command::ExplainError(args) => commands::explain_error::run(args, host),
        Command::Schema(args) => Ok(commands::schema::run(args, host)),
        Command::Render(args) => commands::render::run(args, host),
        Command::Demo(args) => commands::on_engine(commands::demo::run(args, host)),
        Command::Start(args) => commands::on_engine(commands::start::run(args, host)),
        Command::Run(args) => commands::on_engine(commands::run::run(args, host)),
        Command::Resume(args) => commands::on_engine(commands::resume::run(args, host)),
        Command::Attach(args) => commands::on_engine(commands::attach::run(args, host)),
        Command::Stop(args) => commands::on_engine(commands::stop::run(args, host)),
        Command::Dashboard(args) => dashboard::run(args, host),
        Command::Logs(args) => commands::on_engine(commands::logs::run(args, host)),
        Command::Suggest(args) => commands::on_engine(commands::suggest::run(args, host)),
        Command::Diff(args) => commands::diff::run(args, host),
        Command::Apply(args) => commands::apply::run(args, host),
        Command::Git(args) => commands::on_engine(commands::git::run(args, host)),
        Command::Proposals(args) => commands::on_engine(commands::proposals::run(args, host)),
        Command::Routes(args) => commands::on_engine(commands::routes::routes(args, host)),
        Command::Revoke(args) => commands::on_engine(commands::routes::revoke(args, host)),
        Command::Watch(args) => commands::on_engine(commands::watch::run(args, host)),
        Command::Audit(args) => commands::audit::run(args, host),
        Command::Image(ImageCommand::Build(args)) => {
            commands::on_engine(commands::image::run(args, host))
        }
        Command::Rebuild(args) => commands::on_engine(commands::rebuild::run(args, host)),
        Command::List(args) => commands::on_engine(commands::list::run(args, host)),
        Command::Doctor(args) => commands::on_engine(commands::doctor::run(args, host)),
        Command::Cleanup(args) => commands::on_engine(commands::cleanup::run(args, host)),
        Command::Sweep { ids } => commands::on_engine(sweep::run(ids)),
        // Answered in `main`, before there is a host side.
        Command::Sidecar { .. } => Ok(Exit::Invalid),
    }
}

/// A manifest or the call itself is invalid: exit code 2.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub(crate) struct Invalid(Box<dyn std::error::Error + Send + Sync>);

/// Marks an error as the caller's.
pub(crate) fn invalid(error: impl std::error::Error + Send + Sync + 'static) -> anyhow::Error {
    anyhow::Error::new(Invalid(Box::new(error)))
}

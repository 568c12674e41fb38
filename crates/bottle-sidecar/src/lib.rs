//! The one executable behind every sidecar of a bottle, as a library.
//!
//! Inside its container it is process 1: it plays one service, stops within a second of SIGTERM or SIGINT, and reads its
//! policy again on SIGHUP. The command-line program can play it, too, so the entry point is a function:
//!
//! ```
//! use std::ffi::OsString;
//!
//! let arguments = ["bottle-sidecar", "--version"].map(OsString::from);
//! let _exit_code = bottle_sidecar::main_from(arguments.into_iter());
//! ```

mod args;
mod demo;
mod environment;
mod health;
mod merge;
mod page;
mod play;
mod put;
mod signals;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;

use crate::args::{Args, Command, DemoWorldCommand, SecretsCommand};

/// Exit code for a wrong command line, as clap has it.
const USAGE: u8 = 2;

/// Plays the sidecar with these arguments, the first of which is the program's name.
pub fn main_from(args: impl Iterator<Item = OsString>) -> ExitCode {
    let args = match Args::try_parse_from(args) {
        Ok(args) => args,
        Err(error) => {
            // Nobody may be reading what is printed; that changes nothing.
            let _ = error.print();
            return if error.use_stderr() {
                ExitCode::from(USAGE)
            } else {
                ExitCode::SUCCESS
            };
        }
    };
    match run(&args.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bottle-sidecar: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: &Command) -> anyhow::Result<()> {
    #[cfg(feature = "mutants")]
    environment::turn_off_guard()?;
    match command {
        Command::Egress(args) => play::egress(args),
        Command::Pipelock(args) => play::pipelock(args),
        Command::GitGate(args) => play::git_gate(args),
        Command::Supervise => play::supervise(),
        Command::GitGateHook { hook } => play::hook(hook),
        Command::Hold => play::hold(),
        Command::Health { service } => health::check(*service),
        Command::Page { path, service } => {
            let service = service.unwrap_or_else(health::configured);
            page::print(service, path, std::io::stdout().lock())
        }
        Command::DemoWorld { command: None } => demo::world(),
        Command::DemoWorld {
            command: Some(DemoWorldCommand::Seen),
        } => demo::seen(),
        Command::DemoProbe => demo::probe(std::io::stdin(), std::io::stdout()),
        Command::Secrets {
            command: SecretsCommand::Put { run, add },
        } => {
            // In a container the folder is a mount of its own.
            if let Some(run) = run {
                put::make_folder(run)?;
            }
            let run = run.clone().unwrap_or_else(environment::run_dir);
            let others = if *add {
                put::Others::Kept
            } else {
                put::Others::Replaced
            };
            put::secrets(&run, others, std::io::stdin())
        }
    }
}

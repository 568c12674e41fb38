//! The command line.

use clap::{Parser, Subcommand, ValueEnum};

/// Plays one service of a bottle.
#[derive(Debug, Parser)]
#[command(name = "bottle-sidecar", version)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// The intercepting proxy on the agent's side, and its DNS refuser.
    Egress,
    /// The scanning proxy on the outer side.
    Pipelock,
    /// Sleep until asked to stop.
    Hold,
    /// Ask the service in this container whether it is well; exit 0 if so.
    Health {
        /// Which service to ask; told from the configuration folder when left out.
        service: Option<Service>,
    },
    /// The values that the services inject or recognise.
    Secrets {
        #[command(subcommand)]
        command: SecretsCommand,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum SecretsCommand {
    /// Read the JSON document on standard input and put it where the running service looks for it.
    Put,
}

/// A service that can be asked for its health.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Service {
    Egress,
    Pipelock,
}

//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;

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
    Egress(ServiceArgs),
    /// The scanning proxy on the outer side.
    Pipelock(ServiceArgs),
    /// The gate for commits: mirrors to fetch from, scanned pushes to their upstreams.
    GitGate(GateArgs),
    /// The server through which an agent asks its operator for more. Everything is in its environment.
    Supervise,
    /// Play a hook of git while it receives a push.
    #[command(hide = true)]
    GitGateHook {
        /// The hook's name, as git has it.
        hook: String,
    },
    /// Sleep until asked to stop.
    Hold,
    /// Ask the service in this container whether it is well; exit 0 if so.
    Health {
        /// Which service to ask; told from the configuration folder when left out.
        service: Option<Service>,
    },
    /// Print a page of the service in this container (`/health`, and `/allowlist` and `/denials` of egress); exit 0 if it
    /// says that all is well.
    Page {
        /// The page.
        path: PagePath,
        /// Which service to ask; told from the configuration folder when left out.
        service: Option<Service>,
    },
    /// Play the pretend internet of the demo.
    #[command(hide = true)]
    DemoWorld {
        #[command(subcommand)]
        command: Option<DemoWorldCommand>,
    },
    /// Do the steps of the demo that stand on standard input as JSON, and answer with what was seen.
    #[command(hide = true)]
    DemoProbe,
    /// The values that the services inject or recognise.
    Secrets {
        #[command(subcommand)]
        command: SecretsCommand,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum SecretsCommand {
    /// Read the JSON document on standard input and put it where the running service looks for it.
    Put {
        /// The folder in which the service looks; `/run/bottle` unless said.
        #[arg(long, value_name = "DIR")]
        run: Option<PathBuf>,
        /// Keep the values that are there, but for those of the same name
        #[arg(long)]
        add: bool,
    },
}

/// How a service runs outside a container; inside one everything is in its environment.
#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct ServiceArgs {
    /// The service's configuration, as `bottle render` writes it. What it calls `upstream` is the way out.
    #[arg(long, value_name = "DIR")]
    pub(crate) config: Option<PathBuf>,
    /// Where to listen.
    #[arg(long, value_name = "ADDR")]
    pub(crate) listen: Option<SocketAddr>,
    /// The folder in which `secrets put --run DIR` leaves the values; `DIR/run` of the configuration unless said.
    #[arg(long, value_name = "DIR")]
    pub(crate) run: Option<PathBuf>,
}

/// How git-gate runs outside a container.
#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct GateArgs {
    #[command(flatten)]
    pub(crate) service: ServiceArgs,
    /// The folder in which mirrors are kept; `DIR/data` of the configuration unless said.
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Subcommand)]
pub(crate) enum DemoWorldCommand {
    /// Print what the world in this container has seen, as JSON.
    Seen,
}

/// The path of a page.
#[derive(Debug, Clone)]
pub(crate) struct PagePath(String);

impl PagePath {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for PagePath {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let plain = text.bytes().all(|byte| byte.is_ascii_graphic());
        if text.starts_with('/') && plain {
            Ok(Self(text.to_owned()))
        } else {
            Err("a page is a path like /allowlist")
        }
    }
}

/// A service that can be asked for its health.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Service {
    Egress,
    Pipelock,
    GitGate,
    Supervise,
}

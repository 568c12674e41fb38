//! What can be typed: the grammar of the command line, without behaviour.

use std::path::PathBuf;

use bottle_core::{AgentName, BottleName};
use clap::{Args, Parser, Subcommand};

/// Run AI coding agents safely on your own machine.
///
/// Exit codes: 0 fine; 1 the answer is no (a check failed, a request is refused, a demo row is wrong);
/// 2 an invalid manifest or call; 125 the bottle could not be started; 130 interrupted.
/// `run` and `start` otherwise end with the exit code of the command that ran in the bottle.
#[derive(Debug, Parser)]
#[command(name = "bottle", version, verbatim_doc_comment)]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Start a real bottle around a probe agent and a pretend internet, and judge it from the inside
    Demo(DemoArgs),
    /// Start an agent in a bottle of its own, attached to this terminal
    Start(StartArgs),
    /// Run one command in a bottle of its own, without a terminal; its exit code is ours
    Run(RunArgs),
    /// Write every file that a bottle is made of, without Docker
    Render(RenderArgs),
    /// Validate manifests, or explain what a bottle does with one request
    Check(CheckArgs),
    /// Show the agents and bottles there are, and what runs or was kept
    List(ListArgs),
    /// Remove what a crash left behind: containers, networks and state nobody owns
    Cleanup(CleanupArgs),
    /// Play one of the sidecars (what the containers run)
    #[command(hide = true, disable_help_flag = true)]
    Sidecar {
        /// The sidecar's own arguments.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<std::ffi::OsString>,
    },
}

/// `bottle demo`.
#[derive(Debug, Args)]
pub(crate) struct DemoArgs {
    /// Print the table as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// `bottle start`.
#[derive(Debug, Args)]
pub(crate) struct StartArgs {
    /// The agent, by the name of its file
    pub(crate) agent: AgentName,
    /// Show what would be started and stop there; nothing is touched
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Do not ask
    #[arg(long, short = 'y')]
    pub(crate) yes: bool,
    /// The command to attach to; by default the provider's own program, or a shell
    #[arg(last = true)]
    pub(crate) command: Vec<String>,
}

/// `bottle run`.
#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    /// The agent, by the name of its file
    pub(crate) agent: AgentName,
    /// Show what would be run and stop there; nothing is touched
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// The command and its arguments
    #[arg(last = true, required = true)]
    pub(crate) command: Vec<String>,
}

/// `bottle render`.
#[derive(Debug, Args)]
pub(crate) struct RenderArgs {
    /// The agent, by the name of its file
    pub(crate) agent: AgentName,
    /// The folder to write to; it must not exist yet
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
}

/// `bottle check`.
#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// A bottle; all manifests when left out
    pub(crate) bottle: Option<BottleName>,
    /// The method of a request to explain
    #[arg(requires = "url")]
    pub(crate) method: Option<String>,
    /// The address of a request to explain
    pub(crate) url: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// `bottle list`.
#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// `bottle cleanup`.
#[derive(Debug, Args)]
pub(crate) struct CleanupArgs {
    /// Show what would be removed and stop there
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Do not ask
    #[arg(long, short = 'y')]
    pub(crate) yes: bool,
    /// Print what was found as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

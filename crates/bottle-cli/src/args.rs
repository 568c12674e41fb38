//! What can be typed: the grammar of the command line, without behaviour.

mod audit;
mod git;
mod proposals;

use std::path::PathBuf;

use bottle_core::{AgentName, Identity, ImageRef, Provider};
use clap::{Args, Parser, Subcommand, ValueEnum};

pub(crate) use self::audit::{AuditArgs, AuditCommand};
pub(crate) use self::git::{GitAllowArgs, GitCommand, GitListArgs};
pub(crate) use self::proposals::{
    InsteadArgs, ProposalsApproveArgs, ProposalsCommand, ProposalsListArgs, ProposalsRejectArgs,
    ProposalsShowArgs, RevokeArgs, RoutesArgs, SubjectArg, WatchArgs,
};

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
    /// Write a starter bottle and agent; nothing is overwritten
    Init(InitArgs),
    /// Start an agent in a bottle of its own, attached to this terminal
    Start(StartArgs),
    /// Run one command in a bottle of its own, without a terminal; its exit code is ours
    Run(RunArgs),
    /// Start a kept bottle again, under its name, where it was started, with what it kept
    Resume(ResumeArgs),
    /// Open one more session in a bottle that runs: a shell, or the command after `--`
    Attach(AttachArgs),
    /// End a bottle that runs, whoever looks after it; its folder is kept
    Stop(StopArgs),
    /// Show what waits for an answer, what bottles do and what was decided, on one screen, and decide there
    Dashboard(DashboardArgs),
    /// Show what a bottle's containers wrote, while it runs and afterwards
    Logs(LogsArgs),
    /// Show which rules a bottle lacked, had for nothing, or had too wide, as a change of its manifest
    Suggest(SuggestArgs),
    /// Show what a bottle's clone has that the repository has not
    Diff(DiffArgs),
    /// Bring what a bottle changed in its clone into the repository, uncommitted
    Apply(ApplyArgs),
    /// Let a finding of git-gate pass, or show what may
    #[command(subcommand)]
    Git(GitCommand),
    /// Look at what agents ask for, and approve or reject it
    #[command(subcommand)]
    Proposals(ProposalsCommand),
    /// Show what a bottle may ask at this moment, where each rule comes from, and what is left of it
    Routes(RoutesArgs),
    /// Take back what was granted to a bottle that runs
    Revoke(RevokeArgs),
    /// Tell of each proposal as it comes, and of each answer
    Watch(WatchArgs),
    /// Show what operators decided, or look whether the record is whole
    Audit(AuditArgs),
    /// Make the images that bottles begin with
    #[command(subcommand)]
    Image(ImageCommand),
    /// Give a bottle another image: end it, keep what it has, and let the next resume build it of a Dockerfile
    Rebuild(RebuildArgs),
    /// Write every file that a bottle is made of, without Docker
    Render(RenderArgs),
    /// Validate manifests and run their policy tests, or explain what a bottle does with one request
    Check(CheckArgs),
    /// Show the resolved plan of an agent and where each value comes from, or what is known of one run
    Info(InfoArgs),
    /// Look for secrets in a file or in what is piped in, as the bottle's pipelock does
    Scan(ScanArgs),
    /// Tell more about an error or a refusal, by its code
    ExplainError(ExplainErrorArgs),
    /// Print the JSON Schema of a front matter, for editors
    Schema(SchemaArgs),
    /// Show the agents and bottles there are, and what runs or was kept
    List(ListArgs),
    /// Look whether this machine has what bottles need, and say how to bring what is missing
    Doctor(DoctorArgs),
    /// Remove what a crash left behind: containers, networks and state nobody owns
    Cleanup(CleanupArgs),
    /// Remove networks by the engine's own ids: what a run leaves to be done after its prompt is back
    #[command(hide = true)]
    Sweep {
        /// The ids.
        ids: Vec<String>,
    },
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

/// How a session on this terminal is started.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct StartOptions {
    /// Show what would be started and stop there; nothing is touched
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Do not ask
    #[arg(long, short = 'y')]
    pub(crate) yes: bool,
    /// Say afterwards how long each step took, and how much of it was waiting for the engine
    #[arg(long)]
    pub(crate) timings: bool,
}

/// `bottle start`.
#[derive(Debug, Args)]
pub(crate) struct StartArgs {
    /// The agent, by the name of its file
    pub(crate) agent: AgentName,
    /// How it is started.
    #[command(flatten)]
    pub(crate) how: StartOptions,
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
    /// Say afterwards how long each step took, and how much of it was waiting for the engine
    #[arg(long)]
    pub(crate) timings: bool,
    /// The command and its arguments
    #[arg(last = true, required = true)]
    pub(crate) command: Vec<String>,
}

/// `bottle resume`.
#[derive(Debug, Args)]
pub(crate) struct ResumeArgs {
    /// The bottle, as `bottle list` names it
    pub(crate) identity: Identity,
    /// How it is started.
    #[command(flatten)]
    pub(crate) how: StartOptions,
    /// The command instead of the provider's own program, which goes on with its conversation
    #[arg(last = true)]
    pub(crate) command: Vec<String>,
}

/// `bottle attach`.
#[derive(Debug, Args)]
pub(crate) struct AttachArgs {
    /// The bottle, as `bottle list` names it
    pub(crate) identity: Identity,
    /// The command; a shell when left out
    #[arg(last = true)]
    pub(crate) command: Vec<String>,
}

/// `bottle stop`.
#[derive(Debug, Args)]
pub(crate) struct StopArgs {
    /// The bottles, as `bottle list` names them
    #[arg(required = true)]
    pub(crate) identities: Vec<Identity>,
}

/// `bottle dashboard`.
#[derive(Debug, Args)]
pub(crate) struct DashboardArgs {
    /// Print the same facts once, without a screen
    #[arg(long)]
    pub(crate) once: bool,
    /// Print them as JSON
    #[arg(long, requires = "once")]
    pub(crate) json: bool,
}

/// `bottle logs`.
#[derive(Debug, Args)]
pub(crate) struct LogsArgs {
    /// The bottle, as `bottle list` names it
    pub(crate) identity: Identity,
    /// Go on showing what comes, until the bottle ends
    #[arg(long, short)]
    pub(crate) follow: bool,
    /// One service alone: agent, egress or pipelock
    #[arg(long)]
    pub(crate) service: Option<String>,
    /// The last lines alone
    #[arg(long, value_name = "LINES")]
    pub(crate) tail: Option<usize>,
    /// Print a JSON object for each line: service, time, text
    #[arg(long)]
    pub(crate) json: bool,
}

/// `bottle suggest`.
#[derive(Debug, Args)]
pub(crate) struct SuggestArgs {
    /// The bottle, as `bottle list` names it
    pub(crate) identity: Identity,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// `bottle diff`.
#[derive(Debug, Args)]
pub(crate) struct DiffArgs {
    /// The bottle, as `bottle list` names it
    pub(crate) identity: Identity,
    /// A line for each file, and the sum
    #[arg(long, conflicts_with = "json")]
    pub(crate) stat: bool,
    /// Print the changed paths as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// `bottle apply`.
#[derive(Debug, Args)]
pub(crate) struct ApplyArgs {
    /// The bottle, as `bottle list` names it
    pub(crate) identity: Identity,
    /// Also files that run on this machine by themselves later, such as `.envrc`: read them first
    #[arg(long)]
    pub(crate) guarded: bool,
    /// Print what was done as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// `bottle image`.
#[derive(Debug, Subcommand)]
pub(crate) enum ImageCommand {
    /// Build the image that bottles of a provider use when they name none, or what git-gate's image begins with
    Build(ImageBuildArgs),
}

/// `bottle image build`.
#[derive(Debug, Args)]
pub(crate) struct ImageBuildArgs {
    /// Whose image it is
    #[arg(value_enum, default_value_t = ImageOf::Agent)]
    pub(crate) of: ImageOf,
    /// Which agent's program is in it
    #[arg(long, value_enum, default_value_t = ProviderArg::Command)]
    pub(crate) provider: ProviderArg,
    /// The Debian that it begins with, which the engine must have; `debian:bookworm-slim` when left out, for git-gate `debian:trixie-slim`
    #[arg(long)]
    pub(crate) base: Option<ImageRef>,
}

/// Whose image is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ImageOf {
    /// The agent's
    Agent,
    /// git-gate's, which has git and ssh
    GitGate,
}

/// `bottle rebuild`.
#[derive(Debug, Args)]
pub(crate) struct RebuildArgs {
    /// The bottle, as `bottle list` names it
    pub(crate) identity: Identity,
    /// The Dockerfile; `-` is standard input. It has nothing to copy from, and may begin with the bottle's image
    #[arg(long, value_name = "FILE")]
    pub(crate) dockerfile: PathBuf,
}

/// `bottle render`.
#[derive(Debug, Args)]
pub(crate) struct RenderArgs {
    /// The agent, by the name of its file
    pub(crate) agent: AgentName,
    /// The folder to write to; it must not exist yet
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// `bottle check`.
#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// A bottle by its name, or any manifest by its file; all manifests when left out
    #[arg(value_name = "BOTTLE|FILE")]
    pub(crate) subject: Option<String>,
    /// The method of a request to explain
    #[arg(requires = "url")]
    pub(crate) method: Option<String>,
    /// The address of a request to explain
    pub(crate) url: Option<String>,
    /// End with 1 when a rule is covered by no policy test
    #[arg(long)]
    pub(crate) strict: bool,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// `bottle init`.
#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// The name of both
    #[arg(default_value = "dev")]
    pub(crate) name: AgentName,
    /// Which program the agent is
    #[arg(long, value_enum, default_value_t = ProviderArg::Command)]
    pub(crate) provider: ProviderArg,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// A provider, as it is typed.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum ProviderArg {
    /// Claude Code
    Claude,
    /// The Codex command line
    Codex,
    /// Any command
    Command,
}

impl From<ProviderArg> for Provider {
    fn from(provider: ProviderArg) -> Self {
        match provider {
            ProviderArg::Claude => Self::Claude,
            ProviderArg::Codex => Self::Codex,
            ProviderArg::Command => Self::Command,
        }
    }
}

/// `bottle info`.
#[derive(Debug, Args)]
pub(crate) struct InfoArgs {
    /// The agent, by the name of its file, or a bottle, as `bottle list` names it
    #[arg(value_name = "AGENT|IDENTITY")]
    pub(crate) subject: String,
    /// Print the bottle as one manifest, inheritance done
    #[arg(long, conflicts_with = "json")]
    pub(crate) flat: bool,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// `bottle scan`.
#[derive(Debug, Args)]
pub(crate) struct ScanArgs {
    /// What to look into; `-` is standard input
    #[arg(value_name = "FILE", default_value = "-")]
    pub(crate) file: PathBuf,
    /// Read one exchange in each line and answer each with a verdict (docs/scanning.md)
    #[arg(long, conflicts_with = "json")]
    pub(crate) jsonl: bool,
    /// Block responses that give orders to the model, as routes with `responses: block` do
    #[arg(long, requires = "jsonl")]
    pub(crate) block_responses: bool,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// `bottle explain-error`.
#[derive(Debug, Args)]
pub(crate) struct ExplainErrorArgs {
    /// The code, as in `error[manifest.unknown-key]`; all when left out
    pub(crate) code: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// `bottle schema`.
#[derive(Debug, Args)]
pub(crate) struct SchemaArgs {
    /// Whose front matter
    pub(crate) of: SchemaOf,
    /// A schema is JSON in any case
    #[arg(long, hide = true)]
    pub(crate) json: bool,
}

/// What a schema is of.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum SchemaOf {
    /// An agent
    Agent,
    /// A bottle
    Bottle,
}

/// `bottle list`.
#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// `bottle doctor`.
#[derive(Debug, Args)]
pub(crate) struct DoctorArgs {
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// `bottle cleanup`.
#[derive(Debug, Args)]
pub(crate) struct CleanupArgs {
    /// These bottles alone, also those that are kept; what a crash left of any when none is named
    pub(crate) identities: Vec<Identity>,
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

//! `bottle audit`: what operators decided.

use bottle_core::Identity;
use clap::{Args, Subcommand};

/// `bottle audit`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct AuditArgs {
    /// Something else than to show them.
    #[command(subcommand)]
    pub(crate) command: Option<AuditCommand>,
    /// The decisions about one bottle alone, which may be gone
    pub(crate) identity: Option<Identity>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// What else can be done with a trail.
#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// Look whether every line is what was written; the first one that is not is named (exit code 1)
    Verify {
        /// The trail of one bottle alone
        identity: Option<Identity>,
    },
}

//! `bottle git`: what git-gate finds, and what may pass.

use bottle_core::{Identity, RemoteName};
use clap::{Args, Subcommand};

/// `bottle git`.
#[derive(Debug, Subcommand)]
pub(crate) enum GitCommand {
    /// Let what one rule finds in one object pass towards one remote, from the next push on
    Allow(GitAllowArgs),
    /// Show what git-gate found in pushes, by its own log
    Findings(GitListArgs),
    /// Show what may pass in a bottle
    Releases(GitListArgs),
}

/// `bottle git allow`.
#[derive(Debug, Args)]
pub(crate) struct GitAllowArgs {
    /// The bottle, running or kept, as `bottle list` names it
    pub(crate) identity: Identity,
    /// The object, by its whole id, as the refusal shows it
    pub(crate) object: String,
    /// The rule, as the refusal shows it
    pub(crate) rule: String,
    /// Towards which remote
    #[arg(long, value_name = "NAME")]
    pub(crate) remote: RemoteName,
    /// Why, in one line; it is kept in the audit trail
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: String,
}

/// `bottle git findings` and `bottle git releases`.
#[derive(Debug, Args)]
pub(crate) struct GitListArgs {
    /// The bottle, running or kept, as `bottle list` names it
    pub(crate) identity: Identity,
    /// Print them as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

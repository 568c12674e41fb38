//! `bottle proposals`, `routes`, `revoke` and `watch`: what agents ask for, and what was granted.

use std::num::NonZeroU32;
use std::str::FromStr;
use std::time::Duration;

use bottle_core::{HostPattern, Identity, Method, PathPrefix, ProposalId};
use bottle_run::approval::{ReviewToken, Revocation};
use clap::{Args, Subcommand};

/// `bottle proposals`.
#[derive(Debug, Subcommand)]
pub(crate) enum ProposalsCommand {
    /// Show what agents ask for and nobody has answered
    List(ProposalsListArgs),
    /// Show what approving a proposal would change
    Show(ProposalsShowArgs),
    /// Approve a proposal, as it was shown
    Approve(ProposalsApproveArgs),
    /// Reject a proposal; the agent is told why
    Reject(ProposalsRejectArgs),
}

/// `bottle proposals list`.
#[derive(Debug, Args)]
pub(crate) struct ProposalsListArgs {
    /// Those of one bottle alone, which may be gone
    pub(crate) identity: Option<Identity>,
    /// Also what is answered
    #[arg(long)]
    pub(crate) all: bool,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// What is granted instead of what was asked for.
#[derive(Debug, Clone, Args)]
pub(crate) struct InsteadArgs {
    /// This host instead of the one that was asked for
    #[arg(long, value_name = "HOST")]
    pub(crate) host: Option<HostPattern>,
    /// Below these paths instead of those that were asked for
    #[arg(long = "path", value_name = "PREFIX")]
    pub(crate) paths: Vec<PathPrefix>,
    /// With these methods instead of those that were asked for
    #[arg(long = "method", value_name = "METHOD")]
    pub(crate) methods: Vec<Method>,
    /// What the bottle was refused and no more, as the card has it
    #[arg(long, conflicts_with_all = ["host", "paths", "methods"])]
    pub(crate) narrower: bool,
    /// Also send the credential that the agent asks for: the value of a variable of this environment
    #[arg(long)]
    pub(crate) with_credential: bool,
}

/// `bottle proposals show`.
#[derive(Debug, Args)]
pub(crate) struct ProposalsShowArgs {
    /// The proposal, by its name alone where that is clear
    #[arg(value_name = "[IDENTITY/]ID")]
    pub(crate) subject: SubjectArg,
    /// What would be granted instead.
    #[command(flatten)]
    pub(crate) instead: InsteadArgs,
    /// Print JSON, with the token that `approve` takes
    #[arg(long)]
    pub(crate) json: bool,
}

/// `bottle proposals approve`.
#[derive(Debug, Args)]
pub(crate) struct ProposalsApproveArgs {
    /// The proposal, by its name alone where that is clear
    #[arg(value_name = "[IDENTITY/]ID")]
    pub(crate) subject: SubjectArg,
    /// What is granted instead.
    #[command(flatten)]
    pub(crate) instead: InsteadArgs,
    /// For how long: 30s, 15m, 2h, 1d; until the bottle ends when left out
    #[arg(long = "for", value_name = "TIME")]
    pub(crate) time: Option<LeaseTime>,
    /// For how many requests
    #[arg(long)]
    pub(crate) uses: Option<NonZeroU32>,
    /// What to tell the agent
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) note: String,
    /// What was shown, as `show --json` has it: when something is not as it was, nothing is granted
    #[arg(long)]
    pub(crate) token: Option<ReviewToken>,
    /// Do not ask
    #[arg(long, short = 'y', requires = "token")]
    pub(crate) yes: bool,
    /// Print what was granted as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// `bottle proposals reject`.
#[derive(Debug, Args)]
pub(crate) struct ProposalsRejectArgs {
    /// The proposal, by its name alone where that is clear
    #[arg(value_name = "[IDENTITY/]ID")]
    pub(crate) subject: SubjectArg,
    /// Why; the agent is told
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: String,
}

/// `bottle routes`.
#[derive(Debug, Args)]
pub(crate) struct RoutesArgs {
    /// The bottle, as `bottle list` names it
    pub(crate) identity: Identity,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// `bottle revoke`.
#[derive(Debug, Args)]
pub(crate) struct RevokeArgs {
    /// The bottle, as `bottle list` names it
    pub(crate) identity: Identity,
    /// A grant by its name, or all for a host, as `bottle routes` has them
    #[arg(value_name = "GRANT|HOST")]
    pub(crate) which: RevocationArg,
    /// Why; it is kept in the audit trail
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) reason: String,
    /// Print what is gone as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// `bottle watch`.
#[derive(Debug, Args)]
pub(crate) struct WatchArgs {
    /// Run this in a shell for each new proposal, with `BOTTLE_PROPOSAL_ID`, `BOTTLE_IDENTITY`, `BOTTLE_TOOL` and
    /// `BOTTLE_SUMMARY` in its environment and the proposal as JSON on its standard input
    #[arg(long, value_name = "COMMAND")]
    pub(crate) exec: Option<String>,
    /// Begin with what waits already
    #[arg(long)]
    pub(crate) existing: bool,
    /// Print a JSON object for each line
    #[arg(long)]
    pub(crate) json: bool,
}

/// A proposal as it is typed: `ID`, or `IDENTITY/ID`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SubjectArg {
    pub(crate) identity: Option<Identity>,
    pub(crate) id: ProposalId,
}

/// The text names no proposal.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error(
    "a proposal is named as `bottle proposals list` does it: `p4x0kz81ab`, or `dev-4x0kz/p4x0kz81ab`"
)]
pub(crate) struct SubjectArgError;

impl FromStr for SubjectArg {
    type Err = SubjectArgError;

    fn from_str(text: &str) -> Result<Self, SubjectArgError> {
        let (identity, id) = match text.rsplit_once('/') {
            Some((identity, id)) => (Some(identity), id),
            None => (None, text),
        };
        let identity = identity
            .map(|identity| identity.parse().map_err(|_| SubjectArgError))
            .transpose()?;
        let id = id.parse().map_err(|_| SubjectArgError)?;
        Ok(Self { identity, id })
    }
}

/// How long a lease is, as it is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LeaseTime(pub(crate) Duration);

/// The longest lease in seconds: a year. Whatever is longer was mistyped.
const LONGEST_LEASE: u64 = 366 * 24 * 60 * 60;

/// The text is no time.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("a time is a number and one of s, m, h, d, as in `15m`; at least a second, at most a year")]
pub(crate) struct LeaseTimeError;

impl FromStr for LeaseTime {
    type Err = LeaseTimeError;

    fn from_str(text: &str) -> Result<Self, LeaseTimeError> {
        let (number, unit) = text
            .char_indices()
            .next_back()
            .map(|(at, unit)| (text.get(..at).unwrap_or_default(), unit))
            .ok_or(LeaseTimeError)?;
        let factor = match unit {
            's' => 1,
            'm' => 60,
            'h' => 60 * 60,
            'd' => 24 * 60 * 60,
            _ => return Err(LeaseTimeError),
        };
        if !number.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(LeaseTimeError);
        }
        let number: u64 = number.parse().map_err(|_| LeaseTimeError)?;
        let seconds = number.checked_mul(factor).ok_or(LeaseTimeError)?;
        if (1..=LONGEST_LEASE).contains(&seconds) {
            Ok(Self(Duration::from_secs(seconds)))
        } else {
            Err(LeaseTimeError)
        }
    }
}

/// What is taken back, as it is typed: what can be the name of a grant is one, for a host has a dot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RevocationArg(pub(crate) Revocation);

/// The text names neither.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("neither the name of a grant nor a host: `bottle routes` shows both")]
pub(crate) struct RevocationArgError;

impl FromStr for RevocationArg {
    type Err = RevocationArgError;

    fn from_str(text: &str) -> Result<Self, RevocationArgError> {
        let grant = text.parse().map(Revocation::Grant);
        let which = grant.or_else(|_| text.parse().map(Revocation::Hosts));
        which.map(Self).map_err(|_| RevocationArgError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_a_number_and_a_unit() {
        let seconds = |text: &str| text.parse::<LeaseTime>().ok().map(|time| time.0.as_secs());
        assert_eq!(seconds("30s"), Some(30));
        assert_eq!(seconds("15m"), Some(900));
        assert_eq!(seconds("2h"), Some(7200));
        assert_eq!(seconds("1d"), Some(86400));
        for wrong in [
            "",
            "m",
            "0m",
            "-1m",
            "+1m",
            "1",
            "1w",
            "1.5h",
            "1 h",
            "367d",
            "99999999999999999999d",
            "1ä",
        ] {
            assert_eq!(seconds(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn what_is_taken_back_is_a_grant_or_a_host() {
        let read = |text: &str| text.parse::<RevocationArg>().map(|each| each.0);
        assert!(matches!(read("p000000001"), Ok(Revocation::Grant(_))));
        assert!(matches!(read("api.example.com"), Ok(Revocation::Hosts(_))));
        assert!(matches!(read("*.example.com"), Ok(Revocation::Hosts(_))));
        assert!(read("\u{1b}[2J").is_err());
    }

    #[test]
    fn a_proposal_is_named_with_or_without_its_bottle() {
        let read = |text: &str| text.parse::<SubjectArg>().ok();
        assert_eq!(read("p000000001").unwrap().identity, None);
        assert!(read("dev-x7k2q/p000000001").unwrap().identity.is_some());
        for wrong in [
            "",
            "/p000000001",
            "x/p000000001",
            "dev-x7k2q/",
            "../p000000001",
            "dev-x7k2q/../p0",
        ] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}

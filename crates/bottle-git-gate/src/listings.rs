//! What refs there are: in a mirror, and on its upstream.

use std::collections::BTreeMap;
use std::process::Command;
use std::time::Duration;

use crate::git::Git;
use crate::limits::{LISTING_TIMEOUT, LOCAL_TIMEOUT, MAX_LISTING_BYTES};
use crate::refs::{MIRRORED, Refs};
use crate::refusal::{Code, Refusal};
use crate::run::{Company, RunError, run_in};
use crate::upstream::Upstream;

/// What a mirror has, ids by name.
pub(crate) async fn mirrored(
    git: &Git,
    company: Company,
) -> Result<BTreeMap<String, String>, RunError> {
    let mut arguments = vec!["for-each-ref", "--format=%(objectname) %(refname)"];
    arguments.extend(MIRRORED);
    let listing = list(git.command(arguments), company, LOCAL_TIMEOUT).await?;
    Ok(Refs::of_mirror(&listing.good()?))
}

/// What the upstream has.
pub(crate) async fn upstreams(
    git: &Git,
    upstream: &Upstream,
    company: Company,
) -> Result<Refs, Refusal> {
    let url = upstream.url();
    let ask = upstream.git(git, &["ls-remote", "--symref", "--", &url]);
    let ran = list(ask, company, LISTING_TIMEOUT).await;
    let ran = ran.map_err(|error| outside(&error))?;
    if !ran.status.success() {
        return Err(upstream.refusal(&ran.words()));
    }
    Refs::of_upstream(&ran.output)
}

async fn list(
    command: Command,
    company: Company,
    patience: Duration,
) -> Result<crate::run::Ran, RunError> {
    run_in(company, command, &[], (patience, MAX_LISTING_BYTES)).await
}

/// A git that talks to the outside did not come to its end.
pub(crate) fn outside(error: &RunError) -> Refusal {
    match error {
        RunError::Late(_) => late(),
        RunError::Long(_) => Refusal::new(
            Code::Limits,
            "the upstream has more refs than the gate takes",
        ),
        error => Refusal::broken(error),
    }
}

/// The upstream did not answer in time.
pub(crate) fn late() -> Refusal {
    Refusal::new(
        Code::Upstream,
        "the upstream took too long, so the mirror is not up to date and nothing is served from it",
    )
}

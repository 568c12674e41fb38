//! `bottle proposals approve`.

use std::io;
use std::time::SystemTime;

use anyhow::Context as _;
use bottle_core::Secret;
use bottle_egress::Lease;
use bottle_run::approval::{
    ApprovalError, Approved, Card, CredentialCard, Decision, GivenValue, Subject,
};
use bottle_state::Operator;
use rustix::termios::{QueueSelector, tcflush};
use serde_json::json;

use super::{card, desk, docker, no, subject, told};
use crate::args::ProposalsApproveArgs;
use crate::exit::Exit;
use crate::host::HostSide;
use crate::{environment, json_text, preflight};

/// The value that is to be sent along is not there.
#[derive(Debug, thiserror::Error)]
#[error("no value for {0}: set the variable, or name a file that holds the value in {0}_FILE")]
struct NoValue(bottle_core::EnvName);

/// Runs the command.
pub(super) async fn run(args: &ProposalsApproveArgs, host: &HostSide) -> anyhow::Result<Exit> {
    let subject = subject::find(host, &args.subject)?;
    let docker = docker().await?;
    let desk = desk(host, Some(&docker));
    let wish = subject::wish(&desk, &subject, &args.instead).await?;
    let card = desk.review(&subject, &wish).await.map_err(told)?;
    // What was shown before is what counts where somebody says what that was.
    let token = args.token.as_ref().unwrap_or(&card.token);
    if token != &card.token {
        return changed(host, card);
    }
    if card.refusals.is_empty() && !agreed(args, host, &card)? {
        return Ok(Exit::No);
    }
    let decision = Decision {
        wish,
        lease: lease(args),
        notes: args.note.clone(),
        value: value(&card)?,
        operator: Operator::current(),
    };
    match desk.approve(&subject, token, &decision).await {
        Ok(approved) => {
            report(args, host, (&subject, &approved))?;
            Ok(Exit::Fine)
        }
        Err(ApprovalError::Changed { card }) => {
            // With what the bottle was refused, which a decision does not look at.
            let shown = desk.review(&subject, &decision.wish).await;
            changed(host, shown.unwrap_or(*card))
        }
        Err(error) => no(host, error),
    }
}

/// Shows the card and asks, unless it is said that this was done.
fn agreed(args: &ProposalsApproveArgs, host: &HostSide, card: &Card) -> anyhow::Result<bool> {
    if args.yes {
        return Ok(true);
    }
    host.printer.say(card::text(card).trim_end());
    // What was typed before the card was there is no answer to it.
    let _ = tcflush(io::stdin(), QueueSelector::IFlush);
    preflight::confirm(host.printer, "Approve?").map_err(crate::invalid)
}

/// What is there now is shown again, and nothing is approved.
fn changed(host: &HostSide, card: Card) -> anyhow::Result<Exit> {
    host.printer.say(card::text(&card).trim_end());
    let card = Box::new(card);
    no(host, ApprovalError::Changed { card })
}

/// For how long, from now on.
fn lease(args: &ProposalsApproveArgs) -> Lease {
    let until = args.time.map(|time| {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        now.unwrap_or_default().saturating_add(time.0).as_secs()
    });
    Lease {
        until,
        uses: args.uses,
    }
}

/// The value of the credential that would be given, from this environment.
fn value(card: &Card) -> anyhow::Result<Option<GivenValue>> {
    let CredentialCard::Granted { token_ref, .. } = &card.credential else {
        return Ok(None);
    };
    let value =
        environment::value(token_ref)?.ok_or_else(|| crate::invalid(NoValue(token_ref.clone())))?;
    let value = Secret::new(value).with_context(|| format!("the value of {token_ref}"))?;
    Ok(Some(GivenValue {
        token_ref: token_ref.clone(),
        value,
    }))
}

fn report(
    args: &ProposalsApproveArgs,
    host: &HostSide,
    (subject, approved): (&Subject, &Approved),
) -> anyhow::Result<()> {
    let Subject { identity, id } = subject;
    let (what, said) = match approved {
        Approved::Granted(grant) => {
            let lease = json!({ "until": grant.lease.until, "uses": grant.lease.uses });
            let document = json!({ "kind": "grant", "host": grant.route.host, "lease": lease });
            (
                document,
                format!("holds now; `bottle revoke {identity} {id}` ends it"),
            )
        }
        Approved::Mirrored => (json!({ "kind": "scanner" }), "holds now".to_owned()),
        Approved::Rebuilt => (
            json!({ "kind": "image" }),
            format!("is ended; `bottle resume {identity}` builds its image and goes on"),
        ),
    };
    if args.json {
        let document =
            json!({ "identity": identity, "id": id, "verdict": "approved", "granted": what });
        host.printer.data(&json_text::pretty(&document)?);
    } else {
        host.printer.say(&format!("{subject} {said}"));
    }
    Ok(())
}

//! `bottle proposals`: what agents ask for, and what the operator says to it.

mod approve;
mod card;
mod list;
mod subject;
mod words;

use anyhow::Context as _;
use bottle_docker::Docker;
use bottle_run::approval::{ApprovalError, Approvals};
use bottle_state::Operator;

pub(crate) use self::words::{lines, summary};
use crate::args::{ProposalsCommand, ProposalsRejectArgs, ProposalsShowArgs};
use crate::exit::Exit;
use crate::host::HostSide;
use crate::{engine, json_text};

/// Runs the command.
pub(crate) async fn run(command: &ProposalsCommand, host: &HostSide) -> anyhow::Result<Exit> {
    match command {
        ProposalsCommand::List(args) => list::run(args, host).await,
        ProposalsCommand::Show(args) => show(args, host).await,
        ProposalsCommand::Approve(args) => approve::run(args, host).await,
        ProposalsCommand::Reject(args) => reject(args, host).await,
    }
}

async fn show(args: &ProposalsShowArgs, host: &HostSide) -> anyhow::Result<Exit> {
    let subject = subject::find(host, &args.subject)?;
    let docker = engine::connect().await.ok();
    let desk = desk(host, docker.as_ref());
    let wish = subject::wish(&desk, &subject, &args.instead).await?;
    let card = desk.review(&subject, &wish).await.map_err(told)?;
    let text = if args.json {
        json_text::pretty(&card)?
    } else {
        card::text(&card)
    };
    host.printer.data(&text);
    Ok(Exit::Fine)
}

async fn reject(args: &ProposalsRejectArgs, host: &HostSide) -> anyhow::Result<Exit> {
    let subject = subject::find(host, &args.subject)?;
    let docker = engine::connect().await.ok();
    let desk = desk(host, docker.as_ref());
    let rejected = desk
        .reject(&subject, &args.reason, &Operator::current())
        .await;
    match rejected {
        Ok(()) => {
            host.printer.say(&format!("{subject} is rejected"));
            Ok(Exit::Fine)
        }
        Err(error) => no(host, error),
    }
}

/// The desk of this home, with or without an engine.
pub(crate) const fn desk<'a>(
    host: &'a HostSide,
    docker: Option<&'a Docker>,
) -> Approvals<'a, Docker> {
    Approvals::new(&host.home, docker)
}

/// An engine, which a decision needs.
pub(crate) async fn docker() -> anyhow::Result<Docker> {
    engine::connect()
        .await
        .context("a decision that changes a bottle is carried out by its containers")
}

/// How a command ends whose answer is no.
pub(crate) fn no(host: &HostSide, error: ApprovalError) -> anyhow::Result<Exit> {
    if error.is_no() {
        host.printer.error(&error.into());
        Ok(Exit::No)
    } else {
        Err(told(error))
    }
}

pub(crate) fn told(error: ApprovalError) -> anyhow::Error {
    if error.is_invalid() {
        crate::invalid(error)
    } else {
        error.into()
    }
}

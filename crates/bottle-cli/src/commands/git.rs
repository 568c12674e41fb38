//! `bottle git`: what git-gate finds, and what may pass although it is found.

use bottle_git::Release;
use bottle_run::{AllowError, Allowed, allow, releases};
use bottle_state::Timestamp;
use serde_json::{Value, json};
use time::OffsetDateTime;

use super::findings;
use crate::args::{GitAllowArgs, GitCommand, GitListArgs};
use crate::exit::Exit;
use crate::host::HostSide;

/// Runs the command.
pub(crate) async fn run(command: &GitCommand, host: &HostSide) -> anyhow::Result<Exit> {
    match command {
        GitCommand::Allow(args) => let_pass(args, host),
        GitCommand::Findings(args) => findings::run(args, host).await,
        GitCommand::Releases(args) => show(args, host),
    }
}

fn let_pass(args: &GitAllowArgs, host: &HostSide) -> anyhow::Result<Exit> {
    let GitAllowArgs {
        identity,
        object,
        rule,
        remote,
        reason,
    } = args;
    let release = Release {
        remote: remote.clone(),
        object: object.clone(),
        rule: rule.clone(),
        reason: reason.clone(),
    };
    let now = Timestamp::new(OffsetDateTime::now_utc());
    let said = match allow(&host.home, identity, release, now).map_err(told)? {
        Allowed::Now => "may pass from the next push on",
        Allowed::Before => "may pass already",
    };
    host.printer.say(&format!(
        "{identity}: what {rule} finds in {object} {said}, to {remote}"
    ));
    Ok(Exit::Fine)
}

fn show(args: &GitListArgs, host: &HostSide) -> anyhow::Result<Exit> {
    let all = releases(&host.home, &args.identity).map_err(told)?.0;
    if args.json {
        let all: Vec<Value> = all.iter().map(as_json).collect();
        host.printer.data(&format!("{:#}\n", Value::from(all)));
        return Ok(Exit::Fine);
    }
    for Release {
        remote,
        object,
        rule,
        reason,
    } in &all
    {
        let reason = bottle_core::visible(reason);
        let line = format!("{remote}  {object}  {rule}  {reason}\n");
        host.printer.data(&line);
    }
    if all.is_empty() {
        host.printer.say("nothing that is found may pass");
    }
    Ok(Exit::Fine)
}

fn as_json(release: &Release) -> Value {
    let Release {
        remote,
        object,
        rule,
        reason,
    } = release;
    json!({ "remote": remote.as_str(), "object": object, "rule": rule, "reason": reason })
}

fn told(error: AllowError) -> anyhow::Error {
    if error.is_invalid() {
        crate::invalid(error)
    } else {
        error.into()
    }
}

//! `bottle suggest`: what a bottle asked for, as a change of its manifest.

mod advice;
mod as_json;
mod as_yaml;

use bottle_core::{Identity, Resolved};
use bottle_egress::{RouteTable, fold};
use bottle_run::{History, artefact};
use bottle_state::Metadata;

use self::advice::Advice;
use crate::args::SuggestArgs;
use crate::commands::logs;
use crate::exit::Exit;
use crate::host::HostSide;

/// The largest table that is read, in bytes: what a manifest can say, many times over.
const MAX_ROUTES: u64 = 4 * 1024 * 1024;

/// There is nothing of that name.
#[derive(Debug, thiserror::Error)]
#[error("there is no bottle {0}: `bottle list` shows what there is")]
struct NoBottle(Identity);

/// The folder is there, and its table is not.
#[derive(Debug, thiserror::Error)]
#[error("the rules of {0} are gone: its state folder has no routes.yaml")]
struct NoRules(Identity);

/// Runs the command.
pub(crate) async fn run(args: &SuggestArgs, host: &HostSide) -> anyhow::Result<Exit> {
    let identity = &args.identity;
    let metadata = metadata(host, identity)?;
    let history = History::read(&logs::all(identity, host).await?);
    let table = table(host, identity)?;
    let resolved = resolved(host, &metadata)?;
    let now = fold(&resolved.plan).table;
    let advice = Advice::of(&history, (&table, &now), &resolved);
    let text = if args.json {
        format!("{:#}\n", as_json::render(host, identity, &advice))
    } else {
        as_yaml::render(host, identity, &advice)?
    };
    host.printer.data(&text);
    say(host, &advice);
    Ok(Exit::Fine)
}

fn metadata(host: &HostSide, identity: &Identity) -> anyhow::Result<Metadata> {
    let none = || crate::invalid(NoBottle(identity.clone()));
    let state = host.home.state(identity);
    if !state.path().exists() {
        return Err(none());
    }
    state.metadata()?.ok_or_else(none)
}

/// The rules that the bottle runs or ran with: the log counts by their numbers.
fn table(host: &HostSide, identity: &Identity) -> anyhow::Result<RouteTable> {
    let none = || crate::invalid(NoRules(identity.clone()));
    let state = host.home.state(identity);
    let bytes = state.folder().read(&artefact::ROUTES, MAX_ROUTES)?;
    let bytes = bytes.ok_or_else(none)?;
    let text = String::from_utf8_lossy(&bytes);
    RouteTable::from_yaml(&text, artefact::ROUTES.as_str()).map_err(crate::invalid)
}

/// The manifest as it is now: it is what is going to be changed.
fn resolved(host: &HostSide, metadata: &Metadata) -> anyhow::Result<Resolved> {
    let manifests = host.manifests_at(&metadata.cwd)?;
    manifests.resolve(&metadata.agent).map_err(crate::invalid)
}

/// What is to be said beside the data.
fn say(host: &HostSide, advice: &Advice<'_>) {
    if advice.suggestions.is_empty() {
        host.printer
            .say("nothing was refused for want of a rule that the manifest still lacks");
    }
    if advice.more > 0 {
        let more = advice.more;
        host.printer.warn(&format!(
            "{more} further hosts were refused, each asked for less often: not shown"
        ));
    }
    if advice.left_out > 0 {
        let left_out = advice.left_out;
        host.printer.warn(&format!(
            "the bottle asked for so many different things that {left_out} requests were left out"
        ));
    }
}

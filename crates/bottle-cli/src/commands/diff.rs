//! `bottle diff`: what a bottle's clone has that the repository has not.

use std::io::{self, IsTerminal as _, Write as _};

use bottle_core::Identity;
use bottle_run::workspace::{Changes, LeftOut, Worktree};
use serde_json::{Value, json};

use crate::args::DiffArgs;
use crate::exit::Exit;
use crate::host::HostSide;

/// Runs the command.
pub(crate) fn run(args: &DiffArgs, host: &HostSide) -> anyhow::Result<Exit> {
    let changes = changes(host, &args.identity)?;
    if args.json {
        host.printer.data(&format!("{:#}\n", as_json(&changes)));
        return Ok(Exit::Fine);
    }
    if args.stat {
        host.printer.data(&changes.stat()?);
    } else {
        show(host, &changes.patch()?);
    }
    for left_out in &changes.left_out {
        host.printer.warn(&left_out.to_string());
    }
    for words in &changes.unread {
        host.printer.warn(&bottle_core::visible(words));
    }
    Ok(Exit::Fine)
}

/// What the clone of a bottle has, whether it runs or is kept.
pub(super) fn changes(host: &HostSide, identity: &Identity) -> anyhow::Result<Changes> {
    let state = host.home.state(identity);
    Ok(Worktree::open(state.path())
        .map_err(crate::invalid)?
        .changes()?)
}

/// The patch: as it is for a program, harmless for a terminal.
fn show(host: &HostSide, patch: &[u8]) {
    if !io::stdout().is_terminal() {
        // A closed pipe means that the reader has seen enough.
        let _ = io::stdout().lock().write_all(patch);
        return;
    }
    for line in String::from_utf8_lossy(patch).lines() {
        // Tabs are what code is indented with, and do nothing else to a terminal.
        let line: Vec<String> = line.split('\t').map(bottle_core::visible).collect();
        host.printer.data(&format!("{}\n", line.join("\t")));
    }
}

fn as_json(changes: &Changes) -> Value {
    let list: Vec<Value> = changes
        .iter()
        .map(|change| json!({ "path": change.path.to_string(), "kind": change.kind.letter() }))
        .collect();
    json!({ "changes": list, "left_out": left_out(&changes.left_out) })
}

pub(super) fn left_out(list: &[LeftOut]) -> Vec<Value> {
    list.iter()
        .map(|each| json!({ "path": each.path.to_string(), "why": each.why.to_string() }))
        .collect()
}

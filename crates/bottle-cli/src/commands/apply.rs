//! `bottle apply`: bring what a bottle changed in its clone into the repository.

use bottle_run::workspace::{Applied, GuardedPaths, Source};
use serde_json::{Value, json};

use crate::args::ApplyArgs;
use crate::commands::diff::{changes, left_out};
use crate::exit::Exit;
use crate::host::HostSide;

/// Nothing is known of where it was started.
#[derive(Debug, thiserror::Error)]
#[error("there is no metadata of {0}, so nobody knows which repository is meant")]
struct NoMetadata(bottle_core::Identity);

/// Runs the command.
pub(crate) fn run(args: &ApplyArgs, host: &HostSide) -> anyhow::Result<Exit> {
    let identity = &args.identity;
    let changes = changes(host, identity)?;
    let metadata = host.home.state(identity).metadata()?;
    let metadata = metadata.ok_or_else(|| crate::invalid(NoMetadata(identity.clone())))?;
    let source = Source::of(&metadata.cwd).map_err(crate::invalid)?;
    let guarded = if args.guarded {
        GuardedPaths::Apply
    } else {
        GuardedPaths::LeaveOut
    };
    let applied = changes.apply(&source, guarded)?;
    if args.json {
        host.printer.data(&format!("{:#}\n", as_json(&applied)));
    } else {
        report(host, &applied);
        host.printer.say(&format!(
            "in {}; `bottle cleanup {identity}` removes the clone",
            source.root.display()
        ));
    }
    Ok(Exit::Fine)
}

fn report(host: &HostSide, applied: &Applied) {
    for change in &applied.applied {
        host.printer.data(&format!("{change}\n"));
    }
    for left_out in &applied.left_out {
        host.printer.warn(&left_out.to_string());
    }
    host.printer
        .say(&match (applied.applied.len(), applied.already.len()) {
            (0, 0) => "nothing to apply".to_owned(),
            (0, already) => format!("nothing to apply: {already} files are so already"),
            (new, 0) => format!("{new} files applied, uncommitted"),
            (new, already) => {
                format!("{new} files applied, uncommitted; {already} were so already")
            }
        });
}

fn as_json(applied: &Applied) -> Value {
    let changes = applied.applied.iter();
    json!({
        "applied": changes
            .map(|change| json!({ "path": change.path.to_string(), "kind": change.kind.letter() }))
            .collect::<Vec<_>>(),
        "already": applied.already.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "left_out": left_out(&applied.left_out),
    })
}

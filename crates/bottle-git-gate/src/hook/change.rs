//! Whether the refs of a push may be changed as it wants.

use std::collections::{BTreeMap, BTreeSet};

use bottle_core::PushPolicy;
use bottle_git::{RefChange, RefUpdate, judge};
use tokio::runtime::Runtime;

use super::command::PushCommand;
use crate::git::Git;
use crate::limits::{LOCAL_TIMEOUT, MAX_OUTPUT_BYTES};
use crate::refs::{is_mirrored, is_zero};
use crate::refusal::{Code, Refusal};
use crate::run::run_beside;

/// What commands are judged by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Measure<'a> {
    /// What the manifest grants.
    pub(super) policy: &'a PushPolicy,
    /// The full name of the upstream's default branch.
    pub(super) head: Option<&'a str>,
    /// All refs of the mirror.
    pub(super) present: &'a BTreeMap<String, String>,
}

/// A command that is granted, and what it amounts to.
#[derive(Debug, Clone)]
pub(super) struct Granted<'a> {
    pub(super) command: &'a PushCommand,
    pub(super) change: RefChange,
}

/// Judges every command of a push.
pub(super) fn grant<'a>(
    runtime: &Runtime,
    git: &Git,
    measure: Measure<'_>,
    commands: &'a [PushCommand],
) -> Result<Vec<Granted<'a>>, Refusal> {
    let Measure {
        policy,
        head,
        present,
    } = measure;
    alone(present, commands)?;
    let granted = commands.iter().map(|command| {
        let change = change(runtime, git, present, command)?;
        let update = RefUpdate {
            name: &command.name,
            change,
        };
        judge(policy, head, &update).map_err(|refusal| Refusal::new(Code::RefPolicy, refusal))?;
        Ok(Granted { command, change })
    });
    granted.collect()
}

/// No ref is named twice, and none differs from another in the case of its letters alone.
fn alone(present: &BTreeMap<String, String>, commands: &[PushCommand]) -> Result<(), Refusal> {
    let going: BTreeSet<&str> = commands
        .iter()
        .filter(|command| command.deletes())
        .map(|command| command.name.as_str())
        .collect();
    let staying = present.keys().filter(|name| !going.contains(name.as_str()));
    let mut folded: BTreeMap<String, &str> = staying
        .map(|name| (name.to_ascii_lowercase(), name.as_str()))
        .collect();
    let mut named = BTreeSet::new();
    for PushCommand { name, .. } in commands {
        if !named.insert(name) {
            let words = format_args!("{name} is named twice in this push");
            return Err(Refusal::new(Code::RefPolicy, words));
        }
    }
    for command in commands.iter().filter(|command| !command.deletes()) {
        let name = command.name.as_str();
        let other = folded.insert(name.to_ascii_lowercase(), name);
        if let Some(other) = other.filter(|other| *other != name) {
            let words = format_args!(
                "{name} differs from {other} in the case of its letters alone, and some file systems see no difference there. Choose another name."
            );
            return Err(Refusal::new(Code::RefPolicy, words));
        }
    }
    Ok(())
}

/// What a command amounts to. What the client takes for the present id must be it.
fn change(
    runtime: &Runtime,
    git: &Git,
    present: &BTreeMap<String, String>,
    command: &PushCommand,
) -> Result<RefChange, Refusal> {
    let PushCommand { old, new, name } = command;
    let now = present.get(name).filter(|_| is_mirrored(name));
    if now.map_or(!is_zero(old), |now| now != old) {
        return Err(Refusal::new(
            Code::Upstream,
            format_args!(
                "{name} has changed on the upstream meanwhile: fetch first, then push again"
            ),
        ));
    }
    match (now, command.deletes()) {
        (None, false) => Ok(RefChange::Create),
        (None, true) => Err(Refusal::new(
            Code::RefPolicy,
            format_args!("{name} is not there, so it cannot be deleted"),
        )),
        (Some(_), true) => Ok(RefChange::Delete),
        (Some(now), false) => follows(runtime, git, now, new),
    }
}

/// Whether one id is among the ancestors of another. What cannot be told counts as a rewrite.
fn follows(runtime: &Runtime, git: &Git, old: &str, new: &str) -> Result<RefChange, Refusal> {
    let ask = git.command(["merge-base", "--is-ancestor", old, new]);
    let ran = runtime.block_on(run_beside(ask, LOCAL_TIMEOUT, MAX_OUTPUT_BYTES));
    let ran = ran.map_err(|error| Refusal::broken(&error))?;
    Ok(if ran.status.success() {
        RefChange::Forward
    } else {
        RefChange::Rewrite
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(new: &str, name: &str) -> PushCommand {
        PushCommand {
            old: "0".repeat(40),
            new: new.repeat(40),
            name: name.to_owned(),
        }
    }

    #[test]
    fn names_stand_alone() {
        let present = BTreeMap::from([("refs/heads/Main".to_owned(), "1".repeat(40))]);
        let check = |commands: &[PushCommand]| alone(&present, commands);
        assert!(
            check(&[
                command("1", "refs/heads/Main"),
                command("1", "refs/heads/b")
            ])
            .is_ok()
        );
        // Renaming it is fine.
        assert!(
            check(&[
                command("0", "refs/heads/Main"),
                command("1", "refs/heads/main")
            ])
            .is_ok()
        );
        for commands in [
            [command("1", "refs/heads/a"), command("2", "refs/heads/a")],
            [command("1", "refs/heads/a"), command("0", "refs/heads/a")],
            [command("1", "refs/heads/a"), command("1", "refs/heads/A")],
            [
                command("1", "refs/heads/b"),
                command("1", "refs/heads/main"),
            ],
        ] {
            assert_eq!(check(&commands).unwrap_err().code, Code::RefPolicy);
        }
    }
}

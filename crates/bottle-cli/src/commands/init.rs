//! `bottle init`: a starter bottle and agent that work.

use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use bottle_core::Provider;
use serde_json::json;

use crate::args::InitArgs;
use crate::exit::Exit;
use crate::host::HostSide;

/// A manifest of that name is there already.
#[derive(Debug, thiserror::Error)]
#[error("{} is there already, and stays as it is; choose another name with `bottle init NAME`", .0.display())]
struct Exists(PathBuf);

/// Runs the command.
pub(crate) fn run(args: &InitArgs, host: &HostSide) -> anyhow::Result<Exit> {
    let name = &args.name;
    let provider = args.provider.into();
    let home = host.home.path();
    let files = [
        (
            home.join(format!("bottles/{name}.md")),
            bottle(provider).to_owned(),
        ),
        (home.join(format!("agents/{name}.md")), agent(name.as_str())),
    ];
    for (path, _) in &files {
        // A link that leads nowhere is something, too.
        if path.symlink_metadata().is_ok() {
            return Err(crate::invalid(Exists(path.clone())));
        }
    }
    let mut written: Vec<&Path> = Vec::new();
    for (path, text) in &files {
        if let Err(error) = write(path, text) {
            // All or nothing: what this call wrote goes again.
            for path in written {
                let _ = fs::remove_file(path);
            }
            return Err(error).with_context(|| format!("cannot write {}", path.display()));
        }
        written.push(path);
    }
    report(args, host, &written);
    Ok(Exit::Fine)
}

fn report(args: &InitArgs, host: &HostSide, written: &[&Path]) {
    let paths: Vec<String> = written
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    if args.json {
        host.printer
            .data(&format!("{:#}\n", json!({ "written": paths })));
        return;
    }
    host.printer.data(&format!("{}\n", paths.join("\n")));
    let name = &args.name;
    host.printer.say(&format!(
        "next: `bottle check {name}` runs its policy tests, `bottle start {name} --dry-run` shows what it may do"
    ));
}

/// Writes a new file; one that appeared meanwhile is not touched.
fn write(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)?;
    }
    let mut file = fs::File::create_new(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

const fn bottle(provider: Provider) -> &'static str {
    match provider {
        Provider::Claude => include_str!("../../starter/claude.md"),
        Provider::Codex => include_str!("../../starter/codex.md"),
        Provider::Command => include_str!("../../starter/command.md"),
    }
}

fn agent(bottle: &str) -> String {
    format!(
        "---\nbottle: {bottle}\n---\n\
         You work in a sandbox. Only some hosts can be reached; http://_egress.local/allowlist lists them.\n\
         When a request is refused, the answer says what is missing: tell the operator, and do not look for another way.\n"
    )
}

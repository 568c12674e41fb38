//! Other programs that get the terminal for a while: an editor, a pager, a session in a bottle.

use std::ffi::OsString;
use std::fs;
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use bottle_core::{Identity, Position, Source, yaml};
use bottle_state::EgressAsk;
use rustix::process::{Pid, Signal, kill_process};

use super::model::Unreadable;
use crate::environment;

/// How often it is looked whether the program has ended, or we are to end.
const PAUSE: Duration = Duration::from_millis(50);
/// The longest text that is read back from an editor, in bytes.
const MAX_EDITED: u64 = 64 * 1024;

/// How an errand ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ran {
    /// Well.
    Fine,
    /// With another code than 0.
    Badly,
    /// We are to end, so the program was told to.
    Ended,
}

/// Runs a command on the terminal until it ends; `is_over` says whether we are to end.
pub(crate) fn run(command: &mut Command, is_over: &dyn Fn() -> bool) -> io::Result<Ran> {
    wait(&mut command.spawn()?, is_over)
}

fn wait(child: &mut Child, is_over: &dyn Fn() -> bool) -> io::Result<Ran> {
    let mut is_told = false;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(match (is_told, status.success()) {
                (true, _) => Ran::Ended,
                (false, true) => Ran::Fine,
                (false, false) => Ran::Badly,
            });
        }
        if !is_told && is_over() {
            is_told = true;
            let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
            // It may have ended by itself just now.
            let _ = pid.map(|pid| kill_process(pid, Signal::TERM));
        }
        sleep(PAUSE);
    }
}

/// One more session in a bottle.
pub(crate) fn attach(identity: &Identity) -> io::Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("attach").arg(identity.to_string());
    Ok(command)
}

/// The logs of a bottle in the operator's pager.
pub(crate) fn page(identity: &Identity, is_over: &dyn Fn() -> bool) -> io::Result<Ran> {
    let mut logs = Command::new(std::env::current_exe()?)
        .arg("logs")
        .arg(identity.to_string())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        // Its words would stand across the pager.
        .stderr(Stdio::null())
        .spawn()?;
    let text = logs.stdout.take().map_or_else(Stdio::null, Stdio::from);
    let mut pager = shell(&environment::pager(), &[]);
    let ran = run(pager.stdin(text), is_over);
    // Whoever leaves the pager has seen enough.
    let _ = logs.kill();
    logs.wait()?;
    ran
}

/// What the operator made of a proposal.
#[derive(Debug)]
pub(crate) enum Written {
    /// This.
    Changed(String),
    /// Nothing.
    Unchanged,
    /// Something that is no proposal.
    Unreadable(Unreadable),
}

/// Lets the operator change a proposal in their editor. What cannot be read is kept in its file.
pub(crate) fn edit(yaml: &str, is_over: &dyn Fn() -> bool) -> io::Result<Written> {
    let mut file = tempfile::Builder::new()
        .prefix("bottle-proposal-")
        .suffix(".yaml")
        .permissions(fs::Permissions::from_mode(0o600))
        .tempfile()?;
    file.write_all(yaml.as_bytes())?;
    let path = file.path().to_owned();
    let ran = run(
        &mut shell(&environment::editor(), &[path.as_os_str().to_owned()]),
        is_over,
    )?;
    let mut text = String::new();
    fs::File::open(&path)?
        .take(MAX_EDITED)
        .read_to_string(&mut text)?;
    if ran != Ran::Fine || text == yaml {
        return Ok(Written::Unchanged);
    }
    let Err(why) = parse(&text) else {
        return Ok(Written::Changed(text));
    };
    let kept = file.keep().map_err(io::Error::from)?.1;
    let why = format!("{why} It is kept in {}; m goes on with it.", kept.display());
    Ok(Written::Unreadable(Unreadable { text, why }))
}

/// Reads a proposal that an operator wrote, as strictly as everything. The error is one line.
pub(crate) fn parse(text: &str) -> Result<EgressAsk, String> {
    yaml::read(&Source::whole("the proposal", text)).map_err(|problems| {
        let told = problems.iter().map(|problem| {
            let Position { line, column, .. } = problem.position;
            format!("Line {line}, column {column}: {}.", problem.message)
        });
        told.collect::<Vec<_>>().join(" ")
    })
}

/// A command line of the operator's, which may have arguments of its own, with further ones behind it.
fn shell(line: &OsString, further: &[OsString]) -> Command {
    let mut script = line.clone();
    script.push(" \"$@\"");
    let mut command = Command::new("/bin/sh");
    command.arg("-c").arg(script).arg("sh").args(further);
    command
}

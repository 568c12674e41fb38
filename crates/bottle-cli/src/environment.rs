//! Every environment variable that the program reads, in one place.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use bottle_core::{EnvName, Secret};
use bottle_run::ValueError;

/// The folder of manifests and state; `~/.claude-bottle` unless set.
pub(crate) const BOTTLE_HOME: &str = "BOTTLE_HOME";

/// The name of the default folder below the user's home.
const DEFAULT_HOME: &str = ".claude-bottle";

/// The largest value that is read from a file, in bytes. Protects our memory from a name that was mistyped.
const MAX_VALUE: u64 = 64 * 1024;

/// Neither `BOTTLE_HOME` nor `HOME` is set.
#[derive(Debug, thiserror::Error)]
#[error("neither BOTTLE_HOME nor HOME is set, so there is no place for manifests and state")]
pub(crate) struct NoHome;

/// The folder of manifests and state.
pub(crate) fn home() -> Result<PathBuf, NoHome> {
    if let Some(home) = non_empty(BOTTLE_HOME) {
        return Ok(PathBuf::from(home));
    }
    non_empty("HOME")
        .map(|home| PathBuf::from(home).join(DEFAULT_HOME))
        .ok_or(NoHome)
}

/// The host's value of a variable that a manifest names: its own, or the first line of the file that the variable
/// with `_FILE` behind its name names.
pub(crate) fn value(name: &EnvName) -> Result<Option<String>, ValueError> {
    let own = std::env::var(name.as_str()).ok();
    let Some(path) = non_empty(&format!("{name}_FILE")).map(PathBuf::from) else {
        return Ok(own);
    };
    if own.is_some() {
        return Err(ValueError::Both);
    }
    read_value(&path)
        .map(Some)
        .map_err(|error| ValueError::File {
            kind: error.kind(),
            path,
        })
}

/// A file's text without its last line break.
fn read_value(path: &Path) -> io::Result<String> {
    let file = File::open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    let mut text = String::new();
    file.take(MAX_VALUE + 1).read_to_string(&mut text)?;
    if text.len() > usize::try_from(MAX_VALUE).unwrap_or(usize::MAX) {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    let line = text.strip_suffix('\n').unwrap_or(&text);
    Ok(line.strip_suffix('\r').unwrap_or(line).to_owned())
}

/// The user's own home.
pub(crate) fn user_home() -> Option<PathBuf> {
    non_empty("HOME").map(PathBuf::from)
}

/// The folder of the user's skills.
pub(crate) fn skills() -> Option<PathBuf> {
    user_home().map(|home| home.join(".claude/skills"))
}

/// Whether colour is unwanted (<https://no-color.org>).
pub(crate) fn no_color() -> bool {
    non_empty("NO_COLOR").is_some()
}

/// The operator's editor, a command line: `VISUAL`, `EDITOR`, or `vi`.
pub(crate) fn editor() -> OsString {
    let named = non_empty("VISUAL").or_else(|| non_empty("EDITOR"));
    named.unwrap_or_else(|| "vi".into())
}

/// The operator's pager, a command line: `PAGER`, or `less`.
pub(crate) fn pager() -> OsString {
    non_empty("PAGER").unwrap_or_else(|| "less".into())
}

/// Whether the terminal writes UTF-8, as the locale says (POSIX, Base Definitions, 8.2).
pub(crate) fn is_utf8() -> bool {
    let mut names = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter();
    let locale = names.find_map(non_empty);
    let locale = locale.and_then(|locale| locale.into_string().ok());
    locale.is_some_and(|locale| {
        let locale = locale.to_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    })
}

/// Whether the terminal can place a cursor.
pub(crate) fn has_screen() -> bool {
    non_empty("TERM").is_some_and(|term| term != "dumb")
}

fn non_empty(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// Where the container engine listens, as for Docker's own programs.
pub(crate) fn docker_host() -> Option<String> {
    non_empty("DOCKER_HOST")?.into_string().ok()
}

/// What a program needs to know of the operator's terminal.
pub(crate) fn terminal() -> Vec<(EnvName, Secret)> {
    let value = |name: &str| {
        let value = Secret::new(non_empty(name)?.into_string().ok()?).ok()?;
        Some((name.parse().ok()?, value))
    };
    ["TERM", "COLORTERM"]
        .into_iter()
        .filter_map(value)
        .collect()
}

//! Every environment variable that the program reads, in one place.

use std::path::PathBuf;

use bottle_core::{EnvName, Secret};

/// The folder of manifests and state; `~/.claude-bottle` unless set.
pub(crate) const BOTTLE_HOME: &str = "BOTTLE_HOME";

/// The name of the default folder below the user's home.
const DEFAULT_HOME: &str = ".claude-bottle";

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

/// The host's value of a variable that a manifest names.
pub(crate) fn value(name: &EnvName) -> Option<String> {
    std::env::var(name.as_str()).ok()
}

/// Whether colour is unwanted (<https://no-color.org>).
pub(crate) fn no_color() -> bool {
    non_empty("NO_COLOR").is_some()
}

fn non_empty(name: &str) -> Option<std::ffi::OsString> {
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

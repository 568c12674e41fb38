//! Reading the gate's configuration folder.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use bottle_core::Diagnostics;
use bottle_git::{GateFile, Releases};
use thiserror::Error;

use crate::limits::MAX_CONFIG_BYTES;

/// What the gate serves, inside the configuration folder.
pub const GATE_FILE: &str = "git-gate.yaml";
/// What the operator let pass, beside it. There need not be any.
const RELEASES_FILE: &str = "releases.yaml";

/// The configuration cannot be used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// A file cannot be read, or is too large.
    #[error("cannot read {}", path.display())]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A file is not what it should be.
    #[error("a file of the configuration is not valid\n{0}")]
    Invalid(Diagnostics),
    /// Two remotes have one name.
    #[error("two remotes are called {0}")]
    Twice(bottle_core::RemoteName),
}

/// Reads what is served.
pub(crate) fn read_gate(config_dir: &Path) -> Result<GateFile, ConfigError> {
    let text = read_text(&config_dir.join(GATE_FILE))?;
    let file = GateFile::from_yaml(&text, GATE_FILE).map_err(ConfigError::Invalid)?;
    let mut names: Vec<_> = file.remotes.iter().map(|remote| &remote.name).collect();
    names.sort();
    match names.windows(2).find(|pair| pair.first() == pair.last()) {
        Some([twice, ..]) => Err(ConfigError::Twice((*twice).clone())),
        _ => Ok(file),
    }
}

/// Reads what the operator let pass.
pub(crate) fn read_releases(config_dir: &Path) -> Result<Releases, ConfigError> {
    match read_text(&config_dir.join(RELEASES_FILE)) {
        Ok(text) => Releases::from_yaml(&text, RELEASES_FILE).map_err(ConfigError::Invalid),
        Err(ConfigError::Read { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
            Ok(Releases::default())
        }
        Err(error) => Err(error),
    }
}

fn read_text(path: &Path) -> Result<String, ConfigError> {
    let failed = |source| ConfigError::Read {
        path: path.to_owned(),
        source,
    };
    let mut text = String::new();
    let read =
        File::open(path).and_then(|file| file.take(MAX_CONFIG_BYTES + 1).read_to_string(&mut text));
    let length = read.map_err(failed)?;
    if u64::try_from(length).unwrap_or(u64::MAX) > MAX_CONFIG_BYTES {
        return Err(failed(io::ErrorKind::FileTooLarge.into()));
    }
    Ok(text)
}

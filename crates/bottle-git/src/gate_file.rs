//! `git-gate.yaml`: what git-gate serves, as it reads it.

use bottle_core::{
    Diagnostics, FileVersion, HostKey, PushPolicy, RemoteName, Source, SshUrl, yaml,
};
use serde::{Deserialize, Serialize};

/// The version that is written and read.
const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    version: FileVersion<VERSION>,
    remotes: Vec<GateRemote>,
}

/// All that git-gate serves. It has no key: keys are handed over, and live in memory.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GateFile {
    /// The repositories, each under its name.
    pub remotes: Vec<GateRemote>,
}

/// One repository that git-gate serves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GateRemote {
    /// Served as `git://git-gate/NAME`, with or without `.git` behind it.
    pub name: RemoteName,
    /// What it mirrors and pushes to.
    pub upstream: SshUrl,
    /// The key that the upstream's host must have. Without one nothing is fetched and nothing pushed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host_key: Option<HostKey>,
    /// What may be pushed.
    #[serde(default)]
    pub push: PushPolicy,
}

impl GateFile {
    /// Reads a `git-gate.yaml`; `name` is for messages.
    ///
    /// # Errors
    ///
    /// [`Diagnostics`] for anything but a complete file of the known version.
    pub fn from_yaml(text: &str, name: &str) -> Result<Self, Diagnostics> {
        let Document {
            version: FileVersion,
            remotes,
        } = yaml::read(&Source::whole(name, text))?;
        Ok(Self { remotes })
    }

    /// The text of `git-gate.yaml`.
    ///
    /// # Errors
    ///
    /// [`yaml::WriteError`], only for lack of memory.
    pub fn to_yaml(&self) -> Result<String, yaml::WriteError> {
        yaml::write(&Document {
            version: FileVersion,
            remotes: self.remotes.clone(),
        })
    }
}

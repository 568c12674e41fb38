//! `releases.yaml`: findings that the operator let pass.

use bottle_core::{Diagnostics, FileVersion, RemoteName, Source, yaml};
use serde::{Deserialize, Serialize};

/// The version that is written and read.
const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    version: FileVersion<VERSION>,
    releases: Vec<Release>,
}

/// The findings that may pass.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Releases(pub Vec<Release>);

/// One finding that may pass: of one rule, in one object, towards one remote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Release {
    /// Towards which remote.
    pub remote: RemoteName,
    /// The object in which it was found, by its whole id in hexadecimal digits. Other content has another id.
    pub object: String,
    /// The rule that found it.
    pub rule: String,
    /// Why the operator let it pass, in one line.
    pub reason: String,
}

impl Releases {
    /// Reads a `releases.yaml`; `name` is for messages.
    ///
    /// # Errors
    ///
    /// [`Diagnostics`] for anything but a complete file of the known version.
    pub fn from_yaml(text: &str, name: &str) -> Result<Self, Diagnostics> {
        let Document {
            version: FileVersion,
            releases,
        } = yaml::read(&Source::whole(name, text))?;
        Ok(Self(releases))
    }

    /// The text of `releases.yaml`.
    ///
    /// # Errors
    ///
    /// [`yaml::WriteError`], only for lack of memory.
    pub fn to_yaml(&self) -> Result<String, yaml::WriteError> {
        yaml::write(&Document {
            version: FileVersion,
            releases: self.0.clone(),
        })
    }

    /// Whether a finding of this rule in this object may pass to this remote.
    pub fn covers(&self, remote: &RemoteName, object: &str, rule: &str) -> bool {
        let Self(releases) = self;
        releases.iter().any(|release| {
            release.remote == *remote && release.object == object && release.rule == rule
        })
    }
}

//! What is remembered about a bottle.

use std::path::PathBuf;

use bottle_core::{AgentName, BottleName, Identity, Workspace};
use ipnet::Ipv4Net;
use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// The version that is written, and the only one that is read.
pub const METADATA_VERSION: u32 = 1;

/// What is remembered about a bottle, as `metadata.json`. Nothing secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Metadata {
    /// [`METADATA_VERSION`].
    pub version: u32,
    /// The bottle.
    pub identity: Identity,
    /// The agent that runs in it.
    pub agent: AgentName,
    /// The manifest that says what it may do.
    pub bottle: BottleName,
    /// Where the operator started it.
    pub cwd: PathBuf,
    /// How that folder got in.
    #[serde(default, with = "as_word")]
    pub workspace: Workspace,
    /// When.
    pub started_at: Timestamp,
    /// How often it was resumed.
    #[serde(default)]
    pub resumed: u32,
    /// The home folder of whom the agent runs as, in its container, once it is known.
    #[serde(default)]
    pub agent_home: Option<String>,
    /// Where the agent's program keeps its conversation in there, absolute, if it is known to keep one.
    #[serde(default)]
    pub transcript: Option<String>,
    /// Whether the agent found all that it was to find: only then is there more in its container than was put in.
    #[serde(default)]
    pub provisioned: bool,
    /// What was made in the operator's folder for mounts to lie on, below it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub placeholders: Vec<String>,
    /// The name of its compose project.
    pub compose_project: String,
    /// Its networks, once they exist.
    pub networks: Option<NetworkCidrs>,
    /// Its images, by content.
    pub images: ImageIds,
}

/// The subnets of a bottle's two networks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetworkCidrs {
    /// The agent's network, which leads nowhere.
    pub internal: Ipv4Net,
    /// The sidecars' network.
    pub egress: Ipv4Net,
}

/// Images by content address, as far as they are known yet.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImageIds {
    /// The agent's.
    pub agent: Option<String>,
    /// The sidecars'.
    pub sidecar: Option<String>,
    /// git-gate's, where there are remotes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub git_gate: Option<String>,
}

/// A workspace as the manifest writes it.
mod as_word {
    use bottle_core::Workspace;
    use serde::de::Error as _;
    use serde::{Deserialize as _, Deserializer, Serializer};

    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "the signature is serde's"
    )]
    pub(super) fn serialize<S: Serializer>(
        workspace: &Workspace,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(workspace.as_str())
    }

    pub(super) fn deserialize<'a, D: Deserializer<'a>>(
        deserializer: D,
    ) -> Result<Workspace, D::Error> {
        let text = String::deserialize(deserializer)?;
        let mut all = Workspace::ALL.into_iter();
        all.find(|each| each.as_str() == text)
            .ok_or_else(|| D::Error::custom("a workspace is none, copy, mount or worktree"))
    }
}

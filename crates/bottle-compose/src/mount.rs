//! A folder of the bottle's state in a container.

use serde::Serialize;

use crate::facts::{LaunchFacts, MountAccess, WorkspaceMount};
use crate::service::ServiceName;
use crate::text::Text;

/// Where every service finds its own folder.
const TARGET: &str = "/etc/bottle";
/// Where the program pipelock is told to look.
pub(crate) const UPSTREAM_PIPELOCK_TARGET: &str = "/etc/pipelock";

/// The one kind of mount there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum MountKind {
    /// A folder of the host.
    Bind,
}

/// A folder of the bottle's state or queue in a container, or the workspace in the agent's. It is made by [`crate::render`] alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct BindMount {
    /// What it is.
    #[serde(rename = "type")]
    pub kind: MountKind,
    /// The folder on the host, absolute.
    pub source: Text,
    /// Where it appears inside.
    pub target: Text,
    /// Always, but for the workspace, the mirrors of git-gate and proposals: nothing inside changes its own policy.
    pub read_only: bool,
    /// What the engine does when it does not exist.
    pub bind: BindOptions,
}

/// What the engine does when a folder does not exist: refuse.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct BindOptions {
    /// Never: a folder that an engine makes belongs to root and is empty.
    pub create_host_path: bool,
}

impl BindMount {
    /// The folder of a service, where our programs look for it.
    pub(crate) fn of(service: ServiceName, facts: &LaunchFacts) -> Self {
        Self::at(TARGET, service, facts)
    }

    /// What a service writes: a folder of the bottle's state of its own.
    pub(crate) fn of_data(target: &str, service: ServiceName, facts: &LaunchFacts) -> Self {
        Self {
            source: format!("{}/{service}-data", facts.state_dir).into(),
            read_only: false,
            ..Self::at(target, service, facts)
        }
    }

    /// A folder of the bottle's queue, which stays when the state goes.
    pub(crate) fn of_queue(
        folder: &str,
        (target, access): (&str, MountAccess),
        facts: &LaunchFacts,
    ) -> Self {
        Self {
            kind: MountKind::Bind,
            source: format!("{}/{folder}", facts.queue_dir).into(),
            target: target.into(),
            read_only: access == MountAccess::ReadOnly,
            bind: BindOptions {
                create_host_path: false,
            },
        }
    }

    /// A part of the workspace.
    pub(crate) fn of_workspace(mount: &WorkspaceMount) -> Self {
        Self {
            kind: MountKind::Bind,
            source: mount.source.as_str().into(),
            target: mount.target.as_str().into(),
            read_only: mount.access == MountAccess::ReadOnly,
            bind: BindOptions {
                create_host_path: false,
            },
        }
    }

    /// The folder of a service, elsewhere.
    pub(crate) fn at(target: &str, service: ServiceName, facts: &LaunchFacts) -> Self {
        Self {
            kind: MountKind::Bind,
            source: format!("{}/{service}", facts.state_dir).into(),
            target: target.into(),
            read_only: true,
            bind: BindOptions {
                create_host_path: false,
            },
        }
    }
}

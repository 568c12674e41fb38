//! What is ready to be launched.

use bottle_compose::{InterfaceSettings, LaunchFacts, UserIds};
use bottle_core::{BottlePlan, EnvName, Identity, RuntimeName, Secret};
use bottle_state::{Access, Metadata, StateDir};

use super::{UpstreamSettings, sidecar_access};
use crate::agent_image::AgentImage;
use crate::backend::{ExtraContainer, ImageFacts};
use crate::entrance::Mounted;
use crate::handover::Handover;
use crate::owned::OwnedState;

/// What stands beside the bottle, once its networks are known.
pub type Extras = Box<dyn Fn(&LaunchFacts) -> Vec<ExtraContainer> + Send + Sync>;

/// A bottle whose state folder is written. Dropped without [`Prepared::run`], it takes the folder with it, unless that
/// was there before.
pub struct Prepared {
    pub(crate) plan: BottlePlan,
    pub(crate) upstream: UpstreamSettings,
    pub(crate) identity: Identity,
    pub(crate) home: String,
    pub(crate) state_dir: String,
    pub(crate) queue_dir: String,
    pub(crate) forwarded: Vec<(EnvName, Secret)>,
    pub(crate) handover: Handover,
    pub(crate) certificate: String,
    pub(crate) sidecar_user: UserIds,
    pub(crate) agent_image: AgentImage,
    pub(crate) git_gate_base: Option<ImageFacts>,
    pub(crate) agent_runtime: Option<RuntimeName>,
    pub(crate) agent_user: UserIds,
    pub(crate) mounted: Mounted,
    pub(crate) interface_settings: InterfaceSettings,
    pub(crate) seed: u64,
    pub(crate) metadata: Metadata,
    pub(crate) extras: Option<Extras>,
    pub(crate) state: OwnedState,
}

impl Prepared {
    /// Its name.
    pub const fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Its state folder.
    pub const fn state(&self) -> &StateDir {
        self.state.dir()
    }

    /// Who may read what a sidecar reads: for files that the caller adds for an extra container.
    pub const fn sidecar_access(&self) -> Access {
        sidecar_access(self.sidecar_user)
    }

    /// Whether its folder was there before.
    pub(crate) const fn is_resumed(&self) -> bool {
        self.metadata.resumed > 0
    }

    /// Containers to start beside the bottle, on its networks, before its own.
    #[must_use]
    pub fn with_extras(mut self, extras: Extras) -> Self {
        self.extras = Some(extras);
        self
    }
}

impl std::fmt::Debug for Prepared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Prepared")
            .field("identity", &self.identity)
            .finish_non_exhaustive()
    }
}

//! The compose project of a bottle, as types that cannot say more than policy allows.
//!
//! [`render`] turns a [`bottle_core::BottlePlan`] and the [`LaunchFacts`] of one start into a [`ComposeFile`]: what a
//! container engine carries out, and the `docker-compose.yml` that says the same. No type here has a field for a
//! privileged container, a published port, the host's network, or a mount of anything but the bottle's own folders.
//!
//! ```
//! use bottle_compose::Text;
//!
//! // `docker compose` would put the operator's own variable here; it reads what was meant instead.
//! assert_eq!(Text::from("${HOME}").as_str(), "${HOME}");
//! assert_eq!(bottle_core::yaml::write(&Text::from("${HOME}"))?.trim(), "'$${HOME}'");
//! # Ok::<(), bottle_core::yaml::WriteError>(())
//! ```

mod agent;
mod environment;
mod facts;
mod file;
mod git_gate;
mod health;
mod mount;
mod network;
mod render;
mod service;
mod sidecar;
mod supervise;
mod text;

pub use crate::facts::{
    Images, InterfaceSettings, LaunchFacts, MountAccess, NetworkFacts, Networks, UserIds,
    WORKSPACE, WorkspaceMount,
};
pub use crate::file::{ComposeFile, ExternalNetwork};
pub use crate::health::HealthCheck;
pub use crate::mount::{BindMount, BindOptions, MountKind};
pub use crate::network::{NetworkAttachment, NetworkKey};
pub use crate::render::{RenderError, render};
pub use crate::service::{Logging, Service, ServiceName};
pub use crate::text::Text;

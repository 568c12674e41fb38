//! What is known only when a bottle starts.

use std::net::{IpAddr, Ipv4Addr};

use bottle_core::{Identity, ImageRef, RuntimeName};
use ipnet::Ipv4Net;

use crate::render::RenderError;

/// The longest prefix that has room for every address of a bottle.
const LONGEST_PREFIX: u8 = 28;

/// What is known only when a bottle starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaunchFacts {
    /// The bottle.
    pub identity: Identity,
    /// The operator's home, absolute: the value of the label `bottle.home`.
    pub home: String,
    /// The bottle's state folder, absolute.
    pub state_dir: String,
    /// The folder of its queue, absolute; made where its agent may ask for more.
    pub queue_dir: String,
    /// Its two networks.
    pub networks: Networks,
    /// How the engine is told about settings of a container's interface.
    pub interface_settings: InterfaceSettings,
    /// Its images.
    pub images: Images,
    /// What the engine runs the agent's container with; its own default when `None`.
    pub agent_runtime: Option<RuntimeName>,
    /// Whom the agent runs as; never root.
    pub agent_user: UserIds,
    /// What the agent sees of the operator's folder, outermost first; nothing unless the workspace is mounted.
    pub workspace: Vec<WorkspaceMount>,
    /// Where the agent's programs begin: [`WORKSPACE`] or below it; the image's own place when `None`.
    pub working_dir: Option<String>,
    /// Whom the sidecars run as.
    pub sidecar_user: UserIds,
    /// The resolvers that pipelock asks; the engine's when empty.
    pub resolvers: Vec<IpAddr>,
    /// The program that keeps the agent's container alive, with its arguments. It replaces the image's entry point.
    pub agent_hold: Vec<String>,
}

/// The two networks of a bottle, with the addresses on them.
///
/// On a /28 or wider, counted from the subnet's own address: 1 is the gateway of the egress network, the lowest
/// ones are the bottle's, the tenth is for a guest (the pretend internet of a demo).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Networks {
    /// The agent's, which leads nowhere.
    pub internal: NetworkFacts,
    /// The sidecars', which leads out.
    pub egress: NetworkFacts,
}

/// How an engine is told about settings of a container's interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InterfaceSettings {
    /// Among those of the container, by the name that its first interface has (engines before 27).
    OfContainer,
    /// With the network that it is on (engines from 27 on, which refuse them elsewhere).
    OfEndpoint,
}

/// One network that exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkFacts {
    /// Its name at the engine.
    pub name: String,
    /// Its subnet.
    pub subnet: Ipv4Net,
}

/// The images of a bottle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Images {
    /// The agent's.
    pub agent: ImageRef,
    /// All sidecars', but for git-gate.
    pub sidecar: ImageRef,
    /// That of git-gate, where there are remotes.
    pub git_gate: Option<ImageRef>,
}

/// A file or folder of the operator's in the agent's container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkspaceMount {
    /// On the host, absolute.
    pub source: String,
    /// Below [`WORKSPACE`], or that itself.
    pub target: String,
    /// Whether the agent may write there.
    pub access: MountAccess,
}

/// What may be done with a mounted file or folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MountAccess {
    /// Read.
    ReadOnly,
    /// Read and write.
    ReadWrite,
}

/// Where the agent finds the operator's folder, however it got in.
pub const WORKSPACE: &str = "/workspace";

/// A user and a group, by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UserIds {
    /// The user.
    pub uid: u32,
    /// The group.
    pub gid: u32,
}

impl NetworkFacts {
    /// The address at this place in the subnet.
    pub(crate) fn address(&self, place: u32) -> Result<Ipv4Addr, RenderError> {
        if self.subnet.prefix_len() > LONGEST_PREFIX {
            return Err(RenderError::Subnet {
                subnet: self.subnet,
            });
        }
        let first = u32::from(self.subnet.network());
        first
            .checked_add(place)
            .map(Ipv4Addr::from)
            .ok_or(RenderError::Subnet {
                subnet: self.subnet,
            })
    }
}

impl Networks {
    /// Egress, as the agent sees it: its proxy and its resolver.
    ///
    /// # Errors
    ///
    /// [`RenderError::Subnet`] when the subnet is too small, here and below.
    pub fn egress_inner(&self) -> Result<Ipv4Addr, RenderError> {
        self.internal.address(2)
    }

    /// The agent.
    ///
    /// # Errors
    ///
    /// As [`Networks::egress_inner`].
    pub fn agent(&self) -> Result<Ipv4Addr, RenderError> {
        self.internal.address(3)
    }

    /// git-gate, as the agent sees it.
    ///
    /// # Errors
    ///
    /// As [`Networks::egress_inner`].
    pub fn git_gate_inner(&self) -> Result<Ipv4Addr, RenderError> {
        self.internal.address(4)
    }

    /// git-gate on the network that leads out.
    ///
    /// # Errors
    ///
    /// As [`Networks::egress_inner`].
    pub fn git_gate_outer(&self) -> Result<Ipv4Addr, RenderError> {
        self.egress.address(4)
    }

    /// The server through which the agent asks for more. It is on the agent's network alone.
    ///
    /// # Errors
    ///
    /// As [`Networks::egress_inner`].
    pub fn supervise(&self) -> Result<Ipv4Addr, RenderError> {
        self.internal.address(5)
    }

    /// Pipelock.
    ///
    /// # Errors
    ///
    /// As [`Networks::egress_inner`].
    pub fn pipelock(&self) -> Result<Ipv4Addr, RenderError> {
        self.egress.address(2)
    }

    /// Egress, as pipelock sees it: the one peer that it listens to.
    ///
    /// # Errors
    ///
    /// As [`Networks::egress_inner`].
    pub fn egress_outer(&self) -> Result<Ipv4Addr, RenderError> {
        self.egress.address(3)
    }

    /// The place on the egress network that no service takes.
    ///
    /// # Errors
    ///
    /// As [`Networks::egress_inner`].
    pub fn guest(&self) -> Result<Ipv4Addr, RenderError> {
        self.egress.address(10)
    }
}

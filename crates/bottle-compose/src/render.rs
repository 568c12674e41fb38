//! From a plan to a project.

use std::collections::BTreeMap;

use bottle_core::{BottlePlan, Supervise};
use ipnet::Ipv4Net;

use crate::facts::{LaunchFacts, NetworkFacts};
use crate::file::{ComposeFile, ExternalNetwork};
use crate::network::NetworkKey;
use crate::service::ServiceName;
use crate::{agent, git_gate, sidecar, supervise};

/// Why a project could not be rendered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RenderError {
    /// A subnet has no room.
    #[error("the subnet {subnet} has no room for a bottle: it takes a /28 or a wider one")]
    Subnet {
        /// The subnet.
        subnet: Ipv4Net,
    },
    /// The path of the state folder or of the queue depends on where the file is read.
    #[error("the folder `{path}` is not an absolute path")]
    StateDir {
        /// The path.
        path: String,
    },
    /// The agent would be root.
    #[error("an agent does not run as root")]
    Root,
    /// A part of the workspace would lie elsewhere.
    #[error("`{target}` is not below the workspace")]
    Workspace {
        /// Where it would lie.
        target: String,
    },
    /// There are remotes, and nothing to run their server from.
    #[error("there is no image for git-gate")]
    GitGateImage,
    /// Nothing would keep the agent's container alive.
    #[error("there is no program to keep the agent's container alive")]
    Hold,
}

/// Renders the project of one bottle.
///
/// # Errors
///
/// [`RenderError`] when the facts do not hold a bottle.
pub fn render(plan: &BottlePlan, facts: &LaunchFacts) -> Result<ComposeFile, RenderError> {
    for path in [&facts.state_dir, &facts.queue_dir] {
        if !path.starts_with('/') {
            return Err(RenderError::StateDir { path: path.clone() });
        }
    }
    if facts.agent_hold.is_empty() {
        return Err(RenderError::Hold);
    }
    let mut services = BTreeMap::from([
        (ServiceName::Agent, agent::service(plan, facts)?),
        (ServiceName::Egress, sidecar::egress(plan, facts)?),
        (ServiceName::Pipelock, sidecar::pipelock(plan, facts)?),
    ]);
    if !plan.git.is_empty() {
        services.insert(ServiceName::GitGate, git_gate::service(facts, plan)?);
    }
    if plan.supervise == Supervise::On {
        services.insert(ServiceName::Supervise, supervise::service(facts)?);
    }
    Ok(ComposeFile {
        name: format!("bottle-{}", facts.identity).into(),
        services,
        networks: BTreeMap::from([
            (NetworkKey::Egress, external(&facts.networks.egress)),
            (NetworkKey::Internal, external(&facts.networks.internal)),
        ]),
    })
}

fn external(network: &NetworkFacts) -> ExternalNetwork {
    ExternalNetwork {
        name: network.name.as_str().into(),
        external: true,
    }
}

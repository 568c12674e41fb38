//! The container of the server through which the agent asks for more.

use std::collections::BTreeMap;

use crate::facts::{LaunchFacts, MountAccess};
use crate::health::HealthCheck;
use crate::mount::BindMount;
use crate::network::NetworkKey;
use crate::render::RenderError;
use crate::service::{Service, ServiceName};
use crate::sidecar::{attachment, sidecar};

/// The port that it listens on.
const PORT: u16 = 9100;
/// The port of the agent's proxy.
const EGRESS_PORT: u16 = 9099;
/// What is asked for, in the folder of a queue and inside.
const PROPOSALS: (&str, &str) = ("proposals", "/var/lib/bottle");
/// What was answered.
const ANSWERS: (&str, &str) = ("answers", "/etc/bottle/answers");
/// What it may use: a body of a mebibyte for each of so many calls, and what they become.
const MEMORY: u64 = 128 * 1024 * 1024;

/// On the agent's network alone, so that it leads nowhere. It can write proposals and read answers, and has nothing else.
pub(crate) fn service(facts: &LaunchFacts) -> Result<Service, RenderError> {
    let networks = &facts.networks;
    let (address, egress) = (networks.supervise()?, networks.egress_inner()?);
    let queue = |(folder, target): (&str, &str), access| {
        BindMount::of_queue(folder, (target, access), facts)
    };
    Ok(Service {
        mem_limit: Some(MEMORY),
        // Nothing is handed over to it.
        tmpfs: Vec::new(),
        environment: BTreeMap::from([
            ("BOTTLE_ANSWERS_DIR".into(), ANSWERS.1.into()),
            ("BOTTLE_DATA_DIR".into(), PROPOSALS.1.into()),
            (
                "BOTTLE_EGRESS".into(),
                format!("{egress}:{EGRESS_PORT}").into(),
            ),
            ("BOTTLE_IDENTITY".into(), facts.identity.to_string().into()),
            ("BOTTLE_LISTEN".into(), format!("0.0.0.0:{PORT}").into()),
        ]),
        networks: BTreeMap::from([(NetworkKey::Internal, attachment(address))]),
        volumes: vec![
            queue(PROPOSALS, MountAccess::ReadWrite),
            queue(ANSWERS, MountAccess::ReadOnly),
        ],
        healthcheck: Some(HealthCheck::of_service(ServiceName::Supervise)),
        ..sidecar(ServiceName::Supervise, facts)
    })
}

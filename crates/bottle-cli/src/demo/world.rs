//! The pretend internet as a container beside the bottle.

use std::collections::BTreeMap;
use std::time::Duration;

use bottle_compose::LaunchFacts;
use bottle_demo::{DemoRoot, Seen};
use bottle_docker::Docker;
use bottle_run::backend::{ExecIo, ExecRequest, ExtraContainer, ExtraMount, Target};
use bottle_run::{Extras, Prepared, Running};
use bottle_state::{RelativePath, StateError};
use tokio::time::sleep;

use super::error::DemoError;
use super::forge;
use super::plan::SITES;

/// The service's name.
const WORLD: &str = "world";
/// Where the container finds its authority.
const ROOT_DIR: &str = "/etc/bottle";
/// The executable that plays it.
pub(crate) const PROGRAM: &str = "/bottle-sidecar";
/// How long one exec of the demo may take.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);
/// How often a world is asked that has not begun to listen.
const TRIES: u32 = 50;
/// How long to wait in between.
const PAUSE: Duration = Duration::from_millis(50);

const FOLDER: RelativePath = RelativePath::constant("world");
const CERTIFICATE: RelativePath = RelativePath::constant("world/root.pem");
const KEY: RelativePath = RelativePath::constant("world/root-key.pem");

/// Writes the authority where the world's container finds it, and describes that container and the forge's.
pub(crate) fn beside(prepared: Prepared, root: &DemoRoot) -> Result<Prepared, StateError> {
    let access = prepared.sidecar_access();
    let folder = prepared.state().folder();
    folder.create_folder(&FOLDER, access)?;
    folder.write(&CERTIFICATE, root.certificate.as_bytes(), access)?;
    folder.write(&KEY, root.key.as_bytes(), access)?;
    let state = folder.path().to_owned();
    let extras: Extras = Box::new(move |facts| {
        let world = container(facts, &state.join(FOLDER.as_str()));
        // Where there is an image for it.
        let forge = forge::container(facts, &state);
        world.into_iter().chain(forge).collect()
    });
    Ok(prepared.with_extras(extras))
}

/// `None` never: the launch has found room for the guest before.
fn container(facts: &LaunchFacts, source: &std::path::Path) -> Option<ExtraContainer> {
    let address = facts.networks.guest().ok()?;
    let env = [
        ("WORLD_HOSTS", SITES.join(",")),
        ("WORLD_ADDRESS", address.to_string()),
        ("WORLD_ROOT_DIR", ROOT_DIR.to_owned()),
    ];
    let env = env
        .into_iter()
        .filter_map(|(name, value)| Some((name.parse().ok()?, value)));
    let port_53 = (
        "net.ipv4.ip_unprivileged_port_start".to_owned(),
        "0".to_owned(),
    );
    Some(ExtraContainer {
        target: Target::new(&facts.identity, WORLD),
        image: facts.images.sidecar.clone(),
        argv: vec!["demo-world".to_owned()],
        user: format!("{}:{}", facts.sidecar_user.uid, facts.sidecar_user.gid),
        network: facts.networks.egress.name.clone(),
        address,
        aliases: Vec::new(),
        env: env.collect(),
        mounts: vec![ExtraMount {
            source: source.to_owned(),
            target: ROOT_DIR.to_owned(),
        }],
        tmpfs: BTreeMap::new(),
        sysctls: BTreeMap::from([port_53]),
        labels: labels(facts, WORLD),
    })
}

/// By what the engine finds a container that stands beside the bottle.
pub(crate) fn labels(facts: &LaunchFacts, service: &str) -> BTreeMap<String, String> {
    let labels = [
        ("bottle.identity", facts.identity.to_string()),
        ("bottle.home", facts.home.clone()),
        ("bottle.service", service.to_owned()),
    ];
    labels.map(|(name, value)| (name.to_owned(), value)).into()
}

/// What the world has seen.
pub(crate) async fn seen(running: &Running<'_, Docker>) -> Result<Seen, DemoError> {
    let answer = exec(running, WORLD, &["demo-world", "seen"], Vec::new()).await?;
    Ok(serde_json::from_slice(&answer)?)
}

/// Waits until the world listens.
pub(crate) async fn ready(running: &Running<'_, Docker>) -> Result<(), DemoError> {
    for _ in 0..TRIES {
        if seen(running).await.is_ok() {
            return Ok(());
        }
        sleep(PAUSE).await;
    }
    seen(running).await.map(drop)
}

/// Runs one of the demo's programs and answers what it printed.
pub(crate) async fn exec(
    running: &Running<'_, Docker>,
    service: &str,
    args: &[&str],
    stdin: Vec<u8>,
) -> Result<Vec<u8>, DemoError> {
    let program = std::iter::once(&PROGRAM).chain(args);
    let request = ExecRequest {
        target: running.target(service),
        argv: program.map(|part| (*part).to_owned()).collect(),
        env: Vec::new(),
        io: ExecIo::Capture { stdin },
        timeout: Some(PATIENCE),
    };
    let outcome = running.exec(&request).await?;
    if outcome.code == 0 {
        return Ok(outcome.stdout);
    }
    Err(DemoError::Program {
        program: args.join(" "),
        code: outcome.code,
        stderr: bottle_core::visible(&String::from_utf8_lossy(&outcome.stderr)),
    })
}

//! What is known of one run: the second half of `bottle info`.

use std::fmt::Write as _;
use std::path::PathBuf;

use bottle_core::Identity;
use bottle_run::backend::ServiceState;
use bottle_run::{FoundBottle, StatePresence, survey};
use serde_json::{Value, json};

use crate::commands::list::{condition, live};
use crate::host::HostSide;

/// One run, and where its state lies.
pub(super) struct Known {
    run: FoundBottle,
    folder: PathBuf,
}

/// Looks for a run of this name.
pub(super) async fn find(host: &HostSide, identity: &Identity) -> anyhow::Result<Option<Known>> {
    let runs = survey(&host.home, live(host).await)?;
    let run = runs.into_iter().find(|run| run.identity == *identity);
    let folder = host.home.state(identity).path().to_owned();
    Ok(run.map(|run| Known { run, folder }))
}

pub(super) fn show(as_json: bool, known: &Known) -> String {
    if as_json {
        format!("{:#}\n", self::as_json(known))
    } else {
        text(known)
    }
}

fn text(Known { run, folder }: &Known) -> String {
    let mut text = format!("{}  {}\n", run.identity, condition(run.condition));
    let mut line = |name: &str, value: &str| {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "  {name:<10}{}", bottle_core::visible(value));
    };
    if let Some(metadata) = &run.metadata {
        line("agent", metadata.agent.as_str());
        line("bottle", metadata.bottle.as_str());
        line("folder", &metadata.cwd.display().to_string());
        line("workspace", metadata.workspace.as_str());
        line("started", &metadata.started_at.to_string());
        if metadata.resumed > 0 {
            line("resumed", &format!("{} times", metadata.resumed));
        }
        if let Some(networks) = &metadata.networks {
            let subnets = format!("internal {}, egress {}", networks.internal, networks.egress);
            line("networks", &subnets);
        }
        for (name, image) in [
            ("agent is", &metadata.images.agent),
            ("sidecars", &metadata.images.sidecar),
        ] {
            line(name, image.as_deref().unwrap_or("not known yet"));
        }
        line("project", &metadata.compose_project);
    }
    for service in run.live.iter().flat_map(|live| &live.services) {
        line(&service.service, state(service.state));
    }
    if run.state != StatePresence::None {
        line("state", &folder.display().to_string());
    }
    text
}

const fn state(state: ServiceState) -> &'static str {
    match state {
        ServiceState::Running => "running",
        ServiceState::Stopped => "stopped",
    }
}

fn as_json(Known { run, folder }: &Known) -> Value {
    let services = run.live.iter().flat_map(|live| &live.services);
    let services: serde_json::Map<_, _> = services
        .map(|each| (each.service.clone(), state(each.state).into()))
        .collect();
    json!({
        "identity": run.identity.to_string(),
        "condition": condition(run.condition),
        "metadata": run.metadata,
        "services": services,
        "networks": run.live.as_ref().map(|live| live.networks.clone()),
        "state": (run.state != StatePresence::None).then(|| folder.display().to_string()),
        "kept": run.state == StatePresence::Marked,
    })
}

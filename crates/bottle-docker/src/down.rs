//! Taking a bottle down.

use std::time::Duration;

use bollard::errors::Error;
use bollard::query_parameters::RemoveContainerOptionsBuilder;
use bottle_run::backend::{BackendError, DownRequest, DownScope, Removed};
use futures_util::future::join_all;

use crate::backend::Docker;
use crate::error::{engine, has_status, is_missing};
use crate::{labels, live, patience};

/// How often something is tried again that the engine is still busy with.
const TRIES: u32 = 20;
/// How long to wait before trying again; together with [`TRIES`] five seconds.
const PAUSE: Duration = Duration::from_millis(250);
/// What an engine answers while somebody else removes the same container.
const CONFLICT: u16 = 409;
/// What an engine answers while a network still has endpoints.
const FORBIDDEN: u16 = 403;

/// Kills and removes every container of a bottle, then its networks.
pub(crate) async fn down(docker: &Docker, request: &DownRequest) -> Result<Removed, BackendError> {
    patience::wait(docker).await;
    let identity = request.identity.to_string();
    let wanted = [
        (labels::IDENTITY, identity.as_str()),
        (labels::HOME, request.home.as_str()),
    ];
    let containers = live::containers(docker, &wanted).await?;
    if request.scope == DownScope::Stop {
        let ids = containers.into_iter().filter_map(|container| container.id);
        let kills = ids.map(|id| async move { kill(docker, &id).await });
        join_all(kills)
            .await
            .into_iter()
            .collect::<Result<(), _>>()?;
        return Ok(Removed::default());
    }
    let removals = containers.into_iter().filter_map(|container| {
        let name = container.names.into_iter().flatten().next();
        let id = container.id?;
        let name = name.map_or_else(
            || id.clone(),
            |name| name.trim_start_matches('/').to_owned(),
        );
        Some(async move { remove_container(docker, &id).await.map(|()| name) })
    });
    let mut containers = all(join_all(removals).await)?;
    containers.sort();
    let mut removed = Removed {
        containers,
        ..Removed::default()
    };
    let networks = live::networks(docker, &wanted).await?;
    let named = networks
        .into_iter()
        .filter_map(|network| Some((network.id?, network.name?)));
    if request.scope == DownScope::Containers {
        removed.networks_left = named.map(|(id, _)| id).collect();
        return Ok(removed);
    }
    let removals =
        named.map(|(id, name)| async move { remove_network(docker, &id).await.map(|()| name) });
    removed.networks = all(join_all(removals).await)?;
    removed.networks.sort();
    Ok(removed)
}

impl Docker {
    /// Removes networks by the engine's own ids, as [`Removed::networks_left`] names them. What is gone is fine.
    ///
    /// # Errors
    ///
    /// When one could not be removed; the others are removed nevertheless.
    pub async fn remove_networks(&self, ids: &[String]) -> Result<(), BackendError> {
        let removals = ids.iter().map(|id| remove_network(self, id));
        join_all(removals).await.into_iter().collect()
    }
}

/// The first error, after everything was tried.
fn all(results: Vec<Result<String, BackendError>>) -> Result<Vec<String>, BackendError> {
    results.into_iter().collect()
}

/// Ends a container's programs. One that does not run is fine.
async fn kill(docker: &Docker, id: &str) -> Result<(), BackendError> {
    match docker.client().kill_container(id, None).await {
        Err(error) if is_missing(&error) || has_status(&error, CONFLICT) => Ok(()),
        killed => killed.map_err(engine(format!("kill the container {id}"))),
    }
}

async fn remove_container(docker: &Docker, id: &str) -> Result<(), BackendError> {
    // Killed, not stopped: a SIGTERM right after the start reaches nobody and costs ten seconds.
    let options = RemoveContainerOptionsBuilder::new()
        .force(true)
        .v(true)
        .build();
    let remove = || docker.client().remove_container(id, Some(options.clone()));
    patiently(remove, CONFLICT)
        .await
        .map_err(engine(format!("remove the container {id}")))
}

async fn remove_network(docker: &Docker, id: &str) -> Result<(), BackendError> {
    patiently(|| docker.client().remove_network(id), FORBIDDEN)
        .await
        .map_err(engine(format!("remove the network {id}")))
}

/// Removes something that may be gone already, and waits while the engine is still busy with it.
async fn patiently<Removing>(remove: impl Fn() -> Removing, busy: u16) -> Result<(), Error>
where
    Removing: Future<Output = Result<(), Error>>,
{
    let mut tries = 0;
    loop {
        tries += 1;
        match remove().await {
            Err(error) if is_missing(&error) => return Ok(()),
            Err(error) if has_status(&error, busy) && tries < TRIES => {
                tokio::time::sleep(PAUSE).await;
            }
            result => return result,
        }
    }
}

//! What the engine has of the bottles of a home.

use std::collections::{BTreeMap, HashMap};

use bollard::models::{ContainerSummary, ContainerSummaryStateEnum, Network};
use bollard::query_parameters::{ListContainersOptionsBuilder, ListNetworksOptionsBuilder};
use bottle_core::Identity;
use bottle_run::backend::{BackendError, LiveBottle, LiveService, ServiceState};

use crate::backend::Docker;
use crate::error::engine;
use crate::labels;

/// Every container with these labels, dead ones too.
pub(crate) async fn containers(
    docker: &Docker,
    wanted: &[(&str, &str)],
) -> Result<Vec<ContainerSummary>, BackendError> {
    let options = ListContainersOptionsBuilder::new()
        .all(true)
        .filters(&labels::filter(wanted))
        .build();
    docker
        .client()
        .list_containers(Some(options))
        .await
        .map_err(engine("list its containers"))
}

/// Every network with these labels.
pub(crate) async fn networks(
    docker: &Docker,
    wanted: &[(&str, &str)],
) -> Result<Vec<Network>, BackendError> {
    let options = ListNetworksOptionsBuilder::new()
        .filters(&labels::filter(wanted))
        .build();
    docker
        .client()
        .list_networks(Some(options))
        .await
        .map_err(engine("list its networks"))
}

/// Every bottle of a home, in order. What carries the label and no identity is not a bottle.
pub(crate) async fn live(docker: &Docker, home: &str) -> Result<Vec<LiveBottle>, BackendError> {
    let wanted = [(labels::HOME, home)];
    let (containers, networks) =
        futures_util::try_join!(containers(docker, &wanted), networks(docker, &wanted))?;
    let mut bottles = BTreeMap::<Identity, LiveBottle>::new();
    for container in containers {
        let labels = container.labels.unwrap_or_default();
        let (Some(identity), Some(service)) = (identity(&labels), labels.get(labels::SERVICE))
        else {
            continue;
        };
        let state = match container.state {
            Some(ContainerSummaryStateEnum::RUNNING) => ServiceState::Running,
            _ => ServiceState::Stopped,
        };
        bottle(&mut bottles, identity).services.push(LiveService {
            service: service.clone(),
            state,
        });
    }
    for network in networks {
        let identity = network.labels.as_ref().and_then(identity);
        if let (Some(identity), Some(name)) = (identity, network.name) {
            bottle(&mut bottles, identity).networks.push(name);
        }
    }
    Ok(bottles.into_values().map(sorted).collect())
}

fn identity(labels: &HashMap<String, String>) -> Option<Identity> {
    labels.get(labels::IDENTITY)?.parse().ok()
}

fn bottle(bottles: &mut BTreeMap<Identity, LiveBottle>, identity: Identity) -> &mut LiveBottle {
    bottles
        .entry(identity.clone())
        .or_insert_with(|| LiveBottle {
            identity,
            services: Vec::new(),
            networks: Vec::new(),
        })
}

fn sorted(mut bottle: LiveBottle) -> LiveBottle {
    bottle
        .services
        .sort_by(|left, right| left.service.cmp(&right.service));
    bottle.networks.sort();
    bottle
}

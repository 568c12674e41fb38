//! The two networks of a bottle.

use bollard::models::{Ipam, IpamConfig, NetworkCreateRequest};
use bottle_run::backend::{BackendError, NetworkAccess, NetworkRequest};
use ipnet::Ipv4Net;

use crate::backend::Docker;
use crate::error::engine;
use crate::labels;

/// Keeps the host's address off the bridge: services of the host would answer on it otherwise, on every engine version.
const NO_HOST_ADDRESS: (&str, &str) = ("com.docker.network.bridge.inhibit_ipv4", "true");

/// Creates one network.
pub(crate) async fn create(docker: &Docker, request: &NetworkRequest) -> Result<(), BackendError> {
    match docker.client().create_network(body(request)).await {
        Ok(_) => Ok(()),
        Err(error) if error.to_string().contains("overlaps") => Err(BackendError::SubnetTaken {
            subnet: request.subnet,
        }),
        Err(error) => Err(engine(format!("create the network {}", request.name))(
            error,
        )),
    }
}

fn body(request: &NetworkRequest) -> NetworkCreateRequest {
    let NetworkRequest {
        name,
        subnet,
        access,
        labels,
    } = request;
    let internal = *access == NetworkAccess::Internal;
    let mut all = labels::owned(&[labels::VERSION]);
    all.extend(labels.clone());
    if let Some(identity) = labels.get(labels::IDENTITY) {
        all.insert(labels::PROJECT.to_owned(), format!("bottle-{identity}"));
    }
    if let Some((_, key)) = name.rsplit_once('-') {
        all.insert(labels::NETWORK.to_owned(), key.to_owned());
    }
    NetworkCreateRequest {
        name: name.clone(),
        driver: Some("bridge".to_owned()),
        internal: Some(internal),
        enable_ipv6: Some(false),
        ipam: Some(Ipam {
            config: Some(vec![IpamConfig {
                subnet: Some(subnet.to_string()),
                ..IpamConfig::default()
            }]),
            ..Ipam::default()
        }),
        options: internal.then(|| labels::owned(&[NO_HOST_ADDRESS])),
        labels: Some(all),
        ..NetworkCreateRequest::default()
    }
}

/// The IPv4 subnets of every network.
pub(crate) async fn used_subnets(docker: &Docker) -> Result<Vec<Ipv4Net>, BackendError> {
    let networks = docker
        .client()
        .list_networks(None)
        .await
        .map_err(engine("list its networks"))?;
    let configs = networks
        .into_iter()
        .filter_map(|network| network.ipam?.config)
        .flatten();
    Ok(configs
        .filter_map(|config| config.subnet?.parse().ok())
        .collect())
}

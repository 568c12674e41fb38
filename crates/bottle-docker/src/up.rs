//! Bringing a project up.

use bollard::models::ContainerCreateBody;
use bollard::query_parameters::CreateContainerOptionsBuilder;
use bottle_compose::ComposeFile;
use bottle_run::backend::{BackendError, UpOptions};
use futures_util::future::{join_all, try_join_all};
use sha2::{Digest, Sha256};

use crate::backend::Docker;
use crate::container::{Blueprint, blueprint};
use crate::error::{engine, is_missing};
use crate::labels;

/// Creates and starts every service of the file, all at once.
///
/// Every container is waited for, also when another has failed, so that nothing appears after a teardown.
pub(crate) async fn up(
    docker: &Docker,
    file: &ComposeFile,
    options: &UpOptions,
) -> Result<(), BackendError> {
    let starts = file.services().iter().map(|(name, service)| {
        let blueprint = blueprint(file, (*name, service), options);
        async move { Box::pin(start(docker, &blueprint)).await }
    });
    join_all(starts).await.into_iter().collect()
}

/// Creates one container, connects and starts it.
pub(crate) async fn start(docker: &Docker, blueprint: &Blueprint) -> Result<(), BackendError> {
    let Blueprint {
        name,
        body,
        further_networks,
    } = blueprint;
    let client = docker.client();
    let options = CreateContainerOptionsBuilder::new().name(name).build();
    let body = hashed(body);
    if let Err(error) = client.create_container(Some(options), body.clone()).await {
        return Err(match &body.image {
            Some(image) if is_missing(&error) => BackendError::Missing {
                what: format!("image {image}"),
            },
            _ => engine(format!("create the container {name}"))(error),
        });
    }
    let connections = further_networks
        .iter()
        .map(|(network, request)| async move {
            client
                .connect_network(network, request.clone())
                .await
                .map_err(engine(format!("connect {name} to the network {network}")))
        });
    try_join_all(connections).await?;
    client
        .start_container(name, None)
        .await
        .map_err(engine(format!("start the container {name}")))
}

/// With the label that compose looks for. Its own hash is of its own model, so this one only tells ours apart.
fn hashed(body: &ContainerCreateBody) -> ContainerCreateBody {
    let mut body = body.clone();
    let hash = Sha256::digest(format!("{body:?}"));
    let digits = hash.iter().map(|byte| format!("{byte:02x}"));
    body.labels.get_or_insert_default().insert(
        labels::CONFIG_HASH.to_owned(),
        digits.collect::<Vec<_>>().concat(),
    );
    body
}

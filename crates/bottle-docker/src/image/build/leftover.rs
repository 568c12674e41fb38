//! What a build that did not succeed made.

use std::collections::BTreeSet;
use std::time::Duration;

use bollard::models::ImageSummary;
use bollard::query_parameters::{ListImagesOptionsBuilder, RemoveImageOptionsBuilder};
use bottle_run::backend::BackendError;

use crate::backend::Docker;
use crate::error::{engine, has_status};

/// How often an image is tried again that a container of the build still uses.
const TRIES: u32 = 20;
/// How long to wait before trying again; together with [`TRIES`] five seconds.
const PAUSE: Duration = Duration::from_millis(250);
/// What an engine answers while something still needs an image.
const CONFLICT: u16 = 409;
/// What an engine calls an image without a name.
const NO_NAME: &str = "<none>:<none>";

/// The images that were there when a build began.
pub(super) struct Before(BTreeSet<String>);

impl Before {
    pub(super) async fn look(docker: &Docker) -> Result<Self, BackendError> {
        let images = all(docker).await?;
        Ok(Self(images.into_iter().map(|image| image.id).collect()))
    }

    /// Removes the images of the steps, newest first. `made` is what the output says, which a program may have
    /// written: so only what is new, has no name, and is used by nobody goes. What cannot be removed stays, as the
    /// engine's cache; the build's own error counts more.
    pub(super) async fn remove_new(&self, docker: &Docker, made: &[String]) {
        let Ok(images) = all(docker).await else {
            return;
        };
        let new: Vec<_> = images
            .into_iter()
            .filter(|image| !self.0.contains(&image.id) && is_unnamed(image))
            .map(|image| image.id)
            .collect();
        for part in made.iter().rev() {
            let is_meant = |id: &&String| id.trim_start_matches("sha256:").starts_with(part);
            if let Some(id) = new.iter().find(is_meant) {
                remove(docker, id).await;
            }
        }
    }
}

/// Every image of the engine, those of steps too.
async fn all(docker: &Docker) -> Result<Vec<ImageSummary>, BackendError> {
    let options = ListImagesOptionsBuilder::new().all(true).build();
    let images = docker.client().list_images(Some(options)).await;
    images.map_err(engine("list its images"))
}

fn is_unnamed(image: &ImageSummary) -> bool {
    image.repo_tags.iter().all(|name| name == NO_NAME)
}

/// Neither by force, nor with what it is built on.
async fn remove(docker: &Docker, id: &str) {
    for _ in 0..TRIES {
        let options = RemoveImageOptionsBuilder::new()
            .force(false)
            .noprune(true)
            .build();
        let removed = docker.client().remove_image(id, Some(options), None).await;
        match removed {
            Err(error) if has_status(&error, CONFLICT) => tokio::time::sleep(PAUSE).await,
            _ => return,
        }
    }
}

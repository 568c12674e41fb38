//! Images: those that are there, and the one that plays the sidecars.

mod archive;
mod build;
mod closure;

use std::io;
use std::path::{Path, PathBuf};

use bollard::query_parameters::ImportImageOptionsBuilder;
use bottle_core::{ImageRef, ImageRefError};
use bottle_run::backend::{BackendError, ImageFacts};
use futures_util::TryStreamExt;

use crate::backend::Docker;
use crate::error::{engine, optional, other};
use archive::Archive;

pub(crate) use build::build;

/// The executable that plays every sidecar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SidecarProgram(PathBuf);

/// Why there is no image for the sidecars.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImageError {
    /// The executable, or a library of it, cannot be read.
    #[error("cannot read {}", .path.display())]
    Read {
        /// Which file.
        path: PathBuf,
        /// What the operating system said.
        #[source]
        source: io::Error,
    },
    /// The executable is none for Linux.
    #[error("{} is not an executable of Linux", .path.display())]
    Executable {
        /// Which file.
        path: PathBuf,
    },
    /// The archive could not be written to memory.
    #[error(transparent)]
    Archive(#[from] io::Error),
    /// The tag is none; it is made of hexadecimal digits.
    #[error(transparent)]
    Name(#[from] ImageRefError),
    /// The engine took the archive and has no such image.
    #[error("the engine took the archive and has no image of it: {said}")]
    Lost {
        /// What it said.
        said: String,
    },
}

impl SidecarProgram {
    /// The executable at this path: static, or with shared libraries, which then go along.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// The name of the image that it makes: the tag stands for the content.
    ///
    /// # Errors
    ///
    /// When the executable cannot be read, or is none for Linux.
    pub fn image_name(&self) -> Result<ImageRef, ImageError> {
        Ok(Archive::of(&self.0)?.name().parse()?)
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

/// Looks an image up.
pub(crate) async fn find(
    docker: &Docker,
    image: &ImageRef,
) -> Result<Option<ImageFacts>, BackendError> {
    let found = docker.client().inspect_image(image.as_str()).await;
    let found = optional(found).map_err(engine(format!("look up the image {image}")))?;
    Ok(found.map(|found| ImageFacts {
        reference: image.clone(),
        id: found.id.unwrap_or_default(),
    }))
}

/// What the engine is asked for, in errors.
const WHAT: &str = "be given the image of the sidecars";

/// The sidecars' image: named after its content, so it is there or has to be loaded.
pub(crate) async fn sidecar(docker: &Docker) -> Result<ImageFacts, BackendError> {
    let program = docker.sidecar().clone();
    let made = tokio::task::spawn_blocking(move || Archive::of(program.path())).await;
    let archive = made.map_err(other(WHAT))?.map_err(other(WHAT))?;
    let name: ImageRef = archive
        .name()
        .parse()
        .map_err(|error: ImageRefError| other(WHAT)(error))?;
    if let Some(found) = docker.clock().time(find(docker, &name)).await? {
        return Ok(found);
    }
    let bytes = archive.docker_archive().map_err(other(WHAT))?;
    docker.clock().time(load(docker, bytes, &name)).await
}

async fn load(
    docker: &Docker,
    archive: Vec<u8>,
    name: &ImageRef,
) -> Result<ImageFacts, BackendError> {
    let options = ImportImageOptionsBuilder::new().quiet(true).build();
    let answers: Vec<_> = docker
        .client()
        .import_image(options, bollard::body_full(archive.into()), None)
        .try_collect()
        .await
        .map_err(engine(WHAT))?;
    find(docker, name).await?.ok_or_else(|| {
        let said = format!("{answers:?}");
        other(WHAT)(ImageError::Lost { said })
    })
}

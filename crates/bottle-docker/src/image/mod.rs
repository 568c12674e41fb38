//! Images: those that are there, and the one that plays the sidecars.

mod archive;
mod build;
mod closure;
mod git_gate;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{MutexGuard, PoisonError};

use bollard::query_parameters::ImportImageOptionsBuilder;
use bottle_core::{ImageRef, ImageRefError};
use bottle_run::backend::{BackendError, ImageFacts};
use futures_util::TryStreamExt;
use tokio::task::{JoinError, JoinHandle};

use crate::backend::Docker;
use crate::error::{engine, optional, other};
use archive::Archive;

pub(crate) use build::build;
pub(crate) use git_gate::git_gate;

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
    /// The executable is another one than that of the sidecars' image.
    #[error("{} has changed since the image of the sidecars was made: start again", .path.display())]
    Changed {
        /// Which file.
        path: PathBuf,
    },
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

/// The archive of an image, while it is read and hashed.
pub(crate) type Making = JoinHandle<Result<Archive, ImageError>>;

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
    let archive = made(docker)
        .await
        .map_err(other(WHAT))?
        .map_err(other(WHAT))?;
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

/// Begins to read and hash the executable, on a thread of its own.
pub(crate) fn expect_sidecar(docker: &Docker) {
    let mut expected = lock(docker);
    if expected.is_none() {
        *expected = Some(make(docker));
    }
}

/// The archive that is expected, or one that is made now.
async fn made(docker: &Docker) -> Result<Result<Archive, ImageError>, JoinError> {
    let expected = lock(docker).take();
    expected.unwrap_or_else(|| make(docker)).await
}

fn make(docker: &Docker) -> Making {
    let program = docker.sidecar().clone();
    tokio::task::spawn_blocking(move || Archive::of(program.path()))
}

fn lock(docker: &Docker) -> MutexGuard<'_, Option<Making>> {
    let expected = docker.expected().lock();
    expected.unwrap_or_else(PoisonError::into_inner)
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

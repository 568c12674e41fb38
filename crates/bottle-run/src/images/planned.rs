//! An image with its name, there or to be built.

use std::collections::BTreeMap;
use std::path::PathBuf;

use bottle_core::{ImageRef, ImageRefError};

use super::preset::how_to_get;
use super::recipe::{Recipe, RecipeError};
use crate::backend::{Backend, BackendError, BuildError, BuildWatch, ImageFacts};

/// An image with its name. What it begins with is there.
#[derive(Debug, Clone)]
pub struct Planned {
    recipe: Recipe,
    image: ImageRef,
    hash: String,
    found: Option<ImageFacts>,
}

/// An image that another one begins with, and that is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingBase {
    /// The image.
    pub image: ImageRef,
    /// The line of the Dockerfile that names it.
    pub line: usize,
}

/// Why there is no image.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImageError {
    /// Images that it begins with are not there. Nothing is pulled behind the operator's back.
    #[error("{}", no_base(.path, .missing))]
    NoBase {
        /// The Dockerfile.
        path: PathBuf,
        /// All of them, in order of name.
        missing: Vec<MissingBase>,
    },
    /// It could not be built.
    #[error("the image `{image}` was not built")]
    Build {
        /// The image.
        image: ImageRef,
        /// Why.
        #[source]
        source: BuildError,
    },
    /// The engine built it, and does not have it.
    #[error("the engine has no image `{image}`, which it has just built")]
    Lost {
        /// The image.
        image: ImageRef,
    },
    /// The owner's name makes none for an image.
    #[error("the image cannot be named after its owner")]
    Name(#[from] ImageRefError),
    /// There is nothing to build from.
    #[error(transparent)]
    Recipe(#[from] RecipeError),
    /// The engine did not answer.
    #[error(transparent)]
    Backend(#[from] BackendError),
}

impl ImageError {
    /// Whether nothing went wrong but that the operator wanted to end.
    pub const fn is_interrupted(&self) -> bool {
        matches!(
            self,
            Self::Build {
                source: BuildError::Interrupted,
                ..
            }
        )
    }
}

/// Finds out what an image is called and whether it is there. Builds nothing.
///
/// # Errors
///
/// [`ImageError::NoBase`] when it cannot be built for lack of what it begins with.
pub async fn plan<B: Backend>(backend: &B, recipe: Recipe) -> Result<Planned, ImageError> {
    let (mut bases, mut missing) = (BTreeMap::new(), Vec::new());
    for (image, line) in recipe.dockerfile().bases() {
        match backend.image(image).await? {
            Some(facts) => drop(bases.insert(image.clone(), facts.id)),
            None => missing.push(MissingBase {
                image: image.clone(),
                line: *line,
            }),
        }
    }
    if !missing.is_empty() {
        let path = recipe.path().to_owned();
        return Err(ImageError::NoBase { path, missing });
    }
    let hash = recipe.hash(&bases);
    let image = recipe.image(&hash)?;
    let found = if recipe.is_named_by_content() {
        backend.image(&image).await?
    } else {
        None
    };
    Ok(Planned {
        recipe,
        image,
        hash,
        found,
    })
}

impl Planned {
    /// What it is called.
    pub const fn image(&self) -> &ImageRef {
        &self.image
    }

    /// The image when it is there already.
    pub const fn found(&self) -> Option<&ImageFacts> {
        self.found.as_ref()
    }

    /// Builds it unless it is there.
    ///
    /// # Errors
    ///
    /// When it could not be built. Nothing is left of the attempt.
    pub async fn build<B: Backend>(
        &self,
        backend: &B,
        watch: BuildWatch<'_>,
    ) -> Result<ImageFacts, ImageError> {
        if let Some(found) = &self.found {
            return Ok(found.clone());
        }
        let image = &self.image;
        if self.recipe.dockerfile().has_syntax() {
            (watch.line)(
                "`# syntax=` is not heeded: the engine's classic builder reads this Dockerfile",
            );
        }
        let request = self.recipe.request(image, &self.hash);
        let built = backend.build_image(&request, watch).await;
        built.map_err(|source| ImageError::Build {
            image: image.clone(),
            source,
        })?;
        let found = backend.image(image).await?;
        found.ok_or_else(|| ImageError::Lost {
            image: image.clone(),
        })
    }
}

fn no_base(path: &std::path::Path, missing: &[MissingBase]) -> String {
    let path = bottle_core::visible(&path.to_string_lossy());
    let each = missing.iter().map(|MissingBase { image, line }| {
        let how = how_to_get(image, None);
        format!("`{image}` (line {line}; {how})")
    });
    let list = each.collect::<Vec<_>>().join(", ");
    format!("{path} takes from images that the engine does not have, and nothing is pulled: {list}")
}

//! The image of the agent: there, or to be built.

use bottle_core::{BottlePlan, ImageRef, ImageSource};
use bottle_state::{Home, RelativePath, StateDir};

use crate::backend::{Backend, BuildWatch, ImageFacts};
use crate::images::{DOCKERFILE_LIMIT, ImageError, Planned, Recipe, how_to_get, plan};
use crate::prepare::PrepareError;

/// The Dockerfile of one bottle, which takes the place of what the manifest says: somebody approved it.
pub(crate) const DOCKERFILE: RelativePath = RelativePath::constant("Dockerfile");
/// The folder below a home that bottles' manifests lie in, from which they name Dockerfiles.
const BOTTLES: &str = "bottles";

/// The image of the agent.
#[derive(Debug, Clone)]
pub(crate) enum AgentImage {
    /// It is there.
    Found(ImageFacts),
    /// It is there or will be built; everything that it begins with is there.
    Planned(Box<Planned>),
}

impl AgentImage {
    /// Looks for the image of a plan, or for that of one bottle where it has a Dockerfile of its own.
    pub(crate) async fn find<B: Backend>(
        backend: &B,
        plan: &BottlePlan,
        (home, own): (&Home, Option<&StateDir>),
    ) -> Result<Self, PrepareError> {
        let own = own.map(own_recipe).transpose()?.flatten();
        let recipe = match (own, &plan.image) {
            (Some(recipe), _) => recipe,
            (None, ImageSource::Named(image)) => return named(backend, plan, image).await,
            (None, ImageSource::Dockerfile(path)) => {
                let path = home.path().join(BOTTLES).join(path);
                Recipe::of_dockerfile(plan.bottle.as_str(), &path).map_err(ImageError::from)?
            }
        };
        let planned = self::plan(backend, recipe).await?;
        Ok(match planned.found() {
            Some(found) => Self::Found(found.clone()),
            None => Self::Planned(Box::new(planned)),
        })
    }

    /// What it is called.
    pub(crate) const fn name(&self) -> &ImageRef {
        match self {
            Self::Found(found) => &found.reference,
            Self::Planned(planned) => planned.image(),
        }
    }

    /// The image, built if need be.
    pub(crate) async fn get<B: Backend>(
        &self,
        backend: &B,
        watch: BuildWatch<'_>,
    ) -> Result<ImageFacts, ImageError> {
        match self {
            Self::Found(found) => Ok(found.clone()),
            Self::Planned(planned) => planned.build(backend, watch).await,
        }
    }
}

/// What a bottle's own Dockerfile says, if it has one.
fn own_recipe(state: &StateDir) -> Result<Option<Recipe>, PrepareError> {
    let text = state.folder().read(
        &DOCKERFILE,
        u64::try_from(DOCKERFILE_LIMIT).unwrap_or(u64::MAX),
    )?;
    let Some(text) = text else {
        return Ok(None);
    };
    let text = String::from_utf8_lossy(&text);
    let recipe = Recipe::of_text(state.identity().agent().as_str(), &text);
    Ok(Some(recipe.map_err(ImageError::from)?))
}

async fn named<B: Backend>(
    backend: &B,
    plan: &BottlePlan,
    image: &ImageRef,
) -> Result<AgentImage, PrepareError> {
    let found = backend.image(image).await?;
    found
        .map(AgentImage::Found)
        .ok_or_else(|| PrepareError::NoImage {
            how: how_to_get(image, Some(plan.provider)),
            image: image.clone(),
        })
}

/// The name of the image of a plan where there is no engine to ask: of one that is built, without the part that stands for
/// its content.
pub(crate) fn without_engine(plan: &BottlePlan) -> Option<ImageRef> {
    match &plan.image {
        ImageSource::Named(image) => Some(image.clone()),
        ImageSource::Dockerfile(_) => format!("bottle-image-{}", plan.bottle).parse().ok(),
    }
}

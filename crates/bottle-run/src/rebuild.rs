//! Another image for a bottle that goes on under its name.

use bottle_core::Identity;
use bottle_state::{Access, Home, Mark, StateError};

use crate::agent_image::DOCKERFILE;
use crate::backend::Backend;
use crate::halt::{HaltError, halt};
use crate::images::{ImageError, Recipe, plan};

/// Why a bottle does not get another image. It goes on as it is, unless it could not be ended.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RebuildError {
    /// There is no such bottle.
    #[error("there is nothing of {identity}: `bottle list` shows what there is")]
    Unknown {
        /// The bottle.
        identity: Identity,
    },
    /// The Dockerfile cannot be built.
    #[error(transparent)]
    Image(#[from] ImageError),
    /// The state folder could not be written.
    #[error(transparent)]
    State(#[from] StateError),
    /// The bottle could not be ended.
    #[error(transparent)]
    Halt(#[from] HaltError),
}

/// Ends a bottle, with its conversation saved, and notes a Dockerfile for it. The next resume builds the image and goes
/// on with it.
///
/// # Errors
///
/// When the Dockerfile cannot be built here, or the bottle could not be ended.
pub async fn rebuild<B: Backend>(
    backend: &B,
    home: &Home,
    identity: &Identity,
    dockerfile: &str,
) -> Result<(), RebuildError> {
    let state = home.state(identity);
    if !state.path().exists() {
        return Err(RebuildError::Unknown {
            identity: identity.clone(),
        });
    }
    let recipe = Recipe::of_text(identity.agent().as_str(), dockerfile);
    plan(backend, recipe.map_err(ImageError::from)?).await?;
    // The mark first, and the strong one: a session that ends well at this moment must not take the folder away.
    let before = state.mark()?;
    state.preserve(Mark::Asked)?;
    let halted = halt(backend, home, identity).await;
    if before != Some(Mark::Asked) {
        state.set_mark(Mark::Automatic)?;
    }
    match halted {
        // One that was kept already has nothing to be ended.
        Ok(_) | Err(HaltError::NotRunning { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    state
        .folder()
        .write(&DOCKERFILE, dockerfile.as_bytes(), Access::Private)?;
    Ok(())
}

//! Images that are built: of a Dockerfile that a manifest names, of one that lies in a state folder, and those of the
//! providers.
//!
//! A [`Recipe`] is everything that an image is built from. [`plan`] looks up the images that it begins with and
//! gives it a name that stands for its content; an image of that name is not built again.
//!
//! ```
//! use bottle_run::images::Recipe;
//!
//! let recipe = Recipe::of_text("dev", "FROM bottle-agent:latest\nRUN apt-get install --yes make\n")?;
//! let bases: Vec<_> = recipe.dockerfile().bases().keys().map(ToString::to_string).collect();
//! assert_eq!(bases, ["bottle-agent:latest"]);
//! # Ok::<(), bottle_run::images::RecipeError>(())
//! ```

mod context;
mod dockerfile;
mod ignore;
mod planned;
mod preset;
mod recipe;

pub use self::context::{CONTEXT_LIMIT, ContextError, DEPTH_LIMIT, ENTRIES_LIMIT};
pub use self::dockerfile::{DOCKERFILE_LIMIT, Dockerfile, DockerfileError};
pub use self::ignore::{IGNORE_LIMIT, IgnoreError, PATTERNS_LIMIT};
pub use self::planned::{ImageError, MissingBase, Planned, plan};
pub(crate) use self::preset::git_gate_image;
pub use self::preset::{GIT_GATE_BASE, git_gate_base, how_to_get, preset};
pub use self::recipe::{LABEL, Recipe, RecipeError};

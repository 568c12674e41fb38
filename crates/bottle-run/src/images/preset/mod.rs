//! The image of an agent whose bottle names none.

use bottle_core::{ImageRef, Provider};

use super::planned::{ImageError, plan};
use super::recipe::Recipe;
use crate::backend::{Backend, BuildWatch, ImageFacts};

/// The argument of the build that names the image to begin with.
pub(super) const BASE: &str = "BASE";
/// Fetches a program, and is copied from the context.
pub(super) const FETCH: (&str, &str) = ("npm-package.py", include_str!("npm-package.py"));

/// The image that git-gate's own begins with.
pub const GIT_GATE_BASE: &str = "bottle-git-gate-base:latest";
/// What git-gate works with.
pub(super) const GIT_GATE: &str = include_str!("git-gate.Dockerfile");

/// What an agent works with, whoever it is.
const TOOLS: &str = include_str!("tools.Dockerfile");
const CLAUDE: &str = concat!(
    include_str!("tools.Dockerfile"),
    include_str!("claude.Dockerfile")
);
const CODEX: &str = concat!(
    include_str!("tools.Dockerfile"),
    include_str!("codex.Dockerfile")
);

/// The Dockerfile of a provider.
pub(super) const fn dockerfile(provider: Provider) -> &'static str {
    match provider {
        Provider::Claude => CLAUDE,
        Provider::Codex => CODEX,
        Provider::Command => TOOLS,
    }
}

/// The image that bottles of a provider look for.
#[expect(
    clippy::expect_used,
    reason = "a constant; the test of the tables reads each"
)]
pub(super) fn image(provider: Provider) -> ImageRef {
    provider
        .preset()
        .image
        .parse()
        .expect("a valid name of an image")
}

/// The image that git-gate's own begins with.
#[expect(clippy::expect_used, reason = "a constant; a test reads it")]
pub(crate) fn git_gate_image() -> ImageRef {
    GIT_GATE_BASE.parse().expect("a valid name of an image")
}

/// How the operator gets an image that is not there, as the end of a sentence: the one command. `provider` is that of
/// the bottle, where there is one.
pub fn how_to_get(image: &ImageRef, provider: Option<Provider>) -> String {
    let is_of = |each: &Provider| image.as_str() == each.preset().image;
    let of_whom = provider.filter(is_of);
    if image.as_str() == GIT_GATE_BASE {
        return "`bottle image build git-gate` makes it".to_owned();
    }
    match of_whom.or_else(|| Provider::ALL.into_iter().find(is_of)) {
        Some(known) if provider == Some(known) => {
            format!(
                "`bottle image build --provider {}` makes it",
                known.as_str()
            )
        }
        Some(_) => "`bottle image build` makes it".to_owned(),
        None => format!("`docker pull {image}` brings it"),
    }
}

/// Builds what git-gate's image begins with, on `base` or else on a slim Debian.
///
/// # Errors
///
/// As [`preset`].
pub async fn git_gate_base<B: Backend>(
    backend: &B,
    base: Option<&ImageRef>,
    watch: BuildWatch<'_>,
) -> Result<ImageFacts, ImageError> {
    let recipe = Recipe::of_git_gate(base)?;
    plan(backend, recipe).await?.build(backend, watch).await
}

/// Builds the image of a provider, on `base` or else on a slim Debian. Always asks the engine, which takes what it
/// knows from its cache.
///
/// # Errors
///
/// When the base is missing, or a step failed: most need a package registry.
pub async fn preset<B: Backend>(
    backend: &B,
    provider: Provider,
    base: Option<&ImageRef>,
    watch: BuildWatch<'_>,
) -> Result<ImageFacts, ImageError> {
    let recipe = Recipe::of_preset(provider, base)?;
    plan(backend, recipe).await?.build(backend, watch).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_provider_has_a_dockerfile_that_can_be_built() {
        for provider in Provider::ALL {
            let bases = |base: Option<&ImageRef>| {
                let recipe = Recipe::of_preset(provider, base).unwrap();
                let bases = recipe.dockerfile().bases().keys();
                bases.map(ToString::to_string).collect::<Vec<_>>()
            };
            assert_eq!(bases(None), ["debian:bookworm-slim"]);
            let own = "my/debian:13".parse().unwrap();
            assert_eq!(bases(Some(&own)), ["my/debian:13"]);
            assert_eq!(image(provider).as_str(), provider.preset().image);
        }
    }

    #[test]
    fn the_base_of_git_gate_can_be_built() {
        let recipe = Recipe::of_git_gate(None).unwrap();
        let bases: Vec<String> = recipe
            .dockerfile()
            .bases()
            .keys()
            .map(ToString::to_string)
            .collect();
        assert_eq!(bases, ["debian:trixie-slim"]);
    }

    #[test]
    fn an_image_that_is_not_there_can_be_made_or_brought() {
        let own = image(Provider::Codex);
        let other = "x:1".parse().unwrap();
        let codex = Some(Provider::Codex);
        for (image, provider, how) in [
            (
                &own,
                codex,
                "`bottle image build --provider codex` makes it",
            ),
            (&own, None, "`bottle image build` makes it"),
            (
                &GIT_GATE_BASE.parse().unwrap(),
                codex,
                "`bottle image build git-gate` makes it",
            ),
            (&other, codex, "`docker pull x:1` brings it"),
            (&other, None, "`docker pull x:1` brings it"),
        ] {
            assert_eq!(how_to_get(image, provider), how);
        }
    }
}

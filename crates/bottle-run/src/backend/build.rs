//! Building an image.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::time::Duration;

use bottle_compose::UserIds;
use bottle_core::ImageRef;
use bytes::Bytes;

use super::{BackendError, ImageFacts};

/// What an image is built from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildRequest {
    /// Its name. Whatever had this name before loses it.
    pub image: ImageRef,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// Arguments of the build. They can be read in the image's history: nothing secret.
    pub args: BTreeMap<String, String>,
    /// The path of the Dockerfile in the context.
    pub dockerfile: String,
    /// The context, a tar archive.
    pub context: Bytes,
}

/// What git-gate's image is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GitGateImageRequest {
    /// What it begins with: an image with git and ssh, which the engine has.
    pub base: ImageFacts,
    /// The image of the sidecars, which stands for the program that is put on top.
    pub sidecar: ImageFacts,
    /// Whom it runs as. ssh wants to know the name of this user.
    pub user: UserIds,
}

/// Who is told of a build, and who may end it.
pub struct BuildWatch<'a> {
    /// Told of each line of the output as it comes, without its end and harmless for a terminal.
    pub line: &'a (dyn Fn(&str) + Sync),
    /// Resolves when the operator wants to end.
    pub stop: Pin<Box<dyn Future<Output = ()> + Send + 'a>>,
}

/// Why an image was not built. Nothing is left of the attempt.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// A step failed. Everything here is harmless for a terminal.
    #[error("{}{said}{}", at(.step.as_deref()), indented(.last_lines))]
    Step {
        /// The step, as the engine names it: `Step 2/3 : RUN make`; `None` before the first.
        step: Option<String>,
        /// What the engine said.
        said: String,
        /// The end of the output, oldest line first.
        last_lines: Vec<String>,
    },
    /// The engine began to fetch an image that it does not have, which was stopped.
    #[error(
        "the build asks for an image that the engine does not have, and nothing is pulled{}: `docker pull` brings it",
        at_end(.step.as_deref())
    )]
    Pull {
        /// The step that asked for it.
        step: Option<String>,
    },
    /// It took too long.
    #[error("{}the build took longer than {} s", at(.step.as_deref()), .after.as_secs())]
    Timeout {
        /// The step that it was at.
        step: Option<String>,
        /// The bound.
        after: Duration,
    },
    /// The operator wanted to end.
    #[error("interrupted")]
    Interrupted,
    /// The engine could not be asked.
    #[error(transparent)]
    Backend(#[from] BackendError),
}

/// The step as the beginning of a sentence.
fn at(step: Option<&str>) -> String {
    step.map_or_else(String::new, |step| format!("{step}: "))
}

/// The step as the end of one.
fn at_end(step: Option<&str>) -> String {
    step.map_or_else(String::new, |step| format!(" ({step})"))
}

fn indented(lines: &[String]) -> String {
    lines.iter().flat_map(|line| ["\n  ", line]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_step_is_said_with_its_last_lines() {
        let error = BuildError::Step {
            step: Some("Step 2/2 : RUN make".to_owned()),
            said: "it returned 2".to_owned(),
            last_lines: vec!["cc main.c".to_owned(), "no such file".to_owned()],
        };
        assert_eq!(
            error.to_string(),
            "Step 2/2 : RUN make: it returned 2\n  cc main.c\n  no such file"
        );
        let error = BuildError::Pull { step: None };
        assert!(error.to_string().contains("nothing is pulled: `docker"));
    }
}

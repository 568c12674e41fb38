//! Why there are no manifests, or no plan.

use std::io;
use std::path::PathBuf;

use crate::causes::causes;
use crate::diagnostic::Diagnostics;
use crate::name::{AgentName, BottleName};

/// A folder of manifests could not be read.
#[derive(Debug, thiserror::Error)]
#[error("the folder {} cannot be read", path.display())]
pub struct LoadError {
    /// Which.
    pub path: PathBuf,
    /// Why.
    #[source]
    pub source: io::Error,
}

/// Why there is no plan.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// No agent of that name.
    #[error("there is no agent `{name}` in {}{}", folder.display(), suggestion(near.as_ref()))]
    NoSuchAgent {
        /// What was asked for.
        name: AgentName,
        /// Where agents lie.
        folder: PathBuf,
        /// What may have been meant.
        near: Option<AgentName>,
    },
    /// No bottle of that name.
    #[error("there is no bottle `{name}` in {}{}", folder.display(), suggestion(near.as_ref()))]
    NoSuchBottle {
        /// What was asked for.
        name: BottleName,
        /// Where bottles lie.
        folder: PathBuf,
        /// What may have been meant.
        near: Option<BottleName>,
    },
    /// A file that cannot be read.
    #[error("{} cannot be read", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A file that is wrong.
    #[error("{0}")]
    Invalid(Diagnostics),
    /// A bottle that is needed is wrong.
    #[error("{}", causes(error))]
    Needs {
        /// Which.
        bottle: BottleName,
        /// What is wrong with it; never another of this kind.
        error: Box<PlanError>,
    },
}

impl PlanError {
    /// What is wrong with the file that is wrong.
    pub fn innermost(&self) -> &Self {
        match self {
            Self::Needs { error, .. } => error,
            other => other,
        }
    }

    pub(super) fn needed(self, bottle: &BottleName) -> Self {
        match self {
            Self::Needs { .. } => self,
            error => Self::Needs {
                bottle: bottle.clone(),
                error: Box::new(error),
            },
        }
    }
}

fn suggestion<N: std::fmt::Display>(near: Option<&N>) -> String {
    near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"))
}

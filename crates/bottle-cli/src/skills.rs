//! The skills that an agent names: they must be there before anything starts.

use std::path::PathBuf;

use bottle_core::SkillName;
use serde_json::{Value, json};

use crate::environment;

/// What a skill's folder holds at least.
const DOCUMENT: &str = "SKILL.md";

/// A skill that is not there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no skill `{name}`: {} is missing", path.display())]
pub(crate) struct NoSkill {
    name: SkillName,
    path: PathBuf,
}

impl NoSkill {
    /// For programs, as other errors of a manifest.
    pub(crate) fn json(&self) -> Value {
        json!({ "code": null, "message": self.to_string() })
    }
}

/// The named skills that are not there, in order.
pub(crate) fn missing(names: &[SkillName]) -> Vec<NoSkill> {
    let root = environment::skills().unwrap_or_default();
    let skill = |name: &SkillName| NoSkill {
        name: name.clone(),
        path: root.join(name.as_str()).join(DOCUMENT),
    };
    names
        .iter()
        .map(skill)
        .filter(|skill| !skill.path.is_file())
        .collect()
}

//! An agent: who runs in a bottle.

use super::reader::Keys;
use super::{FrontMatter, open};
use crate::diagnostic::Diagnostics;
use crate::name::BottleName;

/// `name` and the four after it belong to Claude Code's own subagent files; such a file works here as it is.
const AGENT: Keys = Keys {
    of: "an agent",
    known: &["bottle", "name", "description", "model", "color", "memory"],
    later: &["skills", "provider"],
};

/// What an agent's file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AgentManifest {
    /// The bottle it runs in.
    pub(crate) bottle: BottleName,
    /// Its system prompt; `None` when the body is blank.
    pub(crate) prompt: Option<String>,
}

impl AgentManifest {
    /// Reads an agent's file.
    pub(crate) fn read(name: &str, text: &str) -> Result<Self, Diagnostics> {
        let parts = FrontMatter::split(name, text)?;
        let (mut reader, tree) = open(parts.yaml)?;
        let at = tree.at;
        let fields = reader.fields(tree, AGENT);
        let mut bottle = None;
        if let Some(fields) = fields {
            if let Some((_, value)) = fields.iter().find(|(key, _)| key.text == "bottle") {
                bottle = reader.parsed(value, "agent.bottle");
            } else {
                let help = "name a file of the `bottles` folder: `bottle: dev`".to_owned();
                reader.problem(
                    "agent.bottle",
                    at,
                    "an agent needs a `bottle`".to_owned(),
                    Some(help),
                );
            }
        }
        let body = parts.body.trim();
        let prompt = (!body.is_empty()).then(|| body.to_owned());
        reader.finish(bottle.map(|bottle| Self { bottle, prompt }))
    }
}

//! An agent: who runs in a bottle.

use super::reader::{Keys, Reader};
use crate::code::Code;
use crate::diagnostic::Diagnostics;
use crate::name::BottleName;
use crate::plan::{Provider, SkillName};
use crate::source::Placed;
use crate::tree::Value;

/// `name` and the four after it belong to Claude Code's own subagent files; such a file works here as it is.
pub(crate) const AGENT: Keys = Keys {
    of: "an agent",
    known: &[
        "bottle",
        "skills",
        "provider",
        "name",
        "description",
        "model",
        "color",
        "memory",
    ],
    dropped: &[
        ("runtime", "`runtime` is a key of the bottle"),
        (
            "bottle_config",
            "what may be done stands in the bottle alone",
        ),
    ],
};

/// What an agent's file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentManifest {
    /// The bottle it runs in.
    pub(crate) bottle: Placed<BottleName>,
    /// Its skills, in order.
    pub(crate) skills: Vec<Placed<SkillName>>,
    /// Which program it is, if its file says so.
    pub(crate) provider: Option<Placed<Provider>>,
    /// Its system prompt; `None` when the body is blank.
    pub(crate) prompt: Option<Placed<String>>,
}

impl AgentManifest {
    /// Reads the text of an agent's file; `name` is for messages.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it.
    pub fn read(name: &str, text: &str) -> Result<Self, Diagnostics> {
        let (mut reader, tree, body) = Reader::open(name, text)?;
        let at = tree.at;
        let Some(fields) = reader.fields(tree, AGENT) else {
            return reader.finish(None);
        };
        if !fields.iter().any(|(key, _)| key.text == "bottle") {
            let help = "name a file of the `bottles` folder: `bottle: dev`".to_owned();
            let message = "an agent needs a `bottle`".to_owned();
            reader.problem(Code::AgentBottle, at, message, Some(help));
        }
        let (mut bottle, mut skills, mut provider) = (None, Vec::new(), None);
        for (key, value) in fields {
            match key.text.as_str() {
                "bottle" => bottle = reader.placed_text(&value, Code::AgentBottle),
                "skills" if matches!(value.value, Value::Text(_)) => {
                    reader.wrong_kind(&value, "a list, such as [name]");
                }
                "skills" => skills = reader.placed_list(value, Code::AgentSkill),
                "provider" => provider = super::bottle::provider(&mut reader, &value),
                _ => {}
            }
        }
        let place = reader.line_of_end(body.trim_start().len());
        let value = body.trim().to_owned();
        let prompt = (!value.is_empty()).then_some(Placed { value, place });
        reader.finish(bottle.map(|bottle| Self {
            bottle,
            skills,
            provider,
            prompt,
        }))
    }
}

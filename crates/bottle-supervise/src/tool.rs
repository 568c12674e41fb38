//! The tools, as they are shown to the model.

use std::fmt;
use std::sync::Arc;

use bottle_state::{MAX_DOCKERFILE, MAX_ITEMS, MAX_JUSTIFICATION};
use rmcp::model::{JsonObject, Tool, ToolAnnotations};
use serde_json::{Value, json};

/// One tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ToolName {
    /// Asks for a host, or more of one.
    EgressBlock,
    /// Asks that the scanner lets a host pass.
    PipelockBlock,
    /// Asks for another image.
    CapabilityBlock,
    /// Shows the live table.
    ListEgressRoutes,
    /// Tells what became of a proposal.
    ProposalStatus,
}

/// What is the same in all that asks.
const AND_THEN: &str = "Someone has to decide, so the call waits for a while. `approved`: it holds now, go on. `rejected`: \
`notes` says why; do not ask for the same again. `pending`: nobody has decided yet and the proposal stays open; go on with \
other work, and call `proposal-status` with the `id` every few minutes. Do not send the same proposal again. A result with \
`isError` says what was wrong with the call.";

impl ToolName {
    /// Every one, in the order in which they are listed.
    pub const ALL: [Self; 5] = [
        Self::EgressBlock,
        Self::PipelockBlock,
        Self::CapabilityBlock,
        Self::ListEgressRoutes,
        Self::ProposalStatus,
    ];

    /// The one of that name.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tool| tool.as_str() == name)
    }

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::EgressBlock => "egress-block",
            Self::PipelockBlock => "pipelock-block",
            Self::CapabilityBlock => "capability-block",
            Self::ListEgressRoutes => "list-egress-routes",
            Self::ProposalStatus => "proposal-status",
        }
    }

    /// The arguments that it takes.
    pub(crate) const fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::EgressBlock => &["host", "path_allowlist", "methods", "auth", "justification"],
            Self::PipelockBlock => &["failed_url", "justification"],
            Self::CapabilityBlock => &["dockerfile", "justification"],
            Self::ListEgressRoutes => &[],
            Self::ProposalStatus => &["id"],
        }
    }

    /// What the model is shown of it.
    pub(crate) fn definition(self) -> Tool {
        let tool = Tool::new(self.as_str(), self.description(), object(self.input()))
            .with_title(self.title())
            .with_annotations(
                ToolAnnotations::new()
                    .read_only(self.only_reads())
                    .destructive(false)
                    .idempotent(true)
                    .open_world(false),
            );
        match self {
            // The table is as egress writes it.
            Self::ListEgressRoutes => tool,
            _ => tool.with_raw_output_schema(object(output())),
        }
    }

    const fn only_reads(self) -> bool {
        matches!(self, Self::ListEgressRoutes | Self::ProposalStatus)
    }

    const fn title(self) -> &'static str {
        match self {
            Self::EgressBlock => "Ask for a host",
            Self::PipelockBlock => "Ask that the scanner lets a host pass",
            Self::CapabilityBlock => "Ask for another image",
            Self::ListEgressRoutes => "What may be reached",
            Self::ProposalStatus => "What became of a proposal",
        }
    }

    fn description(self) -> String {
        match self {
            Self::EgressBlock => format!(
                "Ask the operator of this sandbox to let it reach a host, or more paths or methods of a host that it may \
                 reach already. Call it when a request that you need for your task was refused with a problem document \
                 whose `layer` is `egress` and whose `code` is `host.not_allowed`, `path.not_allowed` or \
                 `method.not_allowed`. Ask for as little as you need: the exact host, the paths, the methods; less is \
                 approved sooner. Pushing with git needs no host: use git as usual. {AND_THEN}"
            ),
            Self::PipelockBlock => format!(
                "Ask the operator to let the scanner pass a host that egress lets pass already. Rarely needed: call it \
                 only when a request was refused with a problem document whose `layer` is `pipelock` and whose `code` is \
                 `host.not_allowed`. It does not help where a secret was found in a request (`dlp.…`): send the request \
                 without the secret. {AND_THEN}"
            ),
            Self::CapabilityBlock => format!(
                "Ask the operator for another container image, when a program that you need for your task is missing and \
                 cannot be had otherwise. Send the whole new Dockerfile. If it is approved, this sandbox is ended and \
                 goes on in the new image with the same conversation, so save your work (commit it) before you call. \
                 {AND_THEN}"
            ),
            Self::ListEgressRoutes => "Show which hosts, ports, paths and methods this sandbox may reach now, as its proxy \
                 has them. Needs no approval. Call it before `egress-block`, to see what is missing."
                .to_owned(),
            Self::ProposalStatus => "Tell what became of a proposal that was `pending`: `approved`, `rejected` or still \
                 `pending`. Answers at once. Call it every few minutes, not in a loop."
                .to_owned(),
        }
    }

    fn input(self) -> Value {
        match self {
            Self::EgressBlock => egress(),
            Self::PipelockBlock => strict(
                &json!({
                    "failed_url": {
                        "type": "string",
                        "minLength": 1,
                        "maxLength": 8192,
                        "description": "The whole address of the request that was refused: https://host/path.",
                    },
                    "justification": justification(),
                }),
                &["failed_url", "justification"],
            ),
            Self::CapabilityBlock => strict(
                &json!({
                    "dockerfile": {
                        "type": "string",
                        "minLength": 1,
                        "maxLength": MAX_DOCKERFILE,
                        "description": "The whole Dockerfile, beginning with FROM.",
                    },
                    "justification": justification(),
                }),
                &["dockerfile", "justification"],
            ),
            Self::ListEgressRoutes => strict(&json!({}), &[]),
            Self::ProposalStatus => strict(
                &json!({
                    "id": {
                        "type": "string",
                        "pattern": ID,
                        "description": "The `id` of the proposal, as the call that made it returned it.",
                    },
                }),
                &["id"],
            ),
        }
    }
}

impl fmt::Display for ToolName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What an id looks like.
const ID: &str = "^[a-z][a-z0-9]{9}$";

fn egress() -> Value {
    let properties = json!({
        "host": {
            "type": "string",
            "minLength": 1,
            "maxLength": 260,
            "description": "The host, as in `api.example.com`. `*.example.com` stands for one label in front, \
                `**.example.com` for any number; an exact name is approved sooner. No address, no port.",
        },
        "path_allowlist": {
            "type": "array",
            "maxItems": MAX_ITEMS,
            "items": {"type": "string", "minLength": 1, "pattern": "^/"},
            "description": "Only below these paths, by whole segments: [\"/v1/models\"]. Everything on the host when \
                left out.",
        },
        "methods": {
            "type": "array",
            "maxItems": MAX_ITEMS,
            "items": {"type": "string", "minLength": 1, "maxLength": 32},
            "description": "Only these methods: [\"GET\"]. Every method when left out.",
        },
        "auth": auth(),
        "justification": justification(),
    });
    strict(&properties, &["host", "justification"])
}

fn auth() -> Value {
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["scheme", "token_ref"],
        "properties": {
            "scheme": {
                "enum": ["Bearer", "token", "basic"],
                "description": "How the credential is written into the header `Authorization`.",
            },
            "token_ref": {
                "type": "string",
                "pattern": "^[A-Za-z_][A-Za-z0-9_]*$",
                "description": "The name of the variable in the operator's environment that has it. Never a value.",
            },
        },
        "description": "Only if the request needs a credential of the operator's, which the proxy adds to it: you never \
            see it. Leave it out otherwise.",
    })
}

fn justification() -> Value {
    json!({
        "type": "string",
        "minLength": 1,
        "maxLength": MAX_JUSTIFICATION,
        "description": "Why you need it for your task, in a sentence or two. The operator reads it before deciding.",
    })
}

/// What a call that asks, or asks about what was asked, returns.
fn output() -> Value {
    strict(
        &json!({
            "status": {"enum": ["approved", "rejected", "pending"], "description": "What was decided, if anything was."},
            "id": {"type": "string", "pattern": ID, "description": "The proposal, for `proposal-status`."},
            "notes": {"type": "string", "description": "What the operator says about it; or what to do next."},
            "granted": {
                "type": "object",
                "description": "What was granted instead, when it is something else: `host`, `path_allowlist`, `methods`, `auth`.",
            },
            "until": {"type": "string", "description": "Until when it holds; until this sandbox ends when absent."},
            "uses": {"type": "integer", "minimum": 1, "description": "For how many requests it holds; any number when absent."},
        }),
        &["status", "id", "notes"],
    )
}

/// An object of these properties and no others.
fn strict(properties: &Value, required: &[&str]) -> Value {
    json!({
        "type": "object",
        "additionalProperties": false,
        "properties": properties,
        "required": required,
    })
}

fn object(schema: Value) -> Arc<JsonObject> {
    match schema {
        Value::Object(object) => Arc::new(object),
        _ => Arc::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tool_says_what_it_takes_and_nothing_else() {
        for tool in ToolName::ALL {
            assert_eq!(ToolName::of(tool.as_str()), Some(tool));
            let schema = tool.definition().input_schema;
            let keys: Vec<&str> = schema["properties"]
                .as_object()
                .unwrap()
                .keys()
                .map(String::as_str)
                .collect();
            let mut known = tool.arguments().to_vec();
            known.sort_unstable();
            assert_eq!(keys, known);
            assert_eq!(schema["additionalProperties"], false);
            for required in schema["required"].as_array().unwrap() {
                assert!(known.contains(&required.as_str().unwrap()), "{tool}");
            }
        }
        assert_eq!(ToolName::of("shell"), None);
    }
}

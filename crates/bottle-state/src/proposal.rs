//! What an agent asks its operator for.

use std::collections::BTreeSet;

use bottle_core::{AuthScheme, EnvName, HostPattern, Identity, Method, PathPrefix, ProposalId};
use bottle_core::{FileVersion, RequestUrl};
use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// The version of the file of a proposal that is written and read.
const VERSION: u32 = 1;

/// One thing that an agent asks for, as it lies in `proposals/<id>.json` of the bottle's queue. Whatever is in it was
/// chosen by the agent, but for the identity, the id and the moment, which are `supervise`'s.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proposal {
    /// The version of the file.
    pub version: FileVersion<VERSION>,
    /// Its name.
    pub id: ProposalId,
    /// Whose agent asks.
    pub identity: Identity,
    /// When it came.
    pub created: Timestamp,
    /// What is asked for.
    pub ask: Ask,
    /// Why, in the agent's words: at most [`MAX_JUSTIFICATION`] bytes of anything.
    pub justification: String,
}

/// The longest justification, in bytes: a page, which an operator reads.
pub const MAX_JUSTIFICATION: usize = 4096;
/// The largest Dockerfile, in bytes.
pub const MAX_DOCKERFILE: usize = 64 * 1024;
/// The most paths or methods of one proposal: more is nothing that an operator reads.
pub const MAX_ITEMS: usize = 32;
/// The largest file of a proposal, in bytes: a Dockerfile with every byte escaped, and the rest.
pub const MAX_PROPOSAL: u64 = 512 * 1024;

/// What is asked for, by the name of the tool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "tool", rename_all = "kebab-case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Ask {
    /// A host, or more of one.
    EgressBlock(EgressAsk),
    /// That the scanner lets a host pass which egress lets pass already.
    PipelockBlock(PipelockAsk),
    /// Another image.
    CapabilityBlock(CapabilityAsk),
}

impl Ask {
    /// The name of the tool.
    pub const fn tool(&self) -> &'static str {
        match self {
            Self::EgressBlock(_) => "egress-block",
            Self::PipelockBlock(_) => "pipelock-block",
            Self::CapabilityBlock(_) => "capability-block",
        }
    }
}

/// A host, or more of one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EgressAsk {
    /// Which.
    pub host: HostPattern,
    /// Below which paths; anywhere when empty.
    #[serde(default)]
    pub path_allowlist: Vec<PathPrefix>,
    /// With which methods; any when empty.
    #[serde(default)]
    pub methods: BTreeSet<Method>,
    /// With which credential of the operator's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth: Option<AskedAuth>,
}

/// A credential that the agent wants to be added to its requests. It never gets one silently.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AskedAuth {
    /// How it is written into the header.
    pub scheme: AuthScheme,
    /// Which variable of the operator's environment has it.
    pub token_ref: EnvName,
}

/// A request that the scanner refused by its host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PipelockAsk {
    /// The request.
    pub failed_url: RequestUrl,
}

/// Another image: the bottle is ended, and goes on in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CapabilityAsk {
    /// The whole Dockerfile.
    pub dockerfile: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proposal_is_read_as_it_was_written() {
        let text = r#"{
  "version": 1,
  "id": "abcde12345",
  "identity": "dev-x7k2q",
  "created": "2026-05-25T23:16:00Z",
  "ask": {
    "tool": "egress-block",
    "host": "api.example.test",
    "path_allowlist": [
      "/v1"
    ],
    "methods": [
      "GET"
    ]
  },
  "justification": "the documentation says so"
}"#;
        let proposal: Proposal = serde_json::from_str(text).unwrap();
        assert_eq!(proposal.ask.tool(), "egress-block");
        assert_eq!(serde_json::to_string_pretty(&proposal).unwrap(), text);
    }

    #[test]
    fn what_is_not_known_is_refused() {
        for ask in [
            r#"{"tool":"egress-block","host":"a.test","everything":true}"#,
            r#"{"tool":"egress-block","host":"a b"}"#,
            r#"{"tool":"egress-block"}"#,
            r#"{"tool":"shell","command":"id"}"#,
            r#"{"tool":"pipelock-block","failed_url":"ftp://a.test/"}"#,
        ] {
            assert!(serde_json::from_str::<Ask>(ask).is_err(), "{ask}");
        }
    }
}

//! The parts of the file about what is looked for.

use bottle_core::Secret;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::switch::{Entries, NotOurs};
use super::yes;
use crate::allowed_host::AllowedHost;

/// The largest body that is scanned where the file does not say, in bytes.
const DEFAULT_BODY_BYTES: u64 = 5 * 1024 * 1024;
/// How many words a phrase has at least where the file does not say.
const DEFAULT_WORDS: u32 = 12;

/// What happens to what is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Action {
    Warn,
    Block,
    Strip,
    Ask,
}

/// Which header fields are scanned by the program: ours scans all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum HeaderMode {
    Sensitive,
    All,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct RequestBodyScanning {
    pub(crate) enabled: bool,
    pub(crate) action: Action,
    pub(crate) max_body_bytes: u64,
    pub(crate) scan_headers: bool,
    pub(crate) header_mode: HeaderMode,
    pub(crate) sensitive_headers: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) ignore_headers: Vec<String>,
}

impl RequestBodyScanning {
    /// The largest body that is scanned, in bytes.
    pub(crate) const fn max_body_bytes(&self) -> u64 {
        match self.max_body_bytes {
            0 => DEFAULT_BODY_BYTES,
            bytes => bytes,
        }
    }
}

impl Default for RequestBodyScanning {
    fn default() -> Self {
        Self {
            enabled: yes(),
            action: Action::Warn,
            max_body_bytes: DEFAULT_BODY_BYTES,
            scan_headers: yes(),
            header_mode: HeaderMode::Sensitive,
            sensitive_headers: Vec::new(),
            ignore_headers: Vec::new(),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ResponseScanning {
    pub(crate) enabled: bool,
    pub(crate) action: Action,
    pub(crate) include_defaults: bool,
    pub(crate) exempt_domains: Vec<AllowedHost>,
    pub(crate) sse_streaming: SseStreaming,
    #[serde(skip_serializing)]
    pub(crate) patterns: Entries,
    #[serde(skip_serializing)]
    pub(crate) ask_timeout_seconds: NotOurs,
}

impl Default for ResponseScanning {
    fn default() -> Self {
        Self {
            enabled: yes(),
            action: Action::Warn,
            include_defaults: yes(),
            exempt_domains: Vec::new(),
            sse_streaming: SseStreaming::default(),
            patterns: Entries::default(),
            ask_timeout_seconds: NotOurs::default(),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct SseStreaming {
    pub(crate) enabled: bool,
    pub(crate) action: Action,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max_event_bytes: Option<u32>,
}

impl Default for SseStreaming {
    fn default() -> Self {
        Self {
            enabled: yes(),
            action: Action::Block,
            max_event_bytes: None,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Dlp {
    pub(crate) scan_env: bool,
    pub(crate) include_defaults: bool,
    #[serde(skip_serializing)]
    pub(crate) secrets_file: String,
    #[serde(skip_serializing)]
    pub(crate) min_env_secret_length: NotOurs,
    #[serde(skip_serializing)]
    pub(crate) patterns: Entries,
    #[serde(skip_serializing)]
    pub(crate) action: NotOurs,
}

impl Default for Dlp {
    fn default() -> Self {
        Self {
            scan_env: yes(),
            include_defaults: yes(),
            secrets_file: String::new(),
            min_env_secret_length: NotOurs::default(),
            patterns: Entries::default(),
            action: NotOurs::default(),
        }
    }
}

/// Values that nobody uses and that therefore show who took them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct CanaryTokens {
    pub(crate) enabled: bool,
    pub(crate) tokens: Vec<Canary>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Canary {
    pub(crate) name: String,
    #[serde(serialize_with = "write_value", deserialize_with = "read_value")]
    pub(crate) value: Secret,
}

/// The file is where it belongs.
fn write_value<S: Serializer>(value: &Secret, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(value.expose())
}

fn read_value<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Secret, D::Error> {
    let text = String::deserialize(deserializer)?;
    Secret::new(text).map_err(serde::de::Error::custom)
}

impl CanaryTokens {
    pub(crate) fn is_absent(&self) -> bool {
        *self == Self::default()
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct SeedPhraseDetection {
    pub(crate) enabled: bool,
    pub(crate) min_words: u32,
    pub(crate) verify_checksum: bool,
}

impl Default for SeedPhraseDetection {
    fn default() -> Self {
        Self {
            enabled: yes(),
            min_words: DEFAULT_WORDS,
            verify_checksum: yes(),
        }
    }
}

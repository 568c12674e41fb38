//! `pipelock.yaml`: what the outer proxy reads, in the format of the program pipelock 2.3.
//!
//! That program refuses keys it does not know and takes a boolean that is missing for true, so every key here is one
//! of its own and every boolean is written out.

use bottle_core::{Diagnostics, Source, yaml};
use bottle_egress::{RouteTable, UpstreamPart};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use crate::allowed_host::AllowedHost;

/// What the file says about itself.
const HEAD: &str = "# Written by bottle. Also a valid configuration of the program pipelock 2.3.\n";

/// The whole file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PipelockFile {
    pub(crate) version: u32,
    pub(crate) mode: Mode,
    pub(crate) enforce: bool,
    pub(crate) explain_blocks: bool,
    pub(crate) api_allowlist: Vec<AllowedHost>,
    pub(crate) fetch_proxy: FetchProxy,
    pub(crate) forward_proxy: ForwardProxy,
    pub(crate) tls_interception: TlsInterception,
    pub(crate) request_body_scanning: RequestBodyScanning,
    pub(crate) response_scanning: ResponseScanning,
    pub(crate) dlp: Dlp,
    pub(crate) seed_phrase_detection: SeedPhraseDetection,
    pub(crate) ssrf: Ssrf,
    pub(crate) media_policy: Switch,
    pub(crate) taint: Switch,
    pub(crate) sentry: Switch,
    pub(crate) logging: Logging,
    /// Not a key of that program: written only where a machine needs it, and then for our own proxy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) upstream: Option<UpstreamPart>,
}

/// How strict it is: nothing but the allowlist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Mode {
    Strict,
}

/// What happens to what is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Action {
    Warn,
    Block,
}

/// Which header fields are scanned by the program: ours scans all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum HeaderMode {
    Sensitive,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FetchProxy {
    pub(crate) listen: String,
    pub(crate) monitoring: Monitoring,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Monitoring {
    pub(crate) max_requests_per_minute: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ForwardProxy {
    pub(crate) enabled: bool,
    pub(crate) max_tunnel_seconds: u32,
    pub(crate) idle_timeout_seconds: u32,
    pub(crate) sni_verification: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TlsInterception {
    pub(crate) enabled: bool,
    pub(crate) ca_cert: String,
    pub(crate) ca_key: String,
    /// Hosts of which the content is not scanned.
    pub(crate) passthrough_domains: Vec<AllowedHost>,
    pub(crate) max_response_bytes: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RequestBodyScanning {
    pub(crate) enabled: bool,
    pub(crate) action: Action,
    pub(crate) max_body_bytes: u64,
    pub(crate) scan_headers: bool,
    pub(crate) header_mode: HeaderMode,
    pub(crate) sensitive_headers: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ResponseScanning {
    pub(crate) enabled: bool,
    pub(crate) action: Action,
    pub(crate) sse_streaming: SseStreaming,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SseStreaming {
    pub(crate) enabled: bool,
    pub(crate) action: Action,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Dlp {
    pub(crate) scan_env: bool,
    pub(crate) include_defaults: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SeedPhraseDetection {
    pub(crate) enabled: bool,
    pub(crate) min_words: u32,
    pub(crate) verify_checksum: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Ssrf {
    pub(crate) ip_allowlist: Vec<IpNet>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Switch {
    pub(crate) enabled: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Logging {
    pub(crate) format: String,
    pub(crate) output: String,
    pub(crate) include_allowed: bool,
    pub(crate) include_blocked: bool,
}

impl PipelockFile {
    /// Reads the file; `name` is for messages.
    ///
    /// # Errors
    ///
    /// [`Diagnostics`] for anything but a complete file of the kind that [`crate::render`] makes.
    pub fn from_yaml(text: &str, name: &str) -> Result<Self, Diagnostics> {
        yaml::read(&Source::whole(name, text))
    }

    /// Writes the file.
    ///
    /// # Errors
    ///
    /// When it has no YAML form, which every file of [`crate::render`] has.
    pub fn to_yaml(&self) -> Result<String, yaml::WriteError> {
        Ok(format!("{HEAD}{}", yaml::write(self)?))
    }

    /// The hosts that may be asked, on any port and path: a second opinion on names alone.
    pub fn allowlist(&self) -> RouteTable {
        let hosts = self.api_allowlist.iter().filter(|host| !host.is_nowhere());
        RouteTable::mirror(hosts.map(|host| host.pattern().clone()))
    }

    /// The hosts of which the content is not scanned.
    pub fn passthrough(&self) -> RouteTable {
        let hosts = self.tls_interception.passthrough_domains.iter();
        RouteTable::mirror(hosts.map(|host| host.pattern().clone()))
    }

    /// Special-purpose addresses that may be connected to.
    pub fn ip_allowlist(&self) -> &[IpNet] {
        &self.ssrf.ip_allowlist
    }

    /// How the outside is reached.
    pub fn upstream(&self) -> UpstreamPart {
        self.upstream.clone().unwrap_or_default()
    }

    /// The same policy with another way to the outside.
    #[must_use]
    pub fn with_upstream(self, upstream: UpstreamPart) -> Self {
        let upstream = (upstream != UpstreamPart::default()).then_some(upstream);
        Self { upstream, ..self }
    }

    /// The largest body that is scanned, in bytes; a larger one is refused.
    pub const fn max_body_bytes(&self) -> u64 {
        self.request_body_scanning.max_body_bytes
    }
}

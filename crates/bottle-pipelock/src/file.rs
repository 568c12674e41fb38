//! `pipelock.yaml`: what the outer proxy reads, in the format of the program pipelock.
//!
//! That program refuses keys that it does not know and takes many a boolean that is missing for true, so all that is
//! rendered is a key of its own, and every boolean is written out. Read by our scanner a key means what it means to
//! the program, missing ones included; what our scanner does not do is an error that names the key.

mod honoured;
mod network;
mod scanning;
mod switch;

use std::collections::BTreeSet;

use bottle_core::{Diagnostics, HostPattern, ResponseAction, RuleName, Secret, Source, yaml};
use bottle_egress::{Ports, Route, RouteTable, UpstreamPart};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use crate::allowed_host::AllowedHost;
use crate::internal::{default_networks, unite};
use crate::render::api_allowlist;
use crate::scan::SEED_RULE;

pub(crate) use self::honoured::{
    ENTROPY, LABEL_ENTROPY, NO_RATE, NO_RESPONSE_LIMIT, NO_TUNNEL_LIMIT,
};
pub(crate) use self::network::{FetchProxy, ForwardProxy, Monitoring, Ssrf, TlsInterception};
pub(crate) use self::scanning::{
    Action, Dlp, HeaderMode, RequestBodyScanning, ResponseScanning, SeedPhraseDetection,
    SseStreaming,
};
use self::scanning::{Canary, CanaryTokens};
use self::switch::{Entries, NotOurs};
pub(crate) use self::switch::{Logging, Switch};

/// The version of the program pipelock whose format this is. A later one has further keys and refuses none of these
/// that are written.
pub const UPSTREAM_VERSION: &str = "2.3.0";
/// Where its image comes from, without a tag.
pub const UPSTREAM_IMAGE: &str = "ghcr.io/luckypipewrench/pipelock";

/// The whole file.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PipelockFile {
    pub(crate) version: u32,
    pub(crate) mode: Mode,
    #[serde(default = "yes")]
    pub(crate) enforce: bool,
    pub(crate) explain_blocks: bool,
    pub(crate) api_allowlist: Vec<AllowedHost>,
    pub(crate) fetch_proxy: FetchProxy,
    pub(crate) forward_proxy: ForwardProxy,
    pub(crate) tls_interception: TlsInterception,
    pub(crate) request_body_scanning: RequestBodyScanning,
    pub(crate) response_scanning: ResponseScanning,
    pub(crate) dlp: Dlp,
    #[serde(skip_serializing_if = "CanaryTokens::is_absent")]
    pub(crate) canary_tokens: CanaryTokens,
    pub(crate) seed_phrase_detection: SeedPhraseDetection,
    /// The program's own list when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) internal: Option<Vec<IpNet>>,
    pub(crate) trusted_domains: Vec<AllowedHost>,
    pub(crate) ssrf: Ssrf,
    pub(crate) media_policy: Option<Switch>,
    pub(crate) taint: Option<Switch>,
    pub(crate) sentry: Option<Switch>,
    pub(crate) logging: Logging,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) kill_switch: Option<Switch>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) websocket_proxy: Option<Switch>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) session_profiling: Option<Switch>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) adaptive_enforcement: Option<Switch>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cross_request_detection: Option<Switch>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) address_protection: Option<Switch>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) redaction: Option<Switch>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) browser_shield: Option<Switch>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) flight_recorder: Option<Switch>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) mediation_envelope: Option<Switch>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) file_sentry: Option<Switch>,
    #[serde(skip_serializing)]
    pub(crate) suppress: Entries,
    #[serde(skip_serializing)]
    pub(crate) metrics_listen: NotOurs,
    #[serde(skip_serializing)]
    pub(crate) emit: NotOurs,
    #[serde(skip_serializing)]
    pub(crate) scan_api: NotOurs,
    /// Not a key of that program: written only where a machine needs it, and then for our own proxy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) upstream: Option<UpstreamPart>,
}

/// How strict it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Mode {
    /// Nothing but the allowlist.
    Strict,
    /// Any host.
    #[default]
    Balanced,
    /// Any host, and more is let through.
    Audit,
}

/// What a boolean is that is missing where the program takes that for true.
const fn yes() -> bool {
    true
}

impl PipelockFile {
    /// Reads the file; `name` is for messages.
    ///
    /// # Errors
    ///
    /// [`Diagnostics`] for what is no file of the program's format, and then for every key that says what our scanner
    /// does not do.
    pub fn from_yaml(text: &str, name: &str) -> Result<Self, Diagnostics> {
        let source = Source::whole(name, text);
        let file: Self = yaml::read(&source)?;
        honoured::check(&file, &source)?;
        Ok(file)
    }

    /// Writes the file.
    ///
    /// # Errors
    ///
    /// When it has no YAML form, which every file of [`crate::render`] has.
    pub fn to_yaml(&self) -> Result<String, yaml::WriteError> {
        let head = format!(
            "# Written by bottle. Also a valid configuration of the program pipelock {UPSTREAM_VERSION}.\n"
        );
        Ok(head + &yaml::write(self)?)
    }

    /// The hosts that may be asked, on any port and path: a second opinion on names alone. Hosts of the blocklist are
    /// not among them, or have no port there where a wider entry allows them.
    pub fn allowlist(&self) -> RouteTable {
        let blocked = self.blocked();
        let is_blocked = |host: &&AllowedHost| {
            let pattern = host.pattern();
            blocked.iter().any(|block| covers(block, pattern))
        };
        let allowed = self.api_allowlist.iter().filter(|host| !host.is_nowhere());
        let allowed: Vec<_> = allowed.filter(|host| !is_blocked(host)).collect();
        let closed = blocked
            .iter()
            .filter(|block| allowed.iter().any(|host| covers(host.pattern(), block)));
        let closed = closed.map(|block| Route {
            ports: Ports::Only([].into()),
            ..Route::bare(block.clone())
        });
        let open = RouteTable::mirror(allowed.iter().map(|host| host.pattern().clone()));
        RouteTable::new(closed.chain(open.routes().iter().cloned()))
    }

    /// Whether the hosts that may be asked are those of a table, and no others.
    pub fn mirrors(&self, table: &RouteTable) -> bool {
        let own: BTreeSet<_> = self.api_allowlist.iter().cloned().collect();
        own == api_allowlist(table).into_iter().collect()
    }

    /// The same policy for another table, whose hosts may be asked and no others.
    #[must_use]
    pub fn with_hosts_of(self, table: &RouteTable) -> Self {
        Self {
            api_allowlist: api_allowlist(table),
            ..self
        }
    }

    /// The hosts of the blocklist. The program takes the name below which a wildcard stands along with it.
    fn blocked(&self) -> Vec<HostPattern> {
        let hosts = self.fetch_proxy.monitoring.blocklist.iter();
        let both = hosts.flat_map(|host| {
            let base = HostPattern::Exact(host.pattern().base().clone());
            [host.pattern().clone(), base]
        });
        both.collect()
    }

    /// The hosts of which the content is not scanned.
    pub fn passthrough(&self) -> RouteTable {
        mirror(&self.tls_interception.passthrough_domains)
    }

    /// The hosts of which the responses are not scanned.
    pub fn unscanned_responses(&self) -> RouteTable {
        mirror(&self.response_scanning.exempt_domains)
    }

    /// The hosts whose names are not looked at for data.
    pub fn unscanned_names(&self) -> RouteTable {
        mirror(&self.fetch_proxy.monitoring.subdomain_entropy_exclusions)
    }

    /// What happens to a response that looks like an injected prompt, where a route does not say more.
    pub fn responses(&self) -> ResponseAction {
        match self.response_scanning.action {
            Action::Block => ResponseAction::Block,
            _ => ResponseAction::Mark,
        }
    }

    /// Names and values of decoys: whoever sends one has taken what nobody uses.
    pub fn canaries(&self) -> impl Iterator<Item = (&str, &Secret)> {
        let CanaryTokens { enabled, tokens } = &self.canary_tokens;
        let tokens = tokens.iter().filter(|_| *enabled);
        tokens.map(|Canary { name, value }| (name.as_str(), value))
    }

    /// The rules that hold nowhere.
    pub fn allowed_rules(&self) -> BTreeSet<RuleName> {
        let off = !self.seed_phrase_detection.enabled;
        let rule = off.then(|| SEED_RULE.parse().ok()).flatten();
        rule.into_iter().collect()
    }

    /// The hosts that may resolve to special-purpose and internal addresses.
    pub fn trusted(&self) -> Vec<HostPattern> {
        let hosts = self.trusted_domains.iter();
        hosts.map(|host| host.pattern().clone()).collect()
    }

    /// Addresses that may not be connected to unless [`PipelockFile::ip_allowlist`] has them; special-purpose ones are
    /// refused in any case.
    pub fn internal(&self) -> Vec<IpNet> {
        self.internal.clone().unwrap_or_else(default_networks)
    }

    /// Internal and special-purpose addresses that may be connected to.
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

    /// The same policy for a bottle on these networks, which are internal, too.
    #[must_use]
    pub fn with_networks(self, own: &[IpNet]) -> Self {
        let internal = unite(self.internal(), own);
        Self {
            internal: Some(internal),
            ..self
        }
    }

    /// The largest body that is scanned, in bytes; a larger one is refused.
    pub const fn max_body_bytes(&self) -> u64 {
        self.request_body_scanning.max_body_bytes()
    }
}

fn mirror(hosts: &[AllowedHost]) -> RouteTable {
    RouteTable::mirror(hosts.iter().map(|host| host.pattern().clone()))
}

/// Whether every host of `inner` is one of `outer`. Patterns of the file are exact or of any depth.
fn covers(outer: &HostPattern, inner: &HostPattern) -> bool {
    let is_wide = matches!(outer, HostPattern::AnyDepth(_));
    outer == inner || (is_wide && outer.matches(inner.base()))
}

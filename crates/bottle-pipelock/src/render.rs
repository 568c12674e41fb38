//! From a plan to `pipelock.yaml`.

use std::collections::BTreeSet;

use bottle_core::BottlePlan;
use bottle_egress::RouteTable;
use ipnet::IpNet;

use crate::allowed_host::AllowedHost;
use crate::file::{
    Action, Dlp, ENTROPY, FetchProxy, ForwardProxy, HeaderMode, LABEL_ENTROPY, Logging, Mode,
    Monitoring, NO_RATE, NO_RESPONSE_LIMIT, NO_TUNNEL_LIMIT, PipelockFile, RequestBodyScanning,
    ResponseScanning, SeedPhraseDetection, SseStreaming, Ssrf, Switch, TlsInterception,
};
use crate::internal::default_networks;

/// The largest body that is scanned. A long conversation with images has some 10 MB.
const MAX_BODY_BYTES: u64 = 32 * 1024 * 1024;
/// An hour.
const IDLE_TIMEOUT_SECONDS: u32 = 3_600;
/// As long as our proxy reads: the program's own limit is shorter than many an address of a package.
const MAX_URL_LENGTH: u32 = 64 * 1024;

/// The hosts that a bottle may ask, as the second check sees them: those of routes and grants.
pub fn effective_allowlist(table: &RouteTable) -> BTreeSet<AllowedHost> {
    let granted = table.grants().iter().map(|grant| &grant.route);
    table
        .routes()
        .iter()
        .chain(granted)
        .map(|route| AllowedHost::from(&route.host))
        .collect()
}

/// Renders the policy of the outer proxy.
pub fn render(plan: &BottlePlan, table: &RouteTable) -> PipelockFile {
    let ip_allowlist: BTreeSet<IpNet> = plan
        .routes
        .iter()
        .flat_map(|route| route.cidr.iter().copied())
        .collect();
    PipelockFile {
        version: 1,
        mode: Mode::Strict,
        enforce: true,
        explain_blocks: true,
        api_allowlist: api_allowlist(table),
        fetch_proxy: FetchProxy {
            listen: "0.0.0.0:8888".to_owned(),
            monitoring: monitoring(),
            ..FetchProxy::default()
        },
        forward_proxy: ForwardProxy {
            enabled: true,
            max_tunnel_seconds: Some(NO_TUNNEL_LIMIT),
            idle_timeout_seconds: Some(IDLE_TIMEOUT_SECONDS),
            sni_verification: true,
            ..ForwardProxy::default()
        },
        tls_interception: TlsInterception {
            enabled: true,
            ca_cert: "ca.pem".to_owned(),
            ca_key: "ca-key.pem".to_owned(),
            passthrough_domains: passthrough(plan),
            max_response_bytes: Some(NO_RESPONSE_LIMIT),
            ..TlsInterception::default()
        },
        request_body_scanning: request_body_scanning(),
        response_scanning: ResponseScanning {
            enabled: true,
            action: Action::Warn,
            include_defaults: true,
            sse_streaming: SseStreaming {
                enabled: true,
                action: Action::Warn,
                ..SseStreaming::default()
            },
            ..ResponseScanning::default()
        },
        dlp: Dlp {
            scan_env: false,
            include_defaults: true,
            ..Dlp::default()
        },
        seed_phrase_detection: SeedPhraseDetection {
            enabled: true,
            min_words: 12,
            verify_checksum: true,
        },
        internal: Some(default_networks()),
        ssrf: Ssrf {
            ip_allowlist: ip_allowlist.into_iter().collect(),
        },
        // On in the program unless said otherwise.
        media_policy: Some(Switch { enabled: false }),
        taint: Some(Switch { enabled: false }),
        sentry: Some(Switch { enabled: false }),
        logging: Logging {
            format: "json".to_owned(),
            output: "stdout".to_owned(),
            include_allowed: true,
            include_blocked: true,
            ..Logging::default()
        },
        ..PipelockFile::default()
    }
}

/// The program's thresholds, and no limits of how often or how much.
fn monitoring() -> Monitoring {
    Monitoring {
        max_url_length: Some(MAX_URL_LENGTH),
        entropy_threshold: Some(ENTROPY),
        subdomain_entropy_threshold: Some(LABEL_ENTROPY),
        subdomain_entropy_exclusions: Vec::new(),
        max_requests_per_minute: Some(NO_RATE),
        max_data_per_minute: 0,
        blocklist: Vec::new(),
    }
}

/// Never empty: the program refuses a strict policy without hosts.
pub(crate) fn api_allowlist(table: &RouteTable) -> Vec<AllowedHost> {
    let hosts = effective_allowlist(table);
    let nowhere = AllowedHost::nowhere().filter(|_| hosts.is_empty());
    hosts.into_iter().chain(nowhere).collect()
}

/// In order, each once.
fn passthrough(plan: &BottlePlan) -> Vec<AllowedHost> {
    let hosts = plan.pipelock.passthrough.iter().map(AllowedHost::from);
    hosts.collect::<BTreeSet<_>>().into_iter().collect()
}

/// The program takes a real token in `Authorization` or `X-Api-Key` for a leak whatever the host, and egress puts one
/// there: it is told to look at other fields. Ours looks at all of them and knows which token may go where.
fn request_body_scanning() -> RequestBodyScanning {
    RequestBodyScanning {
        enabled: true,
        action: Action::Block,
        max_body_bytes: MAX_BODY_BYTES,
        scan_headers: true,
        header_mode: HeaderMode::Sensitive,
        sensitive_headers: ["Cookie", "X-Token"].map(str::to_owned).to_vec(),
        ignore_headers: Vec::new(),
    }
}

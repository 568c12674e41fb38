//! From a plan to `pipelock.yaml`.

use std::collections::BTreeSet;

use bottle_core::BottlePlan;
use bottle_egress::RouteTable;
use ipnet::IpNet;

use crate::allowed_host::AllowedHost;
use crate::file::{
    Action, Dlp, FetchProxy, ForwardProxy, HeaderMode, Logging, Mode, Monitoring, PipelockFile,
    RequestBodyScanning, ResponseScanning, SeedPhraseDetection, SseStreaming, Ssrf, Switch,
    TlsInterception,
};

/// The largest body that is scanned. A long conversation with images has some 10 MB.
const MAX_BODY_BYTES: u64 = 32 * 1024 * 1024;
/// Practically no limit: the program cannot be told to have none.
const MAX_REQUESTS_PER_MINUTE: u32 = 100_000;
/// A day: a model may think for a long time.
const MAX_TUNNEL_SECONDS: u32 = 86_400;
/// An hour.
const IDLE_TIMEOUT_SECONDS: u32 = 3_600;
/// The largest response that the program takes, in bytes.
const MAX_RESPONSE_BYTES: u64 = 1024 * 1024 * 1024;

/// The hosts that a bottle may ask, as the second check sees them.
pub fn effective_allowlist(table: &RouteTable) -> BTreeSet<AllowedHost> {
    table
        .routes()
        .iter()
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
            monitoring: Monitoring {
                max_requests_per_minute: MAX_REQUESTS_PER_MINUTE,
            },
        },
        forward_proxy: ForwardProxy {
            enabled: true,
            max_tunnel_seconds: MAX_TUNNEL_SECONDS,
            idle_timeout_seconds: IDLE_TIMEOUT_SECONDS,
            sni_verification: true,
        },
        tls_interception: TlsInterception {
            enabled: true,
            ca_cert: "ca.pem".to_owned(),
            ca_key: "ca-key.pem".to_owned(),
            passthrough_domains: passthrough(plan),
            max_response_bytes: MAX_RESPONSE_BYTES,
        },
        request_body_scanning: request_body_scanning(),
        response_scanning: ResponseScanning {
            enabled: true,
            action: Action::Warn,
            sse_streaming: SseStreaming {
                enabled: true,
                action: Action::Warn,
            },
        },
        dlp: Dlp {
            scan_env: false,
            include_defaults: true,
        },
        seed_phrase_detection: SeedPhraseDetection {
            enabled: true,
            min_words: 12,
            verify_checksum: true,
        },
        ssrf: Ssrf {
            ip_allowlist: ip_allowlist.into_iter().collect(),
        },
        media_policy: Switch { enabled: false },
        taint: Switch { enabled: false },
        sentry: Switch { enabled: false },
        logging: Logging {
            format: "json".to_owned(),
            output: "stdout".to_owned(),
            include_allowed: true,
            include_blocked: true,
        },
        upstream: None,
    }
}

/// Never empty: the program refuses a strict policy without hosts.
fn api_allowlist(table: &RouteTable) -> Vec<AllowedHost> {
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
    }
}

//! What our scanner does not do, whatever the file says: each is an error with its place, and none is passed over.

use bottle_core::{Code, Diagnostics, Source, yaml};
use ipnet::IpNet;

use super::network::{FetchProxy, ForwardProxy, Monitoring, TlsInterception};
use super::scanning::{
    Action, CanaryTokens, Dlp, RequestBodyScanning, ResponseScanning, SeedPhraseDetection,
    SseStreaming,
};
use super::switch::{Logging, Switch};
use super::{Mode, PipelockFile};
use crate::internal::has_defaults;
use crate::known::MIN_SECRET_LENGTH;

/// Bytes of a target that our proxy reads at most.
const MAX_TARGET: u32 = 64 * 1024;
/// From here on a rate counts as none.
pub(crate) const NO_RATE: u32 = 100_000;
/// From here on the life of a tunnel counts as unlimited: a day, in seconds.
pub(crate) const NO_TUNNEL_LIMIT: u32 = 86_400;
/// How long our proxy waits for the next byte at most, in seconds.
const STALL: u32 = 15 * 60;
/// From here on the length of a response counts as unlimited, in bytes.
pub(crate) const NO_RESPONSE_LIMIT: u64 = 1024 * 1024 * 1024;
/// Certificates that our proxy keeps at most.
const MAX_CERTIFICATES: u32 = 512;
/// The thresholds for which the rules of our scanner stand, in bits for each character.
pub(crate) const ENTROPY: f64 = 4.5;
/// The same for labels of host names.
pub(crate) const LABEL_ENTROPY: f64 = 4.0;
/// The fields that the program does not look at in the mode `all`. Ours looks at them, too.
const IGNORED_HEADERS: [&str; 13] = [
    "Connection",
    "Keep-Alive",
    "Proxy-Authenticate",
    "Te",
    "Trailer",
    "Transfer-Encoding",
    "Upgrade",
    "Host",
    "Content-Length",
    "Content-Type",
    "Accept",
    "Accept-Encoding",
    "User-Agent",
];

/// What is wrong so far: the path of a key, and what to write.
#[derive(Default)]
struct Problems(Vec<(&'static str, &'static str)>);

/// Checks a file that was read.
///
/// # Errors
///
/// Every key that asks for what our scanner does not do.
pub(super) fn check(file: &PipelockFile, source: &Source<'_>) -> Result<(), Diagnostics> {
    let mut problems = Problems::default();
    problems.file(file);
    if problems.0.is_empty() {
        return Ok(());
    }
    let places = yaml::Places::of(source);
    let mut diagnostics = Diagnostics::default();
    for (path, help) in problems.0 {
        let message = format!("`{path}` means here what the built-in scanner does not do");
        let mut diagnostic =
            source.diagnostic(Code::PipelockNotCarriedOut, places.find(path), message);
        diagnostic.help = Some(help.to_owned());
        diagnostics.push(diagnostic);
    }
    Err(diagnostics)
}

impl Problems {
    /// Notes that something has to hold.
    fn must(&mut self, holds: bool, path: &'static str, help: &'static str) {
        if !holds {
            self.0.push((path, help));
        }
    }

    /// Nothing but off.
    fn off(&mut self, switch: Option<&Switch>, path: &'static str) {
        let is_on = switch.is_some_and(|switch| switch.enabled);
        self.must(!is_on, path, "leave it out, or write `enabled: false`");
    }

    /// A bound that ours keeps without being told.
    fn at_least<T: PartialOrd + Default>(
        &mut self,
        value: Option<T>,
        least: &T,
        (path, help): (&'static str, &'static str),
    ) {
        // The program takes zero for its default.
        let holds = value.is_none_or(|value| value == T::default() || value >= *least);
        self.must(holds, path, help);
    }

    fn file(&mut self, file: &PipelockFile) {
        let PipelockFile {
            version,
            mode,
            enforce,
            explain_blocks: _,
            api_allowlist,
            fetch_proxy,
            forward_proxy,
            tls_interception,
            request_body_scanning,
            response_scanning,
            dlp,
            canary_tokens,
            seed_phrase_detection,
            internal,
            trusted_domains: _,
            ssrf,
            logging,
            suppress,
            metrics_listen,
            emit,
            scan_api,
            upstream: _,
            ..
        } = file;
        self.must(*version <= 1, "version", "write `1`");
        let only_listed = *mode == Mode::Strict;
        self.must(
            only_listed,
            "mode",
            "write `strict`: nothing but the list of hosts may be asked",
        );
        self.must(
            *enforce,
            "enforce",
            "write `true`: what is found is refused",
        );
        let some = !api_allowlist.is_empty();
        self.must(
            some,
            "api_allowlist",
            "name one host at least; `nowhere.invalid` allows none",
        );
        self.fetch_proxy(fetch_proxy);
        self.forward_proxy(forward_proxy);
        self.tls_interception(tls_interception);
        self.request_body_scanning(request_body_scanning);
        self.response_scanning(response_scanning);
        self.dlp(dlp);
        self.canary_tokens(canary_tokens);
        self.seed_phrase_detection(seed_phrase_detection);
        self.networks(internal.as_deref(), &ssrf.ip_allowlist);
        self.logging(logging);
        let help = "leave it out: `dlp.yaml` beside this file says what holds where";
        self.must(!suppress.are_there, "suppress", help);
        for (key, path) in [
            (metrics_listen, "metrics_listen"),
            (emit, "emit"),
            (scan_api, "scan_api"),
        ] {
            self.must(
                !key.is_there,
                path,
                "leave it out: nothing listens or is sent there",
            );
        }
        self.switches(file);
    }

    fn switches(&mut self, file: &PipelockFile) {
        for (switch, path) in [
            (&file.media_policy, "media_policy"),
            (&file.taint, "taint"),
            (&file.sentry, "sentry"),
            (&file.kill_switch, "kill_switch"),
            (&file.websocket_proxy, "websocket_proxy"),
            (&file.session_profiling, "session_profiling"),
            (&file.adaptive_enforcement, "adaptive_enforcement"),
            (&file.cross_request_detection, "cross_request_detection"),
            (&file.address_protection, "address_protection"),
            (&file.redaction, "redaction"),
            (&file.browser_shield, "browser_shield"),
            (&file.flight_recorder, "flight_recorder"),
            (&file.mediation_envelope, "mediation_envelope"),
            (&file.file_sentry, "file_sentry"),
        ] {
            self.off(switch.as_ref(), path);
        }
    }

    fn fetch_proxy(&mut self, part: &FetchProxy) {
        let FetchProxy {
            listen: _,
            monitoring,
            timeout_seconds,
            max_response_mb,
            user_agent,
        } = part;
        for (key, path) in [
            (timeout_seconds, "fetch_proxy.timeout_seconds"),
            (max_response_mb, "fetch_proxy.max_response_mb"),
            (user_agent, "fetch_proxy.user_agent"),
        ] {
            self.must(
                !key.is_there,
                path,
                "leave it out: nothing is fetched on behalf of others",
            );
        }
        self.monitoring(monitoring);
    }

    fn monitoring(&mut self, part: &Monitoring) {
        let Monitoring {
            max_url_length,
            entropy_threshold,
            subdomain_entropy_threshold,
            subdomain_entropy_exclusions: _,
            max_requests_per_minute,
            max_data_per_minute,
            blocklist: _,
        } = part;
        let path = "fetch_proxy.monitoring.max_url_length";
        let help = "leave it out, or write 65536 or more: longer targets are refused in any case";
        self.at_least(*max_url_length, &MAX_TARGET, (path, help));
        let is = |value: &Option<f64>, ours: f64| {
            value.is_none_or(|value| value <= 0.0 || (value - ours).abs() < f64::EPSILON)
        };
        let path = "fetch_proxy.monitoring.entropy_threshold";
        let help = "leave it out, or write 4.5: the built-in rules have no threshold to move";
        self.must(is(entropy_threshold, ENTROPY), path, help);
        let path = "fetch_proxy.monitoring.subdomain_entropy_threshold";
        let help = "leave it out, or write 4.0: the built-in rules have no threshold to move";
        self.must(is(subdomain_entropy_threshold, LABEL_ENTROPY), path, help);
        let path = "fetch_proxy.monitoring.max_requests_per_minute";
        let help = "leave it out, or write 100000 or more: requests are not counted";
        self.at_least(*max_requests_per_minute, &NO_RATE, (path, help));
        let path = "fetch_proxy.monitoring.max_data_per_minute";
        let unlimited = *max_data_per_minute == 0;
        self.must(
            unlimited,
            path,
            "leave it out, or write 0: bytes are not counted",
        );
    }

    fn forward_proxy(&mut self, part: &ForwardProxy) {
        let ForwardProxy {
            enabled,
            max_tunnel_seconds,
            idle_timeout_seconds,
            sni_verification,
            redirect_websocket_hosts,
        } = part;
        self.must(
            *enabled,
            "forward_proxy.enabled",
            "write `true`: it is a proxy and nothing else",
        );
        let path = "forward_proxy.max_tunnel_seconds";
        let help = "leave it out, or write 86400 or more: a tunnel may last";
        self.at_least(*max_tunnel_seconds, &NO_TUNNEL_LIMIT, (path, help));
        let path = "forward_proxy.idle_timeout_seconds";
        let help =
            "leave it out, or write 900 or more: after that a silent tunnel is closed in any case";
        self.at_least(*idle_timeout_seconds, &STALL, (path, help));
        let path = "forward_proxy.sni_verification";
        self.must(
            *sni_verification,
            path,
            "write `true`: all names of a request have to be one",
        );
        let path = "forward_proxy.redirect_websocket_hosts";
        self.must(!redirect_websocket_hosts.is_there, path, "leave it out");
    }

    fn tls_interception(&mut self, part: &TlsInterception) {
        let TlsInterception {
            enabled,
            ca_cert,
            ca_key,
            passthrough_domains: _,
            cert_ttl,
            cert_cache_size,
            max_response_bytes,
        } = part;
        let path = "tls_interception.enabled";
        self.must(
            *enabled,
            path,
            "write `true`: what is not read cannot be scanned",
        );
        let is = |text: &str, ours: &str| text.is_empty() || text == ours;
        let path = "tls_interception.ca_cert";
        self.must(
            is(ca_cert, "ca.pem"),
            path,
            "write `ca.pem`: it lies beside this file",
        );
        let path = "tls_interception.ca_key";
        self.must(
            is(ca_key, "ca-key.pem"),
            path,
            "write `ca-key.pem`: it lies beside this file",
        );
        let path = "tls_interception.cert_ttl";
        self.must(is(cert_ttl, "24h"), path, "leave it out, or write `24h`");
        let path = "tls_interception.cert_cache_size";
        let help = "leave it out, or write 512 or more: so many are kept";
        self.at_least(*cert_cache_size, &MAX_CERTIFICATES, (path, help));
        let path = "tls_interception.max_response_bytes";
        let help = "leave it out, or write 1073741824 or more: responses of any length pass";
        self.at_least(*max_response_bytes, &NO_RESPONSE_LIMIT, (path, help));
    }

    fn request_body_scanning(&mut self, part: &RequestBodyScanning) {
        let RequestBodyScanning {
            enabled,
            action,
            max_body_bytes: _,
            scan_headers,
            header_mode: _,
            sensitive_headers: _,
            ignore_headers,
        } = part;
        let path = "request_body_scanning.enabled";
        self.must(
            *enabled,
            path,
            "write `true`: `passthrough_domains` has the hosts that are not scanned",
        );
        let path = "request_body_scanning.action";
        self.must(
            *action == Action::Block,
            path,
            "write `block`: what is found is refused",
        );
        let path = "request_body_scanning.scan_headers";
        self.must(*scan_headers, path, "write `true`: every field is scanned");
        let mut ignored = ignore_headers.iter();
        let known = ignored.all(|name| {
            let mut all = IGNORED_HEADERS.iter();
            all.any(|each| each.eq_ignore_ascii_case(name))
        });
        let path = "request_body_scanning.ignore_headers";
        self.must(known, path, "leave it out: every field is scanned");
    }

    fn response_scanning(&mut self, part: &ResponseScanning) {
        let ResponseScanning {
            enabled,
            action,
            include_defaults,
            exempt_domains: _,
            sse_streaming,
            patterns,
            ask_timeout_seconds,
        } = part;
        let path = "response_scanning.enabled";
        self.must(
            *enabled,
            path,
            "write `true`: `exempt_domains` has the hosts that are not looked at",
        );
        let path = "response_scanning.action";
        let known = matches!(action, Action::Warn | Action::Block);
        self.must(known, path, "write `warn` or `block`");
        let path = "response_scanning.include_defaults";
        self.must(
            *include_defaults,
            path,
            "write `true`: there are no other rules",
        );
        let path = "response_scanning.patterns";
        self.must(
            !patterns.are_there,
            path,
            "leave it out: the rules are built in",
        );
        let path = "response_scanning.ask_timeout_seconds";
        self.must(
            !ask_timeout_seconds.is_there,
            path,
            "leave it out: nobody is asked",
        );
        let SseStreaming {
            enabled,
            action: of_events,
            max_event_bytes,
        } = sse_streaming;
        let path = "response_scanning.sse_streaming.enabled";
        self.must(
            *enabled,
            path,
            "write `true`: events are looked at as other responses are",
        );
        let path = "response_scanning.sse_streaming.action";
        self.must(
            of_events == action,
            path,
            "write what `response_scanning.action` says",
        );
        let path = "response_scanning.sse_streaming.max_event_bytes";
        let help = "leave it out: an event may have any length";
        self.must(max_event_bytes.unwrap_or_default() == 0, path, help);
    }

    fn dlp(&mut self, part: &Dlp) {
        let Dlp {
            scan_env,
            include_defaults,
            secrets_file,
            min_env_secret_length,
            patterns,
            action,
        } = part;
        let help = "write `false`: values to look for are handed over with `secrets put`";
        self.must(!*scan_env, "dlp.scan_env", help);
        let path = "dlp.secrets_file";
        let help = "leave it out: values to look for are handed over with `secrets put`";
        self.must(secrets_file.is_empty(), path, help);
        let path = "dlp.min_env_secret_length";
        self.must(
            !min_env_secret_length.is_there,
            path,
            "leave it out: no environment is looked at",
        );
        let path = "dlp.include_defaults";
        self.must(
            *include_defaults,
            path,
            "write `true`: the rules are built in",
        );
        let path = "dlp.patterns";
        self.must(
            !patterns.are_there,
            path,
            "leave it out: the rules are built in",
        );
        let path = "dlp.action";
        self.must(
            !action.is_there,
            path,
            "leave it out: what is found is refused",
        );
    }

    fn canary_tokens(&mut self, part: &CanaryTokens) {
        let CanaryTokens { enabled, tokens } = part;
        let mut values = tokens.iter().map(|canary| canary.value.expose());
        let long = values.all(|value| value.len() >= MIN_SECRET_LENGTH);
        let help = "write values of six bytes or more: shorter ones would be found in everything";
        self.must(long || !*enabled, "canary_tokens.tokens", help);
    }

    fn seed_phrase_detection(&mut self, part: &SeedPhraseDetection) {
        let SeedPhraseDetection {
            enabled: _,
            min_words,
            verify_checksum,
        } = part;
        let path = "seed_phrase_detection.min_words";
        self.must(
            matches!(min_words, 0 | 12),
            path,
            "write 12: shorter phrases are none",
        );
        let path = "seed_phrase_detection.verify_checksum";
        self.must(
            *verify_checksum,
            path,
            "write `true`: without it any text is a phrase",
        );
    }

    fn networks(&mut self, internal: Option<&[IpNet]>, granted: &[IpNet]) {
        let help = "leave it out, or name the program's own twelve networks, too; `ssrf.ip_allowlist` grants some of them";
        self.must(internal.is_none_or(has_defaults), "internal", help);
        let mut all = granted.iter();
        let networks = all.all(|net| net.prefix_len() > 0 && net.trunc() == *net);
        let help = "write networks without bits behind their prefix, and not all addresses";
        self.must(networks, "ssrf.ip_allowlist", help);
    }

    fn logging(&mut self, part: &Logging) {
        let Logging {
            format,
            output,
            file,
            include_allowed,
            include_blocked,
        } = part;
        let is = |text: &str, ours: &str| text.is_empty() || text == ours;
        self.must(is(format, "json"), "logging.format", "write `json`");
        self.must(is(output, "stdout"), "logging.output", "write `stdout`");
        self.must(
            file.is_empty(),
            "logging.file",
            "leave it out: decisions go to standard output",
        );
        let every = "write `true`: every decision is logged";
        self.must(*include_allowed, "logging.include_allowed", every);
        self.must(*include_blocked, "logging.include_blocked", every);
    }
}

//! The parts about connections.

use ipnet::IpNet;

use super::Problems;
use crate::file::network::{FetchProxy, ForwardProxy, Monitoring, TlsInterception};
use crate::internal::has_defaults;

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

impl Problems {
    pub(super) fn fetch_proxy(&mut self, part: &FetchProxy) {
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

    pub(super) fn forward_proxy(&mut self, part: &ForwardProxy) {
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

    pub(super) fn tls_interception(&mut self, part: &TlsInterception) {
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

    pub(super) fn networks(&mut self, internal: Option<&[IpNet]>, granted: &[IpNet]) {
        let help = "leave it out, or name the program's own twelve networks, too; `ssrf.ip_allowlist` grants some of them";
        self.must(internal.is_none_or(has_defaults), "internal", help);
        let mut all = granted.iter();
        let networks = all.all(|net| net.prefix_len() > 0 && net.trunc() == *net);
        let help = "write networks without bits behind their prefix, and not all addresses";
        self.must(networks, "ssrf.ip_allowlist", help);
    }
}

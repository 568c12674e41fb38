//! The parts of the file about connections.

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::switch::NotOurs;
use super::yes;
use crate::allowed_host::AllowedHost;

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct FetchProxy {
    /// The command line decides, with the program and with ours.
    pub(crate) listen: String,
    pub(crate) monitoring: Monitoring,
    #[serde(skip_serializing)]
    pub(crate) timeout_seconds: NotOurs,
    #[serde(skip_serializing)]
    pub(crate) max_response_mb: NotOurs,
    #[serde(skip_serializing)]
    pub(crate) user_agent: NotOurs,
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Monitoring {
    pub(crate) max_url_length: Option<u32>,
    pub(crate) entropy_threshold: Option<f64>,
    pub(crate) subdomain_entropy_threshold: Option<f64>,
    pub(crate) subdomain_entropy_exclusions: Vec<AllowedHost>,
    pub(crate) max_requests_per_minute: Option<u32>,
    pub(crate) max_data_per_minute: u64,
    pub(crate) blocklist: Vec<AllowedHost>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ForwardProxy {
    pub(crate) enabled: bool,
    pub(crate) max_tunnel_seconds: Option<u32>,
    pub(crate) idle_timeout_seconds: Option<u32>,
    pub(crate) sni_verification: bool,
    #[serde(skip_serializing)]
    pub(crate) redirect_websocket_hosts: NotOurs,
}

impl Default for ForwardProxy {
    fn default() -> Self {
        Self {
            enabled: false,
            max_tunnel_seconds: None,
            idle_timeout_seconds: None,
            sni_verification: yes(),
            redirect_websocket_hosts: NotOurs::default(),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct TlsInterception {
    pub(crate) enabled: bool,
    pub(crate) ca_cert: String,
    pub(crate) ca_key: String,
    /// Hosts of which the content is not scanned.
    pub(crate) passthrough_domains: Vec<AllowedHost>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) cert_ttl: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cert_cache_size: Option<u32>,
    pub(crate) max_response_bytes: Option<u64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Ssrf {
    pub(crate) ip_allowlist: Vec<IpNet>,
}

//! What the agent's programs learn from their environment: the proxy, and whom to trust.

use std::collections::BTreeMap;

use bottle_core::{BottlePlan, EnvValue};

use crate::facts::LaunchFacts;
use crate::text::Text;

/// The proxy, by the name that the internal network's resolver knows.
const PROXY: &str = "http://egress:9099";
/// What programs must not send to a proxy.
const DIRECT: &str = "localhost,127.0.0.1,::1";
/// The bottle's own authority.
const CA: &str = "/etc/bottle/ca.pem";
/// The public authorities and the bottle's own.
const BUNDLE: &str = "/etc/bottle/ca-bundle.pem";

/// Programs disagree about the spelling; some heed one case only.
const PROXY_VARIABLES: [&str; 6] = [
    "ALL_PROXY",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "all_proxy",
    "http_proxy",
    "https_proxy",
];
const DIRECT_VARIABLES: [&str; 2] = ["NO_PROXY", "no_proxy"];
/// Variables that replace a program's authorities, so they name the bundle.
const BUNDLE_VARIABLES: [&str; 14] = [
    "AWS_CA_BUNDLE",
    "CARGO_HTTP_CAINFO",
    "CLOUDSDK_CORE_CUSTOM_CA_CERTS_FILE",
    "CODEX_CA_CERTIFICATE",
    "CURL_CA_BUNDLE",
    "GIT_SSL_CAINFO",
    "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH",
    "HTTPLIB2_CA_CERTS",
    "NIX_SSL_CERT_FILE",
    "PERL_LWP_SSL_CA_FILE",
    "PIP_CERT",
    "REQUESTS_CA_BUNDLE",
    "SSL_CERT_FILE",
    "npm_config_cafile",
];
/// Variables that add to a program's authorities.
const CA_VARIABLES: [&str; 2] = ["DENO_CERT", "NODE_EXTRA_CA_CERTS"];

/// The agent's environment: the manifest's literal values, then what makes the walls usable, which wins.
///
/// Values that are asked for or taken from the host are not here: they reach the session alone.
pub(crate) fn agent(plan: &BottlePlan, facts: &LaunchFacts) -> BTreeMap<Text, Text> {
    let mut environment: BTreeMap<Text, Text> = plan
        .env
        .iter()
        .filter_map(|(name, value)| match value {
            EnvValue::Literal(value) => Some((name.to_string().into(), value.as_str().into())),
            EnvValue::Host(_) | EnvValue::Prompt { .. } => None,
        })
        .collect();
    let groups: [(&[&str], &str); 4] = [
        (&PROXY_VARIABLES, PROXY),
        (&DIRECT_VARIABLES, DIRECT),
        (&BUNDLE_VARIABLES, BUNDLE),
        (&CA_VARIABLES, CA),
    ];
    for (names, value) in groups {
        environment.extend(names.iter().map(|name| (Text::from(*name), value.into())));
    }
    // Node heeds the proxy variables only when told to.
    environment.insert("NODE_USE_ENV_PROXY".into(), "1".into());
    environment.insert("BOTTLE_IDENTITY".into(), facts.identity.to_string().into());
    environment
}

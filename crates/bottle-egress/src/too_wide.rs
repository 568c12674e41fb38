//! Hosts that are never granted because an agent asked for them, whoever says yes.
//!
//! A manifest is written by the operator and may say more; what is granted in passing, to a running bottle, may not.

use bottle_core::{Host, HostPattern};

/// The name of the refusal, for programs.
pub const TOO_WIDE: &str = "policy.too_wide";

/// Tops of names that mean something on the operator's own machine or network, never a public host (RFC 6761, RFC 6762,
/// RFC 8375, RFC 9476, and what routers and clusters use). `.test` is not among them: nothing listens there but tests.
const LOCAL: [&str; 15] = [
    "alt",
    "arpa",
    "corp",
    "home",
    "internal",
    "intranet",
    "invalid",
    "lan",
    "local",
    "localdomain",
    "localhost",
    "onion",
    "private",
    "svc",
    "workgroup",
];

/// Names at which clouds hand out credentials of the machine, and which do not end in one of [`LOCAL`].
const METADATA: [&str; 4] = [
    "metadata.tencentyun.com",
    "metadata.packet.net",
    "metadata.platformequinix.com",
    "metadata.oraclecloud.com",
];

/// Names that say an address: whatever stands in front is where they lead.
const ADDRESSES: [&str; 5] = ["nip.io", "sslip.io", "xip.io", "localtest.me", "lvh.me"];

/// Why a rule is never granted in passing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TooWide {
    /// A wildcard before a name below which anybody can have one.
    #[error("anybody can have a name that this wildcard means: name the hosts one by one")]
    OpenToAnybody,
    /// A name without a dot: a machine nearby, or a service of the bottle.
    #[error("a name without a dot is a machine nearby, or a part of the bottle itself")]
    SingleLabel,
    /// A name of the operator's own machine or network.
    #[error("names that end so lead to the operator's own machine or network")]
    Local,
    /// Where a cloud hands out credentials of the machine.
    #[error("a cloud hands out the credentials of the machine there")]
    Metadata,
    /// A name that says an address.
    #[error("names that end so are addresses in disguise")]
    Address,
}

/// Whether a rule for these hosts is never granted in passing, and why.
///
/// ```
/// use bottle_egress::too_wide;
///
/// assert!(too_wide(&"*.github.io".parse()?).is_some());
/// assert!(too_wide(&"metadata.google.internal".parse()?).is_some());
/// assert!(too_wide(&"*.example.com".parse()?).is_none());
/// # Ok::<(), bottle_core::HostPatternError>(())
/// ```
pub fn too_wide(hosts: &HostPattern) -> Option<TooWide> {
    let base = hosts.base();
    let touches = |names: &[&str]| names.iter().any(|name| meets(hosts, name));
    let top = base.labels().next_back().unwrap_or_default();
    if base.labels().count() < 2 {
        Some(TooWide::SingleLabel)
    } else if LOCAL.contains(&top) {
        Some(TooWide::Local)
    } else if touches(&METADATA) {
        Some(TooWide::Metadata)
    } else if touches(&ADDRESSES) {
        Some(TooWide::Address)
    } else if hosts.is_open_to_anybody() {
        Some(TooWide::OpenToAnybody)
    } else {
        None
    }
}

/// Whether a rule means a name or something below it.
fn meets(hosts: &HostPattern, name: &str) -> bool {
    let below = |host: &Host| {
        let front = host.as_str().strip_suffix(name);
        front.is_some_and(|front| front.is_empty() || front.ends_with('.'))
    };
    below(hosts.base()) || name.parse().is_ok_and(|name| hosts.matches(&name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn why(text: &str) -> Option<TooWide> {
        too_wide(&text.parse().unwrap())
    }

    #[test]
    fn what_is_never_granted_in_passing() {
        for (text, reason) in [
            ("*.github.io", TooWide::OpenToAnybody),
            ("**.s3.amazonaws.com", TooWide::OpenToAnybody),
            ("com", TooWide::SingleLabel),
            ("localhost", TooWide::SingleLabel),
            ("egress", TooWide::SingleLabel),
            ("git-gate", TooWide::SingleLabel),
            ("metadata.google.internal", TooWide::Local),
            ("*.docker.internal", TooWide::Local),
            ("printer.local", TooWide::Local),
            ("router.home.arpa", TooWide::Local),
            ("kubernetes.default.svc", TooWide::Local),
            ("metadata.tencentyun.com", TooWide::Metadata),
            ("*.tencentyun.com", TooWide::Metadata),
            ("10-0-0-1.nip.io", TooWide::Address),
            ("*.localtest.me", TooWide::Address),
        ] {
            assert_eq!(why(text), Some(reason), "{text}");
        }
    }

    #[test]
    fn what_may_be() {
        for text in [
            "api.example.com",
            "*.example.com",
            "**.example.com",
            "somebody.github.io",
            "api.example.test",
            "localhost.example.com",
            "metadata.google.com",
            "notnip.io",
        ] {
            assert_eq!(why(text), None, "{text}");
        }
    }
}

//! Keepers of secrets, and networks that are entered with a token.

use super::{Family, anywhere, family};

pub(super) const FAMILIES: &[Family] = &[
    family(
        "vault-token",
        &["hvs.", "hvb.", "hvr."],
        r"hv[sbr]\.[A-Za-z0-9_-]{22}",
    ),
    family(
        "doppler-token",
        &[
            "dp.pt.",
            "dp.st.",
            "dp.ct.",
            "dp.sa.",
            "dp.scim.",
            "dp.audit.",
        ],
        r"dp\.(?:[pscu]t|sa|scim|audit)\.[A-Za-z0-9._-]{39}",
    ),
    family(
        "onepassword-service-token",
        &["ops_eyJ"],
        r"ops_eyJ[A-Za-z0-9+/_-]{100}",
    ),
    family(
        "onepassword-secret-key",
        &["A3-"],
        r"A3-[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})-[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{4}",
    ),
    family(
        "tailscale-key",
        &["tskey-"],
        r"tskey-[a-z]{3,8}-[A-Za-z0-9]{8,}-[A-Za-z0-9]{16}",
    ),
    anywhere(
        "ngrok-token",
        &["authtoken", "AUTHTOKEN"],
        r#"(?i:authtoken)[\\"']{0,4}\s{0,4}[:= ]\s{0,4}[\\"']{0,4}[0-9][A-Za-z0-9]{26}_[A-Za-z0-9]{20}"#,
    ),
    family("openshift-token", &["sha256~"], r"sha256~[A-Za-z0-9_-]{42}"),
    family(
        "rancher-token",
        &["token-"],
        r"token-[a-z0-9]{5}:[a-z0-9]{53}",
    ),
];

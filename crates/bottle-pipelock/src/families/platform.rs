//! Where programs and their data are hosted, and where they are watched.

use super::{Family, anywhere, family, short, text};
use crate::before;

pub(super) const FAMILIES: &[Family] = &[
    family("heroku-api-key", &["HRKU-"], r"HRKU-[A-Za-z0-9_-]{36}"),
    family(
        "flyio-token",
        &["fm1_", "fm2_", "fo1_"],
        r"f(?:m[12]_[A-Za-z0-9+/=_-]{60}|o1_[A-Za-z0-9_-]{42})",
    ),
    short("netlify-token", &["nfp_"], r"nfp_[A-Za-z0-9]{35}"),
    family("vercel-token", &["vercel_"], r"vercel_[A-Za-z0-9_]{24}"),
    short(
        "vercel-scoped-token",
        &["vcp_", "vci_", "vca_", "vcr_", "vck_"],
        r"vc[piark]_[A-Za-z0-9]{24}",
    ),
    family(
        "supabase-key",
        &["sb_secret_", "sbp_"],
        r"sb(?:_secret_[A-Za-z0-9_-]{20}|p_[0-9a-f]{39})",
    ),
    family(
        "planetscale-token",
        &["pscale_tkn_", "pscale_pw_", "pscale_oauth_"],
        r"pscale_(?:tkn|pw|oauth)_[A-Za-z0-9_.-]{32}",
    ),
    short("render-api-key", &["rnd_"], r"rnd_[A-Za-z0-9]{27,}\b"),
    short("neon-api-key", &["napi_"], r"napi_[a-z0-9]{60}"),
    family("aiven-password", &["AVNS_"], r"AVNS_[A-Za-z0-9_-]{18}"),
    family(
        "mongodb-atlas-secret",
        &["mdb_sa_sk_"],
        r"mdb_sa_sk_[A-Za-z0-9_-]{38}",
    ),
    text(
        "cloudinary-address",
        &["cloudinary://"],
        r"cloudinary://[0-9]{12,18}:[A-Za-z0-9_-]{26}",
    ),
    family("databricks-token", &["dapi"], r"dapi[0-9a-f]{31,34}\b"),
    family(
        "grafana-token",
        &["glsa_", "glc_"],
        r"gl(?:sa_[A-Za-z0-9]{32}_[0-9a-f]{8}|c_[A-Za-z0-9+/=]{32})",
    ),
    // The beginning of `{"k":"` in base64.
    family(
        "grafana-api-key",
        &["eyJrIjoi"],
        r"eyJrIjoi[A-Za-z0-9+/=]{70}",
    ),
    family(
        "sentry-token",
        &["sntrys_", "sntryu_"],
        r"sntry[su]_[A-Za-z0-9+/=_-]{40}",
    ),
    family(
        "new-relic-api-key",
        &["NRAK-", "NRII-", "NRAA-", "NRRA-"],
        r"NR(?:AK|II|AA|RA)-[A-Za-z0-9_-]{26}",
    ),
    Family {
        before: before::hex_36,
        ..anywhere("new-relic-license-key", &["NRAL"], r"NRAL\b")
    },
    anywhere(
        "datadog-key",
        &[
            "dd-api-key",
            "DD-API-KEY",
            "dd_api_key",
            "DD_API_KEY",
            "DD_APP_KEY",
            "dd-application-key",
            "DD-APPLICATION-KEY",
            "DATADOG_API_KEY",
        ],
        r#"(?i:dd[_-]api[_-]key|dd[_-]app(?:lication)?[_-]key|datadog_api_key)[\\"']{0,4}\s{0,4}[:=]\s{0,4}[\\"']{0,4}[0-9a-f]{31}"#,
    ),
    family(
        "dynatrace-token",
        &["dt0c01.", "dt0s01.", "dt0s16."],
        r"dt0[cs][01][16]\.[A-Z0-9]{8,24}\.[A-Z0-9]{63}",
    ),
    family(
        "honeycomb-key",
        &["hcaik_", "hcamk_"],
        r"hca[im]k_[a-z0-9]{50}",
    ),
    family(
        "axiom-token",
        &["xaat-", "xapt-"],
        r"xa[ap]t-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{11}",
    ),
    short("posthog-key", &["phx_"], r"phx_[A-Za-z0-9]{42}"),
];

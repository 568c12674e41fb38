//! Clouds and platforms.

use super::{Family, anywhere, family, short};

/// Key ids of Amazon's documentation.
const EXAMPLE_IDS: &[&[u8]] = &[b"AKIAIOSFODNN7EXAMPLE", b"ASIAIOSFODNN7EXAMPLE"];
/// Their secret halves end so.
const EXAMPLE_SECRET: &[u8] = b"bPxRfiCYEXAMPLEKEY";

pub(super) const FAMILIES: &[Family] = &[
    Family {
        is_example: |token| EXAMPLE_IDS.contains(&token),
        ..family(
            "aws-access-key-id",
            &["AKIA", "ASIA", "ABIA", "ACCA"],
            r"A(?:KIA|SIA|BIA|CCA)[A-Z0-9]{16,}",
        )
    },
    Family {
        is_example: |token| {
            token
                .windows(EXAMPLE_SECRET.len())
                .any(|part| part == EXAMPLE_SECRET)
        },
        ..anywhere(
            "aws-secret-access-key",
            &[
                "secret_access_key",
                "secretAccessKey",
                "SecretAccessKey",
                "SECRET_ACCESS_KEY",
                "aws_secret_key",
            ],
            r#"(?i:secret_?access_?key|aws_secret_key)["']?\s{0,4}[:=]{1,2}>?\s{0,4}["']?[A-Za-z0-9/+]{40}(?:[^A-Za-z0-9/+]|$)"#,
        )
    },
    family("google-api-key", &["AIza"], r"AIza[A-Za-z0-9_-]{35}"),
    family(
        "google-oauth-secret",
        &["GOCSPX-"],
        r"GOCSPX-[A-Za-z0-9_-]{28}",
    ),
    family("google-oauth-token", &["ya29."], r"ya29\.[A-Za-z0-9_-]{20}"),
    anywhere(
        "azure-storage-key",
        &["AccountKey=", "SharedAccessKey="],
        r"(?:AccountKey=[A-Za-z0-9+/]{86}|SharedAccessKey=[A-Za-z0-9+/]{43})=",
    ),
    anywhere(
        "azure-client-secret",
        &["8Q~", "7Q~"],
        r"[78]Q~[A-Za-z0-9~._-]{31}",
    ),
    family(
        "digitalocean-token",
        &["dop_v1_", "doo_v1_", "dor_v1_"],
        r"do[por]_v1_[0-9a-f]{64}",
    ),
    family("heroku-api-key", &["HRKU-"], r"HRKU-[A-Za-z0-9_-]{36}"),
    family(
        "flyio-token",
        &["fm2_", "fo1_"],
        r"f(?:m2_[A-Za-z0-9+/=_-]{60}|o1_[A-Za-z0-9_-]{43})",
    ),
    short("netlify-token", &["nfp_"], r"nfp_[A-Za-z0-9]{36}"),
    family("vercel-token", &["vercel_"], r"vercel_[A-Za-z0-9_]{24}"),
    family(
        "supabase-key",
        &["sb_secret_", "sbp_"],
        r"sb(?:_secret_[A-Za-z0-9_-]{20}|p_[0-9a-f]{40})",
    ),
    family(
        "planetscale-token",
        &["pscale_tkn_", "pscale_pw_"],
        r"pscale_(?:tkn|pw)_[A-Za-z0-9_.-]{32}",
    ),
    family("databricks-token", &["dapi"], r"dapi[0-9a-f]{32}\b"),
    family("pulumi-token", &["pul-"], r"pul-[0-9a-f]{40}"),
    anywhere(
        "terraform-token",
        &[".atlasv1."],
        r"\.atlasv1\.[A-Za-z0-9_=-]{60}",
    ),
    family(
        "tailscale-key",
        &["tskey-"],
        r"tskey-[a-z]{3,8}-[A-Za-z0-9]{8,}-[A-Za-z0-9]{16}",
    ),
    family(
        "vault-token",
        &["hvs.", "hvb."],
        r"hv[sb]\.[A-Za-z0-9_-]{23}",
    ),
    family(
        "doppler-token",
        &["dp.pt.", "dp.st."],
        r"dp\.[ps]t\.[A-Za-z0-9.]{40}",
    ),
];

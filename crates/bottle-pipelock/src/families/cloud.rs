//! Clouds and platforms.

use super::{Family, alone, anywhere, family, text};
use crate::before;

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
            r"A(?:KIA|SIA|BIA|CCA)[A-Z0-9]{15,}",
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
    family("google-api-key", &["AIza"], r"AIza[A-Za-z0-9_-]{34}"),
    family(
        "google-oauth-secret",
        &["GOCSPX-"],
        r"GOCSPX-[A-Za-z0-9_-]{27}",
    ),
    family("google-oauth-token", &["ya29."], r"ya29\.[A-Za-z0-9_-]{20}"),
    text(
        "azure-storage-key",
        &["AccountKey=", "SharedAccessKey="],
        r"(?:AccountKey=[A-Za-z0-9+/]{86}|SharedAccessKey=[A-Za-z0-9+/]{43})=",
    ),
    anywhere(
        "azure-client-secret",
        &["8Q~", "7Q~"],
        r"[78]Q~[A-Za-z0-9~._-]{31}",
    ),
    anywhere(
        "aws-session-token",
        &[
            "aws_session_token",
            "AWS_SESSION_TOKEN",
            "SessionToken",
            "sessionToken",
        ],
        r#"(?i:aws_session_token|sessiontoken)[\\"']{0,4}\s{0,4}[:=]\s{0,4}[\\"']{0,4}[A-Za-z0-9/+=]{150}"#,
    ),
    // "BedrockAPIKey-" in base64, and the host of a signed address.
    anywhere(
        "amazon-bedrock-key",
        &[
            "ABSKQmVkcm9ja0FQSUtleS",
            "bedrock-api-key-YmVkcm9jay5hbWF6b25hd3MuY29t",
        ],
        r"(?:ABSKQmVkcm9ja0FQSUtleS|bedrock-api-key-YmVkcm9jay5hbWF6b25hd3MuY29t)[A-Za-z0-9+/=]{80}",
    ),
    // A shared access signature is left out: whoever downloads from a store of Microsoft's sends one.
    Family {
        before: before::azure_front,
        ..family(
            "azure-service-key",
            &["JQQJ99"],
            r"JQQJ99[A-Za-z0-9]{25,26}\b",
        )
    },
    anywhere(
        "google-service-account",
        &["private_key_id"],
        r#"private_key_id[\\"']{1,4}\s{0,4}:\s{0,4}[\\"']{1,4}[0-9a-f]{39}"#,
    ),
    alone("google-refresh-token", &["1//0"], r"1//0[A-Za-z0-9_-]{90}"),
    family(
        "digitalocean-token",
        &["dop_v1_", "doo_v1_", "dor_v1_"],
        r"do[por]_v1_[0-9a-f]{63}",
    ),
    family(
        "cloudflare-token",
        &["cfut_", "cfat_", "cfk_"],
        r"cf(?:ut|at|k)_[A-Za-z0-9]{40}",
    ),
    family(
        "cloudflare-origin-key",
        &["v1.0-"],
        r"v1\.0-[0-9a-f]{24}-[0-9a-f]{145}",
    ),
    alone(
        "alibaba-access-key-id",
        &["LTAI"],
        r"LTAI[A-Za-z0-9]{19,22}\b",
    ),
    alone("tencent-secret-id", &["AKID"], r"AKID[A-Za-z0-9]{31,34}\b"),
    alone("yandex-api-key", &["AQVN"], r"AQVN[A-Za-z0-9_-]{34,37}\b"),
    family("scaleway-access-key", &["SCW"], r"SCW[A-Z0-9]{17}\b"),
];

//! Mail, chat, payment and other services.

use super::{Family, anywhere, family, short};
use crate::before;

pub(super) const FAMILIES: &[Family] = &[
    family(
        "slack-token",
        &[
            "xoxb-", "xoxp-", "xoxa-", "xoxr-", "xoxs-", "xoxe-", "xoxe.",
        ],
        r"xox[bparse][-.][A-Za-z0-9.-]{15}",
    ),
    family(
        "slack-app-token",
        &["xapp-"],
        r"xapp-[0-9]-[A-Z0-9]+-[0-9]+-[0-9a-f]{20}",
    ),
    anywhere(
        "slack-webhook",
        &["hooks.slack.com/services/"],
        r"hooks\.slack\.com/services/T[A-Z0-9]+/B[A-Z0-9]+/[A-Za-z0-9]{20}",
    ),
    anywhere(
        "discord-webhook",
        &["/api/webhooks/"],
        r"/api/webhooks/[0-9]{17,20}/[A-Za-z0-9_-]{60}",
    ),
    Family {
        // The first part is an account's number in base64.
        before: before::discord_account,
        ..family(
            "discord-bot-token",
            &["."],
            r"\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27}",
        )
    },
    Family {
        before: before::digits,
        ..family("telegram-bot-token", &[":AA"], r":AA[A-Za-z0-9_-]{33}\b")
    },
    family("twilio-api-key", &["SK"], r"SK[0-9a-f]{32}\b"),
    family(
        "sendgrid-api-key",
        &["SG."],
        r"SG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}",
    ),
    family("mailgun-api-key", &["key-"], r"key-[0-9a-f]{32}\b"),
    family(
        "stripe-key",
        &["sk_live_", "sk_test_", "rk_live_", "rk_test_"],
        r"[sr]k_(?:live|test)_[A-Za-z0-9]{20}",
    ),
    family(
        "stripe-webhook-secret",
        &["whsec_"],
        r"whsec_[A-Za-z0-9+/=_-]{24}",
    ),
    family(
        "square-token",
        &["sq0csp-", "sq0atp-"],
        r"sq0(?:csp-[A-Za-z0-9_-]{43}|atp-[A-Za-z0-9_-]{22})",
    ),
    family(
        "shopify-token",
        &["shpat_", "shpca_", "shppa_", "shpss_"],
        r"shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}",
    ),
    family("new-relic-api-key", &["NRAK-"], r"NRAK-[A-Z0-9]{27}"),
    family(
        "grafana-token",
        &["glsa_", "glc_"],
        r"gl(?:sa_[A-Za-z0-9]{32}_[0-9a-f]{8}|c_[A-Za-z0-9+/=]{32})",
    ),
    family(
        "sentry-token",
        &["sntrys_", "sntryu_"],
        r"sntry[su]_[A-Za-z0-9+/=_-]{40}",
    ),
    family("linear-api-key", &["lin_api_"], r"lin_api_[A-Za-z0-9]{40}"),
    short("notion-token", &["ntn_"], r"ntn_[A-Za-z0-9]{40}"),
    family("figma-token", &["figd_"], r"figd_[A-Za-z0-9_-]{40}"),
];

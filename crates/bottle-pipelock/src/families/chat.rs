//! Chat and mail.

use super::{Family, Finder, alone, anywhere, family, short, text};
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
        &["hooks.slack.com/services/", "hooks.slack.com/workflows/"],
        r"hooks\.slack\.com/(?:services|workflows)/T[A-Z0-9]+/[AB][A-Z0-9]+/[A-Za-z0-9/]{20}",
    ),
    anywhere(
        "discord-webhook",
        &["/api/webhooks/"],
        r"/api/webhooks/[0-9]{17,20}/[A-Za-z0-9_-]{60}",
    ),
    // The first part is an account's number of 17 to 20 digits in base64: it begins with two of them.
    alone(
        "discord-bot-token",
        &[
            "MD", "MT", "Mj", "Mz", "ND", "NT", "Nj", "Nz", "OD", "OT", "Oj", "Oz",
        ],
        r"[MNO][DTjz][A-Za-z0-9_-]{21,26}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27}",
    ),
    Family {
        before: before::digits,
        finder: Finder::Text,
        ..family("telegram-bot-token", &[":AA"], r":AA[A-Za-z0-9_-]{32,33}\b")
    },
    anywhere(
        "teams-webhook",
        &["webhook.office.com/webhookb2/"],
        r"webhook\.office\.com/webhookb2/[0-9a-f-]{36}@[0-9a-f-]{36}/IncomingWebhook/[0-9a-f]{31}",
    ),
    anywhere(
        "google-chat-webhook",
        &["chat.googleapis.com/v1/spaces/"],
        r"chat\.googleapis\.com/v1/spaces/[A-Za-z0-9_-]+/messages\?key=[A-Za-z0-9_-]{30}",
    ),
    text(
        "dingtalk-webhook",
        &["oapi.dingtalk.com/robot/send?access_token="],
        r"oapi\.dingtalk\.com/robot/send\?access_token=[0-9a-f]{63}",
    ),
    anywhere(
        "feishu-webhook",
        &["/open-apis/bot/v2/hook/"],
        r"/open-apis/bot/v2/hook/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{11}",
    ),
    anywhere(
        "zapier-webhook",
        &["hooks.zapier.com/hooks/catch/"],
        r"hooks\.zapier\.com/hooks/catch/[0-9]{5,9}/[0-9a-z]{6}",
    ),
    family("twilio-api-key", &["SK"], r"SK[0-9a-f]{31,32}\b"),
    family(
        "sendgrid-api-key",
        &["SG."],
        // Two more or fewer, as somebody may have touched it.
        r"SG\.[A-Za-z0-9_-]{20,24}\.[A-Za-z0-9_-]{41}",
    ),
    short("mailgun-api-key", &["key-"], r"key-[0-9a-f]{31,32}\b"),
    Family {
        before: before::hex_32,
        ..family(
            "mailchimp-api-key",
            &["-us"],
            r"-us[0-9]{1,2}(?:[^A-Za-z0-9_/.-]|$)",
        )
    },
    family(
        "brevo-api-key",
        &["xkeysib-", "xsmtpsib-"],
        r"x(?:key|smtp)sib-[0-9a-f]{64}-[A-Za-z0-9]{15}",
    ),
    anywhere(
        "postmark-token",
        &[
            "Postmark-Server-Token",
            "Postmark-Account-Token",
            "postmark-server-token",
            "postmark-account-token",
        ],
        r#"(?i:postmark-(?:server|account)-token)[\\"']{0,4}\s{0,4}[:=]\s{0,4}[\\"']{0,4}[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{11}"#,
    ),
    short(
        "resend-api-key",
        &["re_"],
        r"re_[A-Za-z0-9]{8}_[A-Za-z0-9]{23,24}\b",
    ),
];

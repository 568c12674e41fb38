//! Tokens of several parts.

use super::{DIGITS, HEX, LOWER, MIXED, UPPER, UUID, some};
use crate::checks;

/// Tokens of clouds, forges and chats.
pub(super) fn tokens() -> Vec<(&'static str, String)> {
    let mixed = |length| some(MIXED, length);
    vec![
        (
            "aws-secret-access-key",
            ["aws_secret_", "access_key = ", &mixed(40)].concat(),
        ),
        (
            "azure-storage-key",
            ["Account", "Key=", &mixed(86), "=="].concat(),
        ),
        ("azure-client-secret", ["abc8", "Q~", &mixed(31)].concat()),
        (
            "terraform-token",
            [&mixed(14), ".atlas", "v1.", &mixed(60)].concat(),
        ),
        (
            "tailscale-key",
            ["ts", "key-auth-", &mixed(11), "-", &mixed(16)].concat(),
        ),
        (
            "postman-api-key",
            ["PM", "AK-", &some(HEX, 24), "-", &some(HEX, 34)].concat(),
        ),
        (
            "json-web-token",
            [
                "ey",
                "J",
                &mixed(10),
                ".ey",
                "J",
                &mixed(10),
                ".",
                &mixed(16),
            ]
            .concat(),
        ),
        (
            "private-key",
            ["-----BEGIN ", "RSA PRIVATE", " KEY----- ", &mixed(16)].concat(),
        ),
        (
            "discord-bot-token",
            ["MT", &some(DIGITS, 22), ".", &mixed(6), ".", &mixed(27)].concat(),
        ),
        (
            "sendgrid-api-key",
            ["S", "G.", &mixed(22), ".", &mixed(43)].concat(),
        ),
    ]
}

/// Those of platforms and of keepers of secrets.
pub(super) fn clouds() -> Vec<(&'static str, String)> {
    let mixed = |length| some(MIXED, length);
    let hex = |length| some(HEX, length);
    let upper = |length| some(UPPER, length);
    vec![
        (
            "azure-service-key",
            [&mixed(52), "JQQ", "J99", &mixed(26)].concat(),
        ),
        (
            "cloudflare-origin-key",
            ["v1", ".0-", &hex(24), "-", &hex(146)].concat(),
        ),
        ("new-relic-license-key", [&hex(36), "NR", "AL"].concat()),
        (
            "dynatrace-token",
            ["dt0", "c01.", &upper(24), ".", &upper(64)].concat(),
        ),
        ("axiom-token", ["xa", "at-", UUID].concat()),
        (
            "harness-token",
            ["pa", "t.", &mixed(22), ".", &hex(24), ".", &mixed(20)].concat(),
        ),
        (
            "circleci-token",
            ["CCI", "PAT_", &mixed(22), "_", &hex(40)].concat(),
        ),
        (
            "wireguard-key",
            ["Private", "Key = ", &mixed(42), "A="].concat(),
        ),
        (
            "onepassword-secret-key",
            [
                "A",
                "3-",
                &upper(6),
                "-",
                &upper(11),
                "-",
                &upper(5),
                "-",
                &upper(5),
                "-",
                &upper(5),
            ]
            .concat(),
        ),
        (
            "ngrok-token",
            ["auth", "token: 2", &mixed(26), "_", &mixed(21)].concat(),
        ),
        (
            "langsmith-api-key",
            ["lsv2", "_pt_", &hex(32), "_", &hex(10)].concat(),
        ),
        ("langfuse-secret-key", ["sk-", "lf-", UUID].concat()),
    ]
}

/// Those of services.
pub(super) fn services() -> Vec<(&'static str, String)> {
    let mixed = |length| some(MIXED, length);
    let hex = |length| some(HEX, length);
    vec![
        (
            "airtable-token",
            ["pa", "t", &mixed(14), ".", &hex(64)].concat(),
        ),
        ("hubspot-token", ["pa", "t-na1-", UUID].concat()),
        (
            "mapbox-secret-token",
            ["s", "k.eyJ", &mixed(60), ".", &mixed(22)].concat(),
        ),
        (
            "teams-webhook",
            [
                "x.webhook.office.com/",
                "webhookb2/",
                UUID,
                "@",
                UUID,
                "/IncomingWebhook/",
                &hex(32),
            ]
            .concat(),
        ),
        (
            "feishu-webhook",
            ["/open-apis/", "bot/v2/hook/", UUID].concat(),
        ),
        (
            "zapier-webhook",
            ["hooks.zapier.com/", "hooks/catch/840291/q7rk2v"].concat(),
        ),
        ("mailchimp-api-key", [&hex(32), "-u", "s12"].concat()),
        (
            "brevo-api-key",
            ["xkey", "sib-", &hex(64), "-", &mixed(16)].concat(),
        ),
        (
            "postmark-token",
            ["X-Postmark-", "Server-Token: ", UUID].concat(),
        ),
        (
            "resend-api-key",
            ["r", "e_", &mixed(8), "_", &mixed(24)].concat(),
        ),
        (
            "putty-key",
            ["PuTTY-User", "-Key-File-3: ssh-ed25519"].concat(),
        ),
    ]
}

/// Those that open purses and doors.
pub(super) fn money() -> Vec<(&'static str, String)> {
    let mixed = |length| some(MIXED, length);
    let hex = |length| some(HEX, length);
    vec![
        ("bitcoin-private-key", checks::wif(0x5a, true)),
        ("payment-card", ["4532 0151", " 1283 0366"].concat()),
        (
            "payment-card-by-name",
            ["card_number: 4532", "015112830366"].concat(),
        ),
        ("bank-account", ["GB82 WEST 1234", " 5698 7654 32"].concat()),
        ("social-security-number", ["SSN: 536", "-90-4399"].concat()),
        (
            "bank-routing-number",
            ["routing number: 0210", "00021"].concat(),
        ),
        (
            "flutterwave-key",
            ["FLW", "SECK-", &mixed(32), "-X"].concat(),
        ),
        ("plaid-token", ["access-", "production-", UUID].concat()),
        (
            "braintree-token",
            [
                "access_token$",
                "production$",
                &some(LOWER, 16),
                "$",
                &hex(32),
            ]
            .concat(),
        ),
        (
            "credential-in-query",
            ["/login?pass", "word=", &mixed(16)].concat(),
        ),
        (
            "password-in-address",
            ["https:/", "/me:", &mixed(16), "@db.test/x"].concat(),
        ),
        (
            "secret-in-variable",
            ["CLIENT_SEC", "RET=", &mixed(20)].concat(),
        ),
        (
            "password-in-setting",
            ["db_pass", "word: ", &mixed(20)].concat(),
        ),
    ]
}

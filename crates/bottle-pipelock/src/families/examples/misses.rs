//! Texts that are nearly a token.

use super::{HEX, LOWER, MIXED, UPPER, UUID, some};

/// Near those of platforms and of keepers of secrets.
pub(super) fn cloud_misses() -> Vec<(&'static str, String)> {
    let mixed = |length| some(MIXED, length);
    let hex = |length| some(HEX, length);
    let upper = |length| some(UPPER, length);
    vec![
        (
            "aws-secret-access-key",
            ["aws_secret_access_key = get(", &mixed(40)].concat(),
        ),
        (
            "aws-secret-access-key",
            ["aws_secret_access_key = ", &mixed(30)].concat(),
        ),
        (
            "azure-storage-key",
            ["Account", "Key=", &mixed(40), "=="].concat(),
        ),
        ("azure-client-secret", ["abc8", "Q~", &mixed(12)].concat()),
        ("azure-service-key", ["JQQ", "J99", &mixed(26)].concat()),
        ("terraform-token", ["x.atlas", "v1.", &mixed(20)].concat()),
        ("tailscale-key", ["ts", "key-auth-", &mixed(11)].concat()),
        ("postman-api-key", ["PM", "AK-", &hex(24)].concat()),
        (
            "json-web-token",
            ["ey", "J", &mixed(10), ".ey", "J", &mixed(10)].concat(),
        ),
        (
            "private-key",
            ["-----BEGIN ", "PUBLIC", " KEY-----\n", &mixed(16)].concat(),
        ),
        (
            "private-key",
            ["-----BEGIN ", "RSA PRIVATE", " KEY-----\n...\n"].concat(),
        ),
        (
            "discord-bot-token",
            [&mixed(22), ".", &mixed(6), ".", &mixed(27)].concat(),
        ),
        (
            "sendgrid-api-key",
            ["S", "G.", &mixed(22), ".", &mixed(20)].concat(),
        ),
        (
            "cloudflare-origin-key",
            ["v1", ".0-", &hex(24), "-rc1"].concat(),
        ),
        ("new-relic-license-key", ["GENE", "RAL NRAL"].concat()),
        (
            "dynatrace-token",
            ["dt0", "c01.", &upper(24), ".", &upper(20)].concat(),
        ),
        ("axiom-token", ["xa", "at-", &hex(32)].concat()),
        (
            "harness-token",
            ["pa", "t.", &mixed(22), ".", &mixed(24)].concat(),
        ),
        ("circleci-token", ["CCI", "PAT_", &mixed(22)].concat()),
        (
            "wireguard-key",
            ["Public", "Key = ", &mixed(42), "A="].concat(),
        ),
        (
            "onepassword-secret-key",
            ["A", "3-", &upper(6), "-", &upper(11)].concat(),
        ),
        ("ngrok-token", ["auth", "token: ", &mixed(40)].concat()),
        ("langsmith-api-key", ["lsv2", "_pt_", &hex(32)].concat()),
        ("langfuse-secret-key", ["pk-", "lf-", UUID].concat()),
    ]
}

/// Near those of services, and of money.
pub(super) fn service_misses() -> Vec<(&'static str, String)> {
    let mixed = |length| some(MIXED, length);
    let hex = |length| some(HEX, length);
    vec![
        (
            "airtable-token",
            ["pa", "ttern_matcher.", &hex(64)].concat(),
        ),
        ("hubspot-token", ["pa", "t-na1-", &hex(20)].concat()),
        (
            "mapbox-secret-token",
            ["p", "k.eyJ", &mixed(60), ".", &mixed(22)].concat(),
        ),
        (
            "teams-webhook",
            ["x.webhook.office.com/", "webhookb2/", UUID].concat(),
        ),
        (
            "feishu-webhook",
            ["/open-apis/", "bot/v2/hook/{uuid}"].concat(),
        ),
        (
            "zapier-webhook",
            ["hooks.zapier.com/", "hooks/catch/0/x"].concat(),
        ),
        ("mailchimp-api-key", [&hex(31), "-u", "s12"].concat()),
        ("mailchimp-api-key", [&hex(40), "-u", "s12"].concat()),
        ("brevo-api-key", ["xkey", "sib-", &hex(64)].concat()),
        (
            "postmark-token",
            ["X-Postmark-", "Server-Token: POSTMARK_API_TEST"].concat(),
        ),
        (
            "resend-api-key",
            ["r", "e_compiled_regular_expressions_here"].concat(),
        ),
        ("putty-key", ["PuTTY-User", "-Key-File-%d: %s"].concat()),
        ("bitcoin-private-key", ["K", "x", &mixed(50)].concat()),
        ("social-security-number", ["SSN: 936", "-90-4399"].concat()),
        ("social-security-number", ["order 536", "-90-4399"].concat()),
        (
            "bank-routing-number",
            ["routing number: 0210", "00022"].concat(),
        ),
        (
            "bank-routing-number",
            ["routing table: 0210", "00021"].concat(),
        ),
        ("payment-card", ["4532 0151", " 1283 0367"].concat()),
        ("payment-card", ["4242 4242", " 4242 4242"].concat()),
        ("payment-card", ["4532 0151", " 1283 0366 6974"].concat()),
        ("payment-card", ["6564 4532 0151", " 1283 0366"].concat()),
        ("payment-card", ["0.4532", "015112830366"].concat()),
        (
            "payment-card-by-name",
            ["card_number: 4532", "015112830367"].concat(),
        ),
        ("bank-account", ["GB83 WEST 1234", " 5698 7654 32"].concat()),
        ("bank-account", ["GB82", "WEST12345698765432A"].concat()),
        (
            "flutterwave-key",
            ["FLW", "PUBK-", &mixed(32), "-X"].concat(),
        ),
        (
            "plaid-token",
            ["access-", "production-database-replica"].concat(),
        ),
        (
            "braintree-token",
            ["access_token$", "production$", &some(LOWER, 16)].concat(),
        ),
        (
            "ethereum-private-key",
            ["transactionHash: 0x", &hex(64)].concat(),
        ),
        ("datadog-key", ["digest: ", &hex(32)].concat()),
    ]
}

/// Names of secrets with something else.
pub(super) fn generic_misses() -> Vec<(&'static str, String)> {
    let value = some(MIXED, 20);
    let query = [
        "?next_token=",
        "&csrf_token=",
        "?page_token=",
        "user=me&password=",
    ]
    .map(|name| ("credential-in-query", format!("{name}{value}")));
    let variables = [
        "PAGE_TOKEN=",
        "CSRF_TOKEN=",
        "token=",
        "TOKENIZER=",
        "TOKEN=/run/",
        "API_KEY=$",
        "TOKEN=$(",
        "TOKEN=${",
    ]
    .map(|name| ("secret-in-variable", format!("{name}{value}")));
    let code = [
        "process.env.KEY_1a2b",
        "os.environ['A1b2c3d4']",
        "changeme1a2b3c4d",
        "get_1_2_3_value()",
    ]
    .map(|code| ("secret-in-variable", format!("API_KEY={code}")));
    let address = [
        "postgres:postgres@localhost",
        "me:<password>@host",
        "me:${PASS1a2b3c}@host",
        "host:8080/a1b2c3d4@x",
    ]
    .map(|rest| ("password-in-address", format!("postgres://{rest}")));
    let settings = [
        format!("password = settings.{value}"),
        format!("{{\"password\": \"{value}\"}}"),
        format!("password = get_password(\"{value}\")"),
        "password: ChangeMe123!".to_owned(),
        "db_password: ${DB_PASSWORD_2a}".to_owned(),
    ];
    let settings = settings.map(|text| ("password-in-setting", text));
    [
        query.to_vec(),
        settings.to_vec(),
        variables.to_vec(),
        code.to_vec(),
        address.to_vec(),
    ]
    .concat()
}

//! A token of each family. They are put together here, so that nobody takes this file for a leak.

/// Letters of either case and digits.
const MIXED: &str = "q7Rk2VdXs9TfYb3HnJc6WmZe8LpGa4Uu5";
const UPPER: &str = "Q7RK2VDXS9TFYB3HNJC6WMZE8LPGA4UU5";
const HEX: &str = "3fa9c07be15d826f4";
const DIGITS: &str = "8402916357";

/// `length` characters of an alphabet.
fn some(alphabet: &str, length: usize) -> String {
    alphabet.chars().cycle().take(length).collect()
}

/// A prefix in two parts, and what follows.
fn token(first: &str, second: &str, alphabet: &str, length: usize) -> String {
    [first, second, &some(alphabet, length)].concat()
}

/// Families by name, each with a token that has the least length.
pub(crate) fn examples() -> Vec<(&'static str, String)> {
    let mut examples = prefixed();
    examples.extend(composed());
    examples
}

fn prefixed() -> Vec<(&'static str, String)> {
    let table: &[(&'static str, [&str; 2], &str, usize)] = &[
        ("aws-access-key-id", ["AK", "IA"], UPPER, 16),
        ("google-api-key", ["AI", "za"], MIXED, 35),
        ("google-oauth-secret", ["GOC", "SPX-"], MIXED, 28),
        ("google-oauth-token", ["ya", "29."], MIXED, 20),
        ("digitalocean-token", ["dop", "_v1_"], HEX, 64),
        ("heroku-api-key", ["HR", "KU-"], MIXED, 36),
        ("flyio-token", ["fo", "1_"], MIXED, 43),
        ("netlify-token", ["nf", "p_"], MIXED, 36),
        ("vercel-token", ["ver", "cel_"], MIXED, 24),
        ("supabase-key", ["sb_", "secret_"], MIXED, 20),
        ("planetscale-token", ["pscale", "_tkn_"], MIXED, 32),
        ("databricks-token", ["da", "pi"], HEX, 32),
        ("pulumi-token", ["pu", "l-"], HEX, 40),
        ("vault-token", ["hv", "s."], MIXED, 23),
        ("doppler-token", ["dp.", "pt."], MIXED, 40),
        ("github-token", ["gh", "p_"], MIXED, 36),
        ("github-fine-grained-token", ["github", "_pat_"], MIXED, 36),
        ("gitlab-token", ["gl", "pat-"], MIXED, 20),
        ("atlassian-token", ["ATATT", "3xFf"], MIXED, 100),
        ("npm-token", ["np", "m_"], MIXED, 36),
        ("pypi-token", ["pypi", "-AgE"], MIXED, 50),
        ("rubygems-token", ["ruby", "gems_"], HEX, 48),
        ("crates-io-token", ["ci", "o"], MIXED, 32),
        ("docker-token", ["dckr", "_pat_"], MIXED, 27),
        ("age-secret-key", ["AGE-SECRET", "-KEY-1"], UPPER, 58),
        ("anthropic-api-key", ["sk-", "ant-"], MIXED, 20),
        ("openai-project-key", ["sk-", "proj-"], MIXED, 20),
        ("openai-service-key", ["sk-", "svcacct-"], MIXED, 20),
        ("openai-admin-key", ["sk-", "admin-"], MIXED, 20),
        ("openai-api-key", ["sk-abcdefT3Bl", "bkFJ"], MIXED, 20),
        ("openrouter-api-key", ["sk-or", "-v1-"], HEX, 40),
        ("fireworks-api-key", ["f", "w_"], MIXED, 24),
        ("hugging-face-token", ["h", "f_"], MIXED, 30),
        ("replicate-api-token", ["r", "8_"], MIXED, 37),
        ("pinecone-api-key", ["pc", "sk_"], MIXED, 36),
        ("groq-api-key", ["gs", "k_"], MIXED, 48),
        ("xai-api-key", ["xa", "i-"], MIXED, 70),
        ("perplexity-api-key", ["pp", "lx-"], MIXED, 40),
        ("slack-token", ["xo", "xb-"], MIXED, 15),
        ("slack-app-token", ["xa", "pp-1-A01B-2345-"], HEX, 20),
        (
            "slack-webhook",
            ["hooks.slack.com/", "services/T01/B02/"],
            MIXED,
            20,
        ),
        (
            "discord-webhook",
            ["/api/", "webhooks/123456789012345678/"],
            MIXED,
            60,
        ),
        ("telegram-bot-token", ["840291635:", "AA"], MIXED, 33),
        ("twilio-api-key", ["S", "K"], HEX, 32),
        ("mailgun-api-key", ["ke", "y-"], HEX, 32),
        ("stripe-key", ["sk_", "live_"], MIXED, 20),
        ("stripe-webhook-secret", ["wh", "sec_"], MIXED, 24),
        ("square-token", ["sq0", "atp-"], MIXED, 22),
        ("shopify-token", ["shp", "at_"], HEX, 32),
        ("new-relic-api-key", ["NR", "AK-"], UPPER, 27),
        ("grafana-token", ["gl", "c_"], MIXED, 32),
        ("sentry-token", ["snt", "rys_"], MIXED, 40),
        ("linear-api-key", ["lin", "_api_"], MIXED, 40),
        ("notion-token", ["nt", "n_"], MIXED, 40),
        ("figma-token", ["fi", "gd_"], MIXED, 40),
    ];
    let row = |(name, [first, second], alphabet, length): &(_, [&str; 2], &str, usize)| {
        (*name, token(first, second, alphabet, *length))
    };
    table.iter().map(row).collect()
}

fn composed() -> Vec<(&'static str, String)> {
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
            ["-----BEGIN ", "RSA PRIVATE", " KEY-----"].concat(),
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

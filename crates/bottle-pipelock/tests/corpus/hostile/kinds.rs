//! Secrets that nobody issued, of thirty kinds. They are put together here, so that nobody takes this file for a leak.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use bip39::{Language, Mnemonic};
use bottle_core::Secret;
use bottle_pipelock::{KnownSecret, Scanner};
use sha2::{Digest, Sha256};

use crate::random::Random;

const UPPER: &str = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
const MIXED: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const HEX: &str = "0123456789abcdef";
const DIGITS: &str = "0123456789";
const BASE58: &[u8] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
/// Known by its value alone: no rule knows such a shape.
const KNOWN: &str = "wharf-lantern/Quince_58 pebble";

/// The kind that is sent through every channel in every encoding.
pub(crate) const COMMON: &str = "github-token";

/// A prefix in two parts, the alphabet of what follows, and how much of it there is.
type Row = (&'static str, [&'static str; 2], &'static str, usize);

const PREFIXED: &[Row] = &[
    ("aws-access-key-id", ["AK", "IA"], UPPER, 16),
    ("github-fine-grained-token", ["github", "_pat_"], MIXED, 82),
    ("gitlab-token", ["gl", "pat-"], MIXED, 20),
    ("pypi-token", ["pypi", "-AgEIcHlwaS5vcmc"], MIXED, 140),
    ("docker-token", ["dckr", "_pat_"], MIXED, 27),
    ("anthropic-api-key", ["sk-", "ant-api03-"], MIXED, 95),
    ("openai-project-key", ["sk-", "proj-"], MIXED, 120),
    ("google-api-key", ["AI", "zaSy"], MIXED, 33),
    ("hugging-face-token", ["h", "f_"], MIXED, 34),
    ("slack-token", ["xo", "xb-2840291635-"], MIXED, 24),
    ("stripe-key", ["sk_", "live_"], MIXED, 24),
    ("shopify-token", ["shp", "at_"], HEX, 32),
    ("digitalocean-token", ["dop", "_v1_"], HEX, 64),
    ("databricks-token", ["da", "pi"], HEX, 32),
    ("vault-token", ["hv", "s."], MIXED, 24),
    ("age-secret-key", ["AGE-SECRET", "-KEY-1"], UPPER, 58),
    ("telegram-bot-token", ["8402916357:", "AA"], MIXED, 33),
    (
        "slack-webhook",
        ["https://hooks.slack.com/", "services/T01ABCD/B02EFGH/"],
        MIXED,
        24,
    ),
];

/// A secret, and what it is.
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    pub(crate) secret: String,
}

/// A scanner that knows the one that is known by value.
pub(crate) fn scanner() -> Scanner {
    Scanner::with_known(&[KnownSecret {
        name: "EGRESS_TOKEN_0".to_owned(),
        value: Secret::new(KNOWN.to_owned()).unwrap(),
        hosts: vec!["elsewhere.example".parse().unwrap()],
        header: "authorization".parse().unwrap(),
    }])
}

/// All of them.
pub(crate) fn all() -> Vec<Kind> {
    let mut random = Random::new(7);
    let row = |(name, parts, alphabet, length): &Row| {
        (*name, parts.concat() + &random.text(alphabet, *length))
    };
    let mut all: Vec<_> = PREFIXED.iter().map(row).collect();
    all.extend(composed(&mut random));
    all.extend(checked(&mut random));
    all.push(("known-secret", KNOWN.to_owned()));
    all.into_iter()
        .map(|(name, secret)| Kind { name, secret })
        .collect()
}

/// Those of several parts, or with a name in front.
fn composed(random: &mut Random) -> Vec<(&'static str, String)> {
    let mut mixed = |length| random.text(MIXED, length);
    vec![
        (
            "aws-secret-access-key",
            ["aws_secret_", "access_key = ", &mixed(40)].concat(),
        ),
        (
            "azure-storage-key",
            ["Account", "Key=", &mixed(86), "=="].concat(),
        ),
        (
            "sendgrid-api-key",
            ["S", "G.", &mixed(22), ".", &mixed(43)].concat(),
        ),
        (
            "discord-bot-token",
            ["MT", &mixed(24), ".", &mixed(6), ".", &mixed(27)].concat(),
        ),
        (
            "json-web-token",
            [
                "ey",
                "J",
                &mixed(33),
                ".ey",
                "J",
                &mixed(60),
                ".",
                &mixed(43),
            ]
            .concat(),
        ),
        (
            "secret-in-variable",
            ["CLIENT_SEC", "RET=", &mixed(32)].concat(),
        ),
        (
            "ethereum-private-key",
            ["private", "Key: 0x", &random.text(HEX, 64)].concat(),
        ),
        ("private-key", pem(random)),
    ]
}

/// Those with a checksum.
fn checked(random: &mut Random) -> Vec<(&'static str, String)> {
    let (hub, npm) = (random.text(MIXED, 30), random.text(MIXED, 30));
    let entropy = random.bytes(16);
    vec![
        (COMMON, ["gh", "p_", &hub, &crc(&hub)].concat()),
        ("npm-token", ["np", "m_", &npm, &crc(&npm)].concat()),
        ("bitcoin-private-key", wif(&random.bytes(32))),
        ("payment-card", card(&random.text(DIGITS, 11))),
        ("bank-account", iban(&random.text(DIGITS, 18))),
        (
            "seed-phrase",
            Mnemonic::from_entropy_in(Language::English, &entropy)
                .unwrap()
                .to_string(),
        ),
    ]
}

/// The lines of a key in PEM, whose bytes are none.
fn pem(random: &mut Random) -> String {
    let body = STANDARD_NO_PAD.encode(random.bytes(288));
    let lines: Vec<String> = body
        .as_bytes()
        .chunks(64)
        .map(|line| String::from_utf8(line.to_vec()).unwrap())
        .collect();
    let marks = ["-----BEGIN EC ", "PRIVATE", " KEY-----\n"].concat();
    format!(
        "{marks}{}\n{}",
        lines.join("\n"),
        marks.replace("BEGIN", "END")
    )
}

/// CRC-32 in six digits of base62.
fn crc(text: &str) -> String {
    let alphabet = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut number = usize::try_from(crc32fast::hash(text.as_bytes())).unwrap();
    let mut digits: Vec<char> = Vec::new();
    for _ in 0..6 {
        digits.push(char::from(alphabet[number % 62]));
        number /= 62;
    }
    digits.iter().rev().collect()
}

/// `Base58Check` of a key of the main network.
fn wif(key: &[u8]) -> String {
    let mut bytes = [&[0x80], key, &[1]].concat();
    let digest = Sha256::digest(Sha256::digest(&bytes));
    bytes.extend_from_slice(&digest[..4]);
    let mut digits: Vec<usize> = Vec::new();
    for byte in bytes {
        let mut carry = usize::from(byte);
        for digit in &mut digits {
            carry += *digit * 256;
            *digit = carry % 58;
            carry /= 58;
        }
        while carry > 0 {
            digits.push(carry % 58);
            carry /= 58;
        }
    }
    digits
        .iter()
        .rev()
        .map(|digit| char::from(BASE58[*digit]))
        .collect()
}

/// The number of a card with the checksum of Luhn, in groups.
fn card(account: &str) -> String {
    let number = ["4539", account].concat();
    let sum: u32 = number
        .chars()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let digit = digit.to_digit(10).unwrap();
            if place % 2 == 0 {
                digit * 2 / 10 + digit * 2 % 10
            } else {
                digit
            }
        })
        .sum();
    let number = format!("{number}{}", (10 - sum % 10) % 10);
    format!(
        "{} {} {} {}",
        &number[..4],
        &number[4..8],
        &number[8..12],
        &number[12..]
    )
}

/// The number of an account with its checksum, in groups.
fn iban(account: &str) -> String {
    // D is 13 and E is 14.
    let digits = format!("{account}131400");
    let remainder = digits.chars().fold(0, |number, digit| {
        (number * 10 + digit.to_digit(10).unwrap()) % 97
    });
    let number = format!("DE{:02}{account}", 98 - remainder);
    let groups: Vec<String> = number
        .as_bytes()
        .chunks(4)
        .map(|group| String::from_utf8(group.to_vec()).unwrap())
        .collect();
    groups.join(" ")
}

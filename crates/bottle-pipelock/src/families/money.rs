//! Keys to money, and the numbers of cards, accounts and persons.
//!
//! Numbers of social security and of banks count beside their names alone: nothing else tells them from other numbers.

use super::{Checksum, Family, Finder, anywhere, checked, family};
use crate::{before, checks};

/// Each prefix with each digit.
macro_rules! with_digits {
    ($($prefix:literal)*) => {
        &[$(
            concat!($prefix, "0"), concat!($prefix, "1"), concat!($prefix, "2"), concat!($prefix, "3"),
            concat!($prefix, "4"), concat!($prefix, "5"), concat!($prefix, "6"), concat!($prefix, "7"),
            concat!($prefix, "8"), concat!($prefix, "9"),
        )*]
    };
}

pub(super) const FAMILIES: &[Family] = &[
    // Two characters suffice here: the word begins with them and ends with the shape, and the checksum decides.
    Family {
        before: before::boundary,
        ..checked(
            "bitcoin-private-key",
            &[
                "5H", "5J", "5K", "Kw", "Kx", "Ky", "Kz", "L1", "L2", "L3", "L4", "L5",
            ],
            r"(?:5[1-9A-HJ-NP-Za-km-z]{50}|[KL][1-9A-HJ-NP-Za-km-z]{51})\b",
            checks::is_wif,
        )
    },
    // Its checksum is not asked: the shape is unmistakable, and a mangled key can be mended.
    family(
        "extended-private-key",
        &["xprv", "yprv", "zprv", "tprv", "uprv", "vprv"],
        r"[tuvxyz]prv[1-9A-HJ-NP-Za-km-z]{105}",
    ),
    // Only by its name: digests of Ethereum have the same shape.
    anywhere(
        "ethereum-private-key",
        &[
            "private_key",
            "privateKey",
            "PRIVATE_KEY",
            "private-key",
            "private key",
            "Private Key",
            "privkey",
        ],
        r#"(?i:private[ _-]?key|privkey)[\\"']{0,4}\s{0,4}[:=]\s{0,4}[\\"']{0,4}(?:0x)?[0-9a-fA-F]{63,64}\b"#,
    ),
    // In groups: without them it is one of many numbers that have 16 digits.
    Family {
        before: before::number,
        finder: Finder::Number,
        checksum: Checksum::Required(checks::is_card_in_groups),
        ..family(
            "payment-card",
            with_digits!(
                "22" "23" "24" "25" "26" "27" "34" "35" "37" "40" "41" "42" "43" "44" "45" "46" "47" "48" "49"
                "51" "52" "53" "54" "55" "60" "64" "65"
            ),
            // Another group behind it makes it a row of numbers.
            r"[0-9]{4}(?:(?: [0-9]{4}){3}|(?:-[0-9]{4}){3}| [0-9]{6} [0-9]{5}|-[0-9]{6}-[0-9]{5})(?: [0-9A-Fa-f]{0,3}(?:[^0-9A-Fa-f]|$)|[^A-Za-z0-9_ -]|$)",
        )
    },
    Family {
        before: before::anything,
        finder: Finder::Text,
        ..checked(
            "payment-card-by-name",
            &["card", "Card", "CARD"],
            r#"(?i:card)[A-Za-z_]{0,16}[\\"' :=.]{1,8}[2-6][0-9]{14,15}\b"#,
            checks::is_card,
        )
    },
    Family {
        finder: Finder::Number,
        ..checked(
            "bank-account",
            with_digits!(
                "AD" "AE" "AT" "BE" "BG" "CH" "CY" "CZ" "DE" "DK" "EE" "ES" "FI" "FR" "GB" "GR" "HR" "HU" "IE" "IL"
                "IS" "IT" "LI" "LT" "LU" "LV" "MC" "MT" "NL" "NO" "PL" "PT" "RO" "SA" "SE" "SI" "SK" "TR" "UA"
            ),
            r"[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]){11,30}\b",
            checks::is_iban,
        )
    },
    Family {
        is_example: checks::is_documented_ssn,
        before: before::boundary,
        finder: Finder::Text,
        ..checked(
            "social-security-number",
            &[
                "ssn",
                "SSN",
                "Social Security",
                "social security",
                "Social security",
                "social_security",
                "socialSecurity",
            ],
            r"(?i:ssn|social[ _-]?security)[^0-9\n]{0,24}[0-9]{3}(?:-[0-9]{2}-| [0-9]{2} )[0-9]{4}\b",
            checks::is_ssn,
        )
    },
    Family {
        before: before::boundary,
        finder: Finder::Text,
        ..checked(
            "bank-routing-number",
            &["routing", "Routing", "ROUTING", "ABA ", "aba_"],
            r"(?i:routing[ _-]?(?:number|num|no|transit|code)|aba[ _-]?(?:number|routing))[^0-9\n]{0,16}[0-9]{9}\b",
            checks::is_routing_number,
        )
    },
    family("easypost-key", &["EZAK", "EZTK"], r"EZ[AT]K[A-Za-z0-9]{52}"),
    family(
        "duffel-token",
        &["duffel_test_", "duffel_live_"],
        r"duffel_(?:test|live)_[A-Za-z0-9_=-]{42}",
    ),
    family(
        "flutterwave-key",
        &["FLWSECK"],
        r"FLWSECK(?:_TEST)?-[0-9a-zA-Z]{12,40}-X",
    ),
    family(
        "plaid-token",
        &[
            "access-sandbox-",
            "access-development-",
            "access-production-",
        ],
        r"access-(?:sandbox|development|production)-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{11}",
    ),
    family(
        "braintree-token",
        &["access_token$production$", "access_token$sandbox$"],
        r"access_token\$(?:production|sandbox)\$[0-9a-z]{16}\$[0-9a-f]{31}",
    ),
    family(
        "shippo-token",
        &["shippo_live_", "shippo_test_"],
        r"shippo_(?:live|test)_[0-9a-f]{39}",
    ),
    family("lob-api-key", &["live_"], r"live_[0-9a-f]{34,35}\b"),
];

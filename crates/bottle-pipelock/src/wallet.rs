//! Addresses and keys of wallets in the query of an address.
//!
//! In a text an address of a wallet is no secret: whoever explains how they are built writes some. To an unknown host it
//! goes as a parameter of its own when somebody's purse is looked up, or a payment is turned to another one.

use crate::checks;

/// The rule.
pub(crate) const RULE: &str = "wallet-in-query";
/// Names of parameters under which a number of Ethereum is an address or a key. Hashes have the same digits.
const NAMES: &[&str] = &[
    "account",
    "addr",
    "address",
    "from",
    "key",
    "pk",
    "priv",
    "privkey",
    "recipient",
    "secret",
    "to",
    "wallet",
];
/// Hexadecimal digits of an address, and of a key.
const LENGTHS: [usize; 2] = [40, 64];

/// The rule, if a parameter of the query is an address or a key.
pub(crate) fn find(query: &str) -> Option<&'static str> {
    let fields = query.split(['&', ';']);
    let mut pairs = fields.filter_map(|field| field.split_once('='));
    let is_wallet =
        |(name, value): (&str, &str)| is_address(value.as_bytes()) || is_ethereum(name, value);
    pairs.any(is_wallet).then_some(RULE)
}

/// Addresses with a checksum, whatever the name is.
fn is_address(value: &[u8]) -> bool {
    checks::is_segwit_address(value) || checks::is_bitcoin_address(value)
}

fn is_ethereum(name: &str, value: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let words: Vec<&str> = name.split(['_', '-', '.']).collect();
    let digits = value
        .strip_prefix("0x")
        .or_else(|| value.strip_prefix("0X"));
    let is_number = |digits: &str| {
        LENGTHS.contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    digits.is_some_and(is_number) && words.iter().any(|word| NAMES.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wallets_and_other_parameters() {
        let hex = "3fa9c07be15d826f43fa9c07be15d826f43fa9c0";
        for query in [
            "addr=bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
            "x=1&q=1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
            &format!("wallet=0x{hex}"),
            &format!("a=b&eth_address=0x{hex}"),
            &format!("pk=0x{hex}{}", &hex[..24]),
        ] {
            assert_eq!(find(query), Some(RULE), "{query}");
        }
        for query in [
            "",
            "addr",
            "addr=12 Main Street",
            "addr=bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5",
            "address=203.0.113.5",
            &format!("tx=0x{hex}{}", &hex[..24]),
            &format!("ref={hex}"),
        ] {
            assert_eq!(find(query), None, "{query}");
        }
    }
}

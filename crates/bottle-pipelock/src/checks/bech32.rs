//! Addresses of Bitcoin in Bech32 (BIP-173) and Bech32m (BIP-350), which have a checksum.

/// The digits, in the order of their values.
const DIGITS: &[u8] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
/// The networks whose addresses are worth something: Bitcoin and Litecoin.
const NETWORKS: &[&str] = &["bc", "ltc"];
/// What each of the highest five bits adds to the checksum.
const GENERATOR: [u32; 5] = [
    0x3b6a_57b2,
    0x2650_8e6d,
    0x1ea1_19fa,
    0x3d42_33dd,
    0x2a14_62b3,
];
/// What the checksum has to be: for version 0, and for those after it.
const RIGHT: [u32; 2] = [1, 0x2bc8_30a3];
/// The longest address.
const LONGEST: usize = 90;

/// Whether this is an address with a right checksum.
pub(crate) fn is_segwit_address(text: &[u8]) -> bool {
    let is_one_case =
        !text.iter().any(u8::is_ascii_lowercase) || !text.iter().any(u8::is_ascii_uppercase);
    let text = text.to_ascii_lowercase();
    let is_network = |network: &&&str| {
        text.strip_prefix(network.as_bytes())
            .is_some_and(|rest| rest.starts_with(b"1"))
    };
    let Some(network) = NETWORKS
        .iter()
        .find(is_network)
        .filter(|_| is_one_case && text.len() <= LONGEST)
    else {
        return false;
    };
    let data = text.get(network.len() + 1..).unwrap_or_default();
    let values: Option<Vec<u32>> = data.iter().copied().map(value).collect();
    // A version, some program, and six digits of checksum.
    values.is_some_and(|values| values.len() >= 30 && RIGHT.contains(&checksum(network, &values)))
}

fn value(digit: u8) -> Option<u32> {
    let place = DIGITS.iter().position(|each| *each == digit)?;
    u32::try_from(place).ok()
}

fn checksum(network: &str, values: &[u32]) -> u32 {
    let high = network.bytes().map(|byte| u32::from(byte >> 5));
    let low = network.bytes().map(|byte| u32::from(byte & 31));
    let all = high.chain([0]).chain(low).chain(values.iter().copied());
    all.fold(1, |sum, value| {
        let top = sum >> 25;
        let sum = (sum & 0x01ff_ffff) << 5 ^ value;
        let bits = GENERATOR.iter().enumerate();
        bits.fold(sum, |sum, (bit, generator)| {
            if top >> bit & 1 == 1 {
                sum ^ generator
            } else {
                sum
            }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_the_standard() {
        for text in [
            "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
            "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4",
            "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
        ] {
            assert!(is_segwit_address(text.as_bytes()), "{text}");
        }
        for text in [
            "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5",
            "bc1qW508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
            "bc1q",
            "bc1",
            "",
            "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx",
        ] {
            assert!(!is_segwit_address(text.as_bytes()), "{text}");
        }
    }
}

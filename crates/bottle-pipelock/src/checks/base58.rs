//! `Base58Check`: 58 digits without the ones that look alike, and the beginning of a digest at the end.

use sha2::{Digest, Sha256};

const ALPHABET: &[u8] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
/// The bytes of the digest that are kept.
const DIGEST: usize = 4;
/// No key that is checked has more characters; the arithmetic is quadratic.
const LONGEST: usize = 128;
/// The first byte of a key of the main network.
const MAIN_NETWORK: u8 = 0x80;

/// Whether this is a private key of Bitcoin in the format for import.
pub(crate) fn is_wif(token: &[u8]) -> bool {
    let is_key =
        |bytes: Vec<u8>| bytes.first() == Some(&MAIN_NETWORK) && matches!(bytes.len(), 33 | 34);
    payload(token).is_some_and(is_key)
}

/// Whether this is an address of Bitcoin: of a key, or of a script.
pub(crate) fn is_bitcoin_address(text: &[u8]) -> bool {
    // Each zero byte in front is a `1` of its own.
    let zeros = text.iter().take_while(|byte| **byte == b'1').count();
    let is_address = |mut bytes: Vec<u8>| {
        let front = vec![0; zeros];
        bytes.splice(..0, front);
        let digest = bytes.split_off(bytes.len().saturating_sub(DIGEST));
        let twice = Sha256::digest(Sha256::digest(&bytes));
        bytes.len() == 21 && matches!(bytes.first(), Some(0 | 5)) && twice.starts_with(&digest)
    };
    let number = text.get(zeros..).unwrap_or_default();
    (26..=35).contains(&text.len()) && decode(number).is_some_and(is_address)
}

/// What a right text holds.
fn payload(text: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = decode(text)?;
    let digest = bytes.split_off(bytes.len().checked_sub(DIGEST)?);
    let twice = Sha256::digest(Sha256::digest(&bytes));
    twice.starts_with(&digest).then_some(bytes)
}

/// The bytes of the number, highest first. None of the texts that are checked begins with a zero.
fn decode(text: &[u8]) -> Option<Vec<u8>> {
    if text.len() > LONGEST {
        return None;
    }
    let mut lowest_first: Vec<u8> = Vec::new();
    for byte in text {
        let digit = ALPHABET.iter().position(|one| one == byte)?;
        let mut carry = u32::try_from(digit).ok()?;
        for place in &mut lowest_first {
            carry += u32::from(*place) * 58;
            *place = u8::try_from(carry % 256).ok()?;
            carry /= 256;
        }
        if carry > 0 {
            lowest_first.push(u8::try_from(carry).ok()?);
        }
    }
    lowest_first.reverse();
    Some(lowest_first)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A key whose bytes are all the same.
    pub(crate) fn wif(byte: u8, compressed: bool) -> String {
        let mut bytes = vec![MAIN_NETWORK];
        bytes.extend([byte; 32]);
        if compressed {
            bytes.push(1);
        }
        let digest = Sha256::digest(Sha256::digest(&bytes));
        bytes.extend_from_slice(&digest[..DIGEST]);
        encode(&bytes)
    }

    fn encode(bytes: &[u8]) -> String {
        let mut digits: Vec<u32> = Vec::new();
        for byte in bytes {
            let mut carry = u32::from(*byte);
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
        let characters = digits.iter().rev();
        characters
            .map(|digit| char::from(ALPHABET[usize::try_from(*digit).unwrap()]))
            .collect()
    }

    #[test]
    fn a_key_is_known_by_its_digest() {
        for compressed in [false, true] {
            let key = wif(0x5a, compressed);
            assert!(is_wif(key.as_bytes()), "{key}");
            let mut other = key.into_bytes();
            other[20] = if other[20] == b'x' { b'y' } else { b'x' };
            assert!(!is_wif(&other));
        }
        for text in ["", "1", "0OIl", "Kx"] {
            assert!(!is_wif(text.as_bytes()), "{text}");
        }
        assert!(!is_wif(&[b'z'; 1000]));
    }

    #[test]
    fn addresses_have_a_checksum() {
        assert!(is_bitcoin_address(b"1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"));
        assert!(is_bitcoin_address(b"3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy"));
        for text in [
            "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb",
            "",
            "1111111111111111111111111111",
            "3",
        ] {
            assert!(!is_bitcoin_address(text.as_bytes()), "{text}");
        }
    }
}

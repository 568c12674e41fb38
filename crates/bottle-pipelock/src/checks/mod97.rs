//! International bank account numbers: ISO 13616, with the checksum of ISO 7064 mod 97-10.

/// How long the numbers of each country are. Countries that use them little are left out.
const LENGTHS: &[(&[u8], usize)] = &[
    (b"AD", 24),
    (b"AE", 23),
    (b"AT", 20),
    (b"BE", 16),
    (b"BG", 22),
    (b"CH", 21),
    (b"CY", 28),
    (b"CZ", 24),
    (b"DE", 22),
    (b"DK", 18),
    (b"EE", 20),
    (b"ES", 24),
    (b"FI", 18),
    (b"FR", 27),
    (b"GB", 22),
    (b"GR", 27),
    (b"HR", 21),
    (b"HU", 28),
    (b"IE", 22),
    (b"IL", 23),
    (b"IS", 26),
    (b"IT", 27),
    (b"LI", 21),
    (b"LT", 20),
    (b"LU", 20),
    (b"LV", 21),
    (b"MC", 27),
    (b"MT", 31),
    (b"NL", 18),
    (b"NO", 15),
    (b"PL", 28),
    (b"PT", 25),
    (b"RO", 24),
    (b"SA", 24),
    (b"SE", 24),
    (b"SI", 19),
    (b"SK", 24),
    (b"TR", 26),
    (b"UA", 29),
];

/// Whether a number of this country has this length and a right checksum. Spaces do not count.
pub(crate) fn is_iban(token: &[u8]) -> bool {
    let characters: Vec<u8> = token.iter().copied().filter(|byte| *byte != b' ').collect();
    let Some((country, rest)) = characters.split_at_checked(2) else {
        return false;
    };
    let length = LENGTHS.iter().find(|(code, _)| *code == country);
    let Some((_, length)) = length else {
        return false;
    };
    let Some((check, account)) = rest
        .get(..length - 2)
        .and_then(|rest| rest.split_at_checked(2))
    else {
        return false;
    };
    ends_after(token, *length) && remainder([account, country, check]) == Some(1)
}

/// Whether the number is not a part of a longer word.
fn ends_after(token: &[u8], length: usize) -> bool {
    let mut characters = 0;
    let next = token.iter().find(|byte| {
        characters += usize::from(**byte != b' ');
        characters >= length && (characters > length || **byte == b' ')
    });
    next.is_none_or(|byte| *byte == b' ')
}

/// Letters are two digits: A is 10.
fn remainder(parts: [&[u8]; 3]) -> Option<u32> {
    parts.into_iter().flatten().try_fold(0, |number, byte| {
        let digit = char::from(*byte).to_digit(36)?;
        let shift = if digit < 10 { 10 } else { 100 };
        Some((number * shift + digit) % 97)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_known_by_length_and_checksum() {
        // Put together here: this file passes the scanner.
        let number = |check: &str, rest: &str| is_iban(["GB", check, rest].concat().as_bytes());
        assert!(number("82", "WEST12345698765432"));
        assert!(number("82", " WEST 1234 5698 7654 32"));
        assert!(number("82", "WEST12345698765432 AND"));
        assert!(!number("83", "WEST12345698765432"));
        assert!(!number("82", "WEST1234569876543"));
        assert!(!number("82", "WEST123456987654321"));
        for text in ["", "GB", "GB82", "XX82"] {
            assert!(!is_iban(text.as_bytes()), "{text}");
        }
    }
}

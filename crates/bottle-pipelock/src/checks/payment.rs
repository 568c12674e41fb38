//! Numbers of payment cards: ISO 7812, with the checksum of Luhn.

/// Numbers that payment services give out to try them with.
const TRIALS: &[&[u8]] = &[
    b"4242424242424242",
    b"4111111111111111",
    b"4012888888881881",
    b"4000056655665556",
    b"4000002500003155",
    b"4000000000009995",
    b"5555555555554444",
    b"5105105105105100",
    b"5200828282828210",
    b"2223003122003222",
    b"378282246310005",
    b"371449635398431",
    b"378734493671000",
    b"6011111111111117",
    b"6011000990139424",
    b"3566002020360505",
    b"3530111333300000",
];

/// So all the other numbers begin that are given out for that.
const TRIAL_ISSUER: &[u8] = b"400000";

/// Whether this is the number of a card: the length is its issuer's and the checksum is right. Other characters do
/// not count.
pub(crate) fn is_card(token: &[u8]) -> bool {
    let digits: Vec<u8> = token.iter().copied().filter(u8::is_ascii_digit).collect();
    let is_length = match digits.as_slice() {
        [b'3', b'4' | b'7', ..] => digits.len() == 15,
        _ => digits.len() == 16,
    };
    let is_trial = digits.starts_with(TRIAL_ISSUER) || TRIALS.contains(&digits.as_slice());
    is_length && luhn(&digits) && !is_trial
}

/// Whether this is the number of a card, even one to try services with.
pub(crate) fn is_card_number(digits: &[u8]) -> bool {
    let is_issuer = matches!(digits.first(), Some(b'2'..=b'6'));
    let is_length = matches!(digits.len(), 15 | 16);
    is_issuer && is_length && digits.iter().all(u8::is_ascii_digit) && luhn(digits)
}

/// The same of digits in groups of four, or of four, six and five; what follows the last group does not count.
pub(crate) fn is_card_in_groups(token: &[u8]) -> bool {
    let groups = token.split(|byte| !byte.is_ascii_digit());
    let sizes = groups.clone().map(<[u8]>::len);
    let count = if sizes.take(2).eq([4, 6]) { 3 } else { 4 };
    is_card(&groups.take(count).collect::<Vec<_>>().concat())
}

/// Every second digit from the end counts twice; the sum ends with a zero.
fn luhn(digits: &[u8]) -> bool {
    let value = |(place, digit): (usize, &u8)| {
        let digit = u32::from(digit.saturating_sub(b'0'));
        match (place % 2, digit) {
            (0, digit) => digit,
            (_, digit) if digit > 4 => digit * 2 - 9,
            (_, digit) => digit * 2,
        }
    };
    digits.iter().rev().enumerate().map(value).sum::<u32>() % 10 == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_known_by_length_and_checksum() {
        // Put together here: this file passes the scanner.
        let number = |first: &str, rest: &str| is_card([first, rest].concat().as_bytes());
        assert!(number("45320151", "12830366"));
        assert!(number("4532 0151", " 1283 0366"));
        assert!(number("5425-2334", "-3010-9903"));
        assert!(!number("45320151", "12830367"));
        assert!(!number("45320151", "1283036"));
        assert!(!number("4242 4242", " 4242 4242"));
        assert!(!number("378282", "246310005"));
        assert!(!number("", "4"));
    }
}

//! Hexadecimal and base32, wherever in a name they begin.

use super::content::{self, Digits};
use super::labels::Labels;

/// Parts of up to this many characters may be the numbers of the others.
const LONGEST_NUMBER: usize = 3;

/// The fewest digits that are the beginning of a file: five bytes in base32.
const SHORTEST_RUN: usize = 8;
/// The shortest label in capitals that is no name.
const SHORTEST_LOUD: usize = 16;
/// The fewest digits that are a text among others: ten bytes in hexadecimal.
const SHORTEST_TEXT: usize = 20;
/// Bits to a hexadecimal digit.
const HEX: u32 = 4;

/// What a name may be encoded with: the digits, in the order of their values.
struct Alphabet {
    values: &'static [u8],
    /// Bits to a digit.
    width: u32,
    /// After so many digits a byte begins again.
    period: usize,
}

const fn base32(values: &'static [u8; 32]) -> Alphabet {
    Alphabet {
        values,
        width: 5,
        period: 8,
    }
}

/// In the order in which they are common.
const ALPHABETS: [Alphabet; 5] = [
    Alphabet {
        values: b"0123456789abcdef",
        width: HEX,
        period: 2,
    },
    // RFC 4648, sections 6 and 7.
    base32(b"abcdefghijklmnopqrstuvwxyz234567"),
    base32(b"0123456789abcdefghijklmnopqrstuv"),
    // Crockford's, and the one for humans.
    base32(b"0123456789abcdefghjkmnpqrstvwxyz"),
    base32(b"ybndrfg8ejkmcpqxot1uwisza345h769"),
];

/// Whether there is a text or the beginning of a file in the labels: in each alone, in all of them as one word, or in
/// the longer of their parts.
pub(super) fn finds_data(labels: &Labels<'_>) -> bool {
    let alone = labels.iter().any(|label| {
        let label: String = label.split('-').collect();
        ALPHABETS.iter().any(|alphabet| alphabet.is_data(&label))
    });
    let mut last = String::new();
    alone
        || (0..=LONGEST_NUMBER).any(|shortest| {
            let word = labels.joined(shortest);
            if word == last {
                return false;
            }
            let found = ALPHABETS
                .iter()
                .any(|alphabet| alphabet.is_data(&word) || alphabet.holds_data(&word));
            last = word;
            found
        })
}

/// Whether a label is base32 in capitals, in which nobody writes a name, whatever it decodes to.
pub(super) fn is_loud(label: &str) -> bool {
    let is_digit = |byte: u8| byte.is_ascii_uppercase() || matches!(byte, b'2'..=b'7');
    let digits = label.bytes().filter(u8::is_ascii_digit).count();
    label.len() >= SHORTEST_LOUD && digits >= 2 && label.bytes().all(is_digit)
}

impl Alphabet {
    /// Whether the whole word is data.
    fn is_data(&self, word: &str) -> bool {
        let values: Option<Vec<u8>> = word.bytes().map(|byte| self.value(byte)).collect();
        values.is_some_and(|values| {
            let (decoded, digits) = (self.decode(&values), self.digits(word.as_bytes()));
            content::is_text(&decoded, digits)
                || content::is_file(&decoded, digits)
                || content::begins_text(&decoded, digits, word.len())
        })
    }

    /// Whether data begins somewhere in the word.
    fn holds_data(&self, word: &str) -> bool {
        let mut runs = word
            .as_bytes()
            .split(|byte| self.value(*byte).is_none())
            .filter(|run| run.len() >= SHORTEST_RUN);
        runs.any(|run| {
            let values: Vec<u8> = run.iter().filter_map(|byte| self.value(*byte)).collect();
            let digits = self.digits(run);
            content::is_file(&self.decode(&values), digits)
                || run.len() >= SHORTEST_TEXT && self.holds_text(&values, digits)
        })
    }

    /// Whether a text begins at one of the places at which a byte may.
    fn holds_text(&self, values: &[u8], digits: Digits) -> bool {
        (0..self.period).any(|place| {
            let decoded = self.decode(values.get(place..).unwrap_or_default());
            content::holds_text(&decoded, digits)
        })
    }

    fn digits(&self, run: &[u8]) -> Digits {
        match (self.width, run.iter().any(u8::is_ascii_digit)) {
            (HEX, _) if run.iter().all(u8::is_ascii_digit) => Digits::Decimal,
            (HEX, _) => Digits::Hex,
            (_, false) => Digits::Letters,
            (_, true) => Digits::Base32,
        }
    }

    fn value(&self, byte: u8) -> Option<u8> {
        let place = self.values.iter().position(|digit| *digit == byte)?;
        u8::try_from(place).ok()
    }

    /// The bytes that these values are; bits that are left over are not.
    fn decode(&self, values: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(values.len());
        let (mut bits, mut count) = (0_u16, 0);
        for value in values {
            bits = bits << self.width | u16::from(*value);
            count += self.width;
            if let Some(left) = count.checked_sub(8) {
                let [_, byte] = (bits >> left).to_be_bytes();
                bytes.push(byte);
                count = left;
            }
        }
        bytes
    }
}

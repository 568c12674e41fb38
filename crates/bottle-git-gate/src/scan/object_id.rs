//! The ids of objects.

use std::fmt;

/// The longest id, in bytes: SHA-256.
const LONGEST: usize = 32;

/// The id of an object of git, of either kind of repository (SHA-1, SHA-256).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ObjectId {
    length: usize,
    bytes: [u8; LONGEST],
}

impl ObjectId {
    /// From its small hexadecimal digits, all of them.
    pub(super) fn from_digits(digits: &[u8]) -> Option<Self> {
        if digits.len() != 40 && digits.len() != 64 {
            return None;
        }
        let mut bytes = [0; LONGEST];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            let [high, low] = pair.first_chunk()?.map(digit);
            *byte = high? << 4 | low?;
        }
        let length = digits.len() / 2;
        Some(Self { length, bytes })
    }

    /// From its bytes, as trees have them.
    pub(super) fn from_bytes(from: &[u8]) -> Option<Self> {
        if from.len() != 20 && from.len() != LONGEST {
            return None;
        }
        let mut bytes = [0; LONGEST];
        bytes.get_mut(..from.len())?.copy_from_slice(from);
        let length = from.len();
        Some(Self { length, bytes })
    }

    /// How many bytes it has.
    pub(super) const fn length(&self) -> usize {
        self.length
    }

    /// Its bytes.
    pub(super) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or(&self.bytes)
    }

    /// Enough of it to find it by: twelve digits.
    pub(super) fn short(&self) -> String {
        let mut digits = self.to_string();
        digits.truncate(12);
        digits
    }
}

const fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = self.bytes.iter().take(self.length);
        bytes
            .into_iter()
            .try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_both_kinds_round_trip_and_nothing_else_is_one() {
        for digits in [
            "3f786850e387550fdab836ed7e6dc881de23001b".to_owned(),
            "ab".repeat(32),
        ] {
            let id = ObjectId::from_digits(digits.as_bytes()).unwrap();
            assert_eq!(id.to_string(), digits);
            assert_eq!(id.short(), digits[..12]);
            assert_eq!(ObjectId::from_bytes(&id.bytes[..id.length]), Some(id));
        }
        for text in [
            "",
            "HEAD",
            "3F786850E387550FDAB836ED7E6DC881DE23001B",
            "--all",
            &"0".repeat(39),
        ] {
            assert_eq!(ObjectId::from_digits(text.as_bytes()), None, "{text}");
        }
        assert_eq!(ObjectId::from_bytes(&[0; 21]), None);
    }
}

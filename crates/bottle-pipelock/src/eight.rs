//! Eight bytes of a text, looked at in one step.
//!
//! A loop over so few bytes ends at a place that nobody can foresee, and the processor guesses wrong; arithmetic on all
//! eight takes the same time whatever they are.

/// A byte in each of eight.
const EACH: u64 = 0x0101_0101_0101_0101;
/// The highest bit of each byte.
const HIGH: u64 = 0x80 * EACH;
/// The bit of each byte by which a small letter of ASCII differs from its capital.
const SMALL: u64 = 0x20 * EACH;

/// Moves the lowest bit of each byte to the highest byte, in their order.
const TOGETHER: u64 = 0x0102_0408_1020_4080;

/// Eight bytes, the first one in the lowest place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Eight(u64);

impl Eight {
    /// How many they are.
    pub(crate) const LENGTH: usize = 8;

    /// Those that begin here; zeros behind the text.
    pub(crate) fn at(text: &[u8], at: usize) -> Self {
        let rest = text.get(at..).unwrap_or_default();
        rest.first_chunk().map_or_else(
            || Self::padded(rest.iter()),
            |bytes| Self(u64::from_le_bytes(*bytes)),
        )
    }

    /// Those that end here; zeros in front of the text.
    pub(crate) fn before(text: &[u8], end: usize) -> Self {
        let front = text.get(..end).unwrap_or_default();
        front.last_chunk().map_or_else(
            || Self(Self::padded(front.iter().rev()).0.swap_bytes()),
            |bytes| Self(u64::from_le_bytes(*bytes)),
        )
    }

    #[cold]
    fn padded<'a>(bytes: impl Iterator<Item = &'a u8>) -> Self {
        let mut padded = [0; Self::LENGTH];
        for (place, byte) in padded.iter_mut().zip(bytes) {
            *place = *byte;
        }
        Self(u64::from_le_bytes(padded))
    }

    /// Whether one of them is this byte, which is not zero.
    pub(crate) const fn has(self, wanted: u8) -> bool {
        let others = self.0 ^ (byte(wanted) * EACH);
        others.wrapping_sub(EACH) & !others & HIGH != 0
    }

    /// All of them as one number.
    pub(crate) const fn number(self) -> u64 {
        self.0
    }

    /// Which are letters of ASCII.
    pub(crate) const fn letters(self) -> Marks {
        // This bit alone tells a capital from its small letter, and makes no other byte a letter.
        let small = (self.0 & !HIGH) | SMALL;
        Marks(Self::between(small, b'a', b'z') & !self.0)
    }

    /// Which are small letters of ASCII.
    pub(crate) const fn small(self) -> Marks {
        // Their bit that capitals have not, moved to the place of a mark.
        Marks(self.letters().0 & self.0 << 2)
    }

    /// Which are letters or digits of ASCII.
    pub(crate) const fn alphanumeric(self) -> Marks {
        let digits = Self::between(self.0 & !HIGH, b'0', b'9') & !self.0;
        Marks(self.letters().0 | digits)
    }

    /// The highest bit of each byte below 128 that is in a range.
    const fn between(bytes: u64, first: u8, last: u8) -> u64 {
        // No sum of two bytes below 128 is carried over to the next one.
        let (first, last) = (byte(first), byte(last));
        (bytes + (0x80 - first) * EACH) & !(bytes + (0x7f - last) * EACH) & HIGH
    }

    /// The first so many of them, letters in lower case; the others are zeros.
    pub(crate) const fn small_letters(self, count: usize) -> u64 {
        let small = self.0 | SMALL;
        match count {
            0 => 0,
            1..Self::LENGTH => small & !(!0 << bits(count)),
            _ => small,
        }
    }
}

/// Some of eight bytes: the highest bit of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Marks(u64);

impl Marks {
    /// The first of them.
    pub(crate) fn first(self) -> Option<usize> {
        let place = self.0.trailing_zeros() / 8;
        usize::try_from(place)
            .ok()
            .filter(|place| *place < Eight::LENGTH)
    }

    /// A bit for each of them, the first one in the lowest place.
    pub(crate) const fn bits(self) -> u32 {
        u32::from_le_bytes([together(self.0 >> 7), 0, 0, 0])
    }

    /// The others.
    pub(crate) const fn others(self) -> Self {
        Self(!self.0 & HIGH)
    }

    /// Whether there is one among the first so many.
    pub(crate) fn is_in_first(self, count: usize) -> bool {
        self.first().is_some_and(|first| first < count)
    }

    /// Those that are not among others.
    pub(crate) const fn without(self, others: Self) -> Self {
        Self(self.0 & !others.0)
    }

    /// How many there are at the beginning without a gap.
    pub(crate) fn front(self) -> usize {
        self.others().first().unwrap_or(Eight::LENGTH)
    }

    /// How many there are at the end without a gap.
    pub(crate) fn back(self) -> usize {
        usize::try_from(self.others().0.leading_zeros() / 8).unwrap_or_default()
    }
}

/// The lowest bit of each of eight bytes that have no other, the first one in the lowest place.
pub(crate) const fn together(bits: u64) -> u8 {
    // Each bit gets to a place of its own in the highest byte, and no sum is carried over.
    let [.., together] = bits.wrapping_mul(TOGETHER).to_le_bytes();
    together
}

/// A byte as a number of eight of them.
const fn byte(byte: u8) -> u64 {
    u64::from_le_bytes([byte, 0, 0, 0, 0, 0, 0, 0])
}

/// How many bits so many bytes have.
const fn bits(bytes: usize) -> usize {
    bytes * 8
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn as_byte_by_byte(text in prop::collection::vec(any::<u8>(), 0..24), at in 0_usize..26) {
            let behind: Vec<u8> = text.iter().skip(at).copied().chain([0; 8]).take(8).collect();
            let marks = Eight::at(&text, at);
            let front = |is: fn(&u8) -> bool| behind.iter().take_while(|byte| is(byte)).count();
            prop_assert_eq!(marks.letters().front(), front(u8::is_ascii_alphabetic));
            prop_assert_eq!(marks.alphanumeric().front(), front(u8::is_ascii_alphanumeric));
            prop_assert_eq!(
                marks.alphanumeric().first(),
                behind.iter().position(u8::is_ascii_alphanumeric)
            );
            let bits = behind.iter().rev().fold(0, |bits, byte| bits << 1 | u32::from(byte.is_ascii_alphanumeric()));
            prop_assert_eq!(marks.alphanumeric().bits(), bits);
            for wanted in [b':', 0x80, 0xff, 1] {
                prop_assert_eq!(marks.has(wanted), behind.contains(&wanted));
            }
            let end = at.min(text.len());
            let front = text[..end].iter().rev().take(8);
            prop_assert_eq!(
                Eight::before(&text, end).letters().back(),
                front.take_while(|byte| byte.is_ascii_alphabetic()).count()
            );
        }

        #[test]
        fn letters_without_their_case(text in "[a-zA-Z]{0,8}", more in "[a-zA-Z]{0,8}") {
            let small = Eight::at(format!("{text}{more}").as_bytes(), 0).small_letters(text.len());
            let mut bytes = [0; 8];
            bytes[..text.len()].copy_from_slice(text.to_lowercase().as_bytes());
            prop_assert_eq!(small.to_le_bytes(), bytes);
        }
    }

    #[test]
    fn every_byte_at_every_place() {
        let digits = |eight: Eight| eight.alphanumeric().without(eight.letters());
        for byte in 0..=u8::MAX {
            for place in 0..8 {
                let mut text = [0xff; 8];
                text[place] = byte;
                let eight = Eight::at(&text, 0);
                let is = |set: bool| set.then_some(place);
                assert_eq!(eight.letters().first(), is(byte.is_ascii_alphabetic()));
                assert_eq!(eight.small().first(), is(byte.is_ascii_lowercase()));
                assert_eq!(digits(eight).first(), is(byte.is_ascii_digit()));
                assert_eq!(
                    eight.small().is_in_first(place + 1),
                    byte.is_ascii_lowercase()
                );
                assert!(!eight.small().is_in_first(place));
                assert_eq!(
                    eight.alphanumeric().first(),
                    is(byte.is_ascii_alphanumeric())
                );
            }
        }
    }
}

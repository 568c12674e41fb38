//! Characters that take no place, or an empty one.

/// A character that is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Invisible {
    /// It says nothing.
    Nothing,
    /// A row of these can spell a text, which programs hide in other texts.
    Byte(u8),
}

impl Invisible {
    /// What is invisible in a character, if it is.
    pub(super) fn of(letter: char) -> Option<Self> {
        let code = u32::from(letter);
        let byte = |code| u8::try_from(code).map_or(Self::Nothing, Self::Byte);
        match code {
            // Variation selectors, which count from 1 to 256.
            0xfe00..=0xfe0f => Some(byte(code - 0xfe00)),
            0xe0100..=0xe01ef => Some(byte(code - 0xe0100 + 16)),
            // Tags: ASCII once more.
            0xe0020..=0xe007e => Some(byte(code - 0xe0000)),
            _ => (is_ignorable(code) || is_space(code)).then_some(Self::Nothing),
        }
    }
}

/// Controls, and what is ignored by default (Unicode, `Default_Ignorable_Code_Point`).
const fn is_ignorable(code: u32) -> bool {
    matches!(
        code,
        0x80..=0x9f
            | 0xad
            | 0x34f
            | 0x61c
            | 0x115f..=0x1160
            | 0x17b4..=0x17b5
            | 0x180b..=0x180f
            | 0x200b..=0x200f
            | 0x202a..=0x202e
            | 0x2060..=0x206f
            | 0x3164
            | 0xfeff
            | 0xffa0
            | 0xfff0..=0xfffb
            | 0x1_bca0..=0x1_bca3
            | 0x1_d173..=0x1_d17a
            | 0xe_0000..=0xe_0fff
    )
}

/// Spaces other than that of ASCII, and the empty pattern of Braille.
const fn is_space(code: u32) -> bool {
    matches!(
        code,
        0xa0 | 0x1680 | 0x2000..=0x200a | 0x2028..=0x2029 | 0x202f | 0x205f | 0x2800 | 0x3000
    )
}

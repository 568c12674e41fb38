//! Sets of bytes, asked in one look-up.

/// A set of bytes.
pub(crate) struct ByteSet([bool; 256]);

impl ByteSet {
    /// These.
    pub(crate) const fn of(bytes: &[u8]) -> Self {
        Self::with(false, bytes)
    }

    /// The ASCII letters and digits, and these.
    pub(crate) const fn alphanumeric_and(more: &[u8]) -> Self {
        Self::with(true, more)
    }

    const fn with(alphanumeric: bool, more: &[u8]) -> Self {
        let mut set = [false; 256];
        let mut byte = 0_u8;
        let mut rest: &mut [bool] = &mut set;
        while let Some((first, others)) = rest.split_first_mut() {
            *first = (alphanumeric && byte.is_ascii_alphanumeric()) || contains(more, byte);
            byte = byte.wrapping_add(1);
            rest = others;
        }
        Self(set)
    }

    /// Whether the byte is one of the set.
    pub(crate) fn has(&self, byte: u8) -> bool {
        self.0.get(usize::from(byte)).copied().unwrap_or(false)
    }

    fn has_all(&self, bytes: [u8; 4]) -> bool {
        bytes.iter().fold(true, |all, byte| all & self.has(*byte))
    }

    /// How many bytes at the beginning are of the set.
    pub(crate) fn front(&self, text: &[u8]) -> usize {
        // Four at a time: where a run ends cannot be foreseen, and a wrong guess takes longer than a look-up.
        let (parts, _) = text.as_chunks::<4>();
        let whole = parts.iter().position(|part| !self.has_all(*part));
        let start = whole.unwrap_or(parts.len()) * 4;
        let rest = text.get(start..).unwrap_or_default();
        let outside = rest.iter().position(|byte| !self.has(*byte));
        outside.map_or(text.len(), |place| start + place)
    }

    /// How many bytes at the end are of the set.
    pub(crate) fn back(&self, text: &[u8]) -> usize {
        let outside = text.iter().rposition(|byte| !self.has(*byte));
        outside.map_or(text.len(), |place| text.len() - place - 1)
    }
}

const fn contains(bytes: &[u8], byte: u8) -> bool {
    let mut rest = bytes;
    while let Some((first, others)) = rest.split_first() {
        if *first == byte {
            return true;
        }
        rest = others;
    }
    false
}

//! A word of a text, and what it looks like.

use std::ops::Range;

use super::class::Classes;

/// A set of marks, one bit for each.
pub(super) type Flags = u8;

/// All letters are capitals.
pub(super) const UPPER: Flags = 1;
/// A colon or a closing bracket stands behind it.
pub(super) const LABEL: Flags = 1 << 1;
/// A sentence or a line begins with it.
pub(super) const STARTS: Flags = 1 << 2;
/// A sentence or a line ends with it.
pub(super) const ENDS: Flags = 1 << 3;
/// A dot without a letter in front of it, or an underscore, stands in front: `.ssh`, `id_rsa`.
pub(super) const DOTTED: Flags = 1 << 4;
/// It begins what a shell inserts: `$(cat`.
pub(super) const INSERTED: Flags = 1 << 5;
/// It is the name of a tag: `<IMPORTANT>`.
pub(super) const TAG: Flags = 1 << 6;
/// A sentence or a paragraph ends with it, for certain.
pub(super) const CLOSES: Flags = 1 << 7;

/// A word.
#[derive(Debug, Clone)]
pub(super) struct Token {
    pub(super) classes: Classes,
    pub(super) flags: Flags,
    /// Where it stands, as it is written: bytes of the text.
    pub(super) place: Range<usize>,
}

impl Token {
    /// Whether it has all of these marks.
    pub(super) const fn is(&self, flags: Flags) -> bool {
        self.flags & flags == flags
    }
}

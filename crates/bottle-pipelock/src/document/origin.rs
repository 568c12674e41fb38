//! Where in a file something stands that was found in what it holds.

use memchr::memmem;

use crate::piece::Piece;

/// So many places are looked for: each costs a walk through the file.
const MOST: usize = 16;
/// Less than this stands anywhere.
const SHORTEST: usize = 4;
/// More than this is not compared.
const LONGEST: usize = 64;

/// Finds places in a file.
pub(super) struct Origins<'a> {
    file: &'a [u8],
    left: usize,
}

impl<'a> Origins<'a> {
    pub(super) const fn new(file: &'a [u8]) -> Self {
        Self { file, left: MOST }
    }

    /// Where the value that has this place in a text begins to matter, if it is in the file as it is, and once. In which of
    /// several places it was is not guessed.
    pub(super) fn of(&mut self, piece: &Piece<'_>, offset: usize) -> Option<usize> {
        let next = piece.values.partition_point(|start| *start <= offset);
        let end = piece.values.get(next).copied();
        let end = end.unwrap_or(piece.bytes.len());
        let end = end.min(offset.saturating_add(LONGEST));
        let value = piece.bytes.get(offset..end)?;
        if value.len() < SHORTEST {
            return None;
        }
        self.left = self.left.checked_sub(1)?;
        let mut places = memmem::find_iter(self.file, value);
        let place = places.next()?;
        places.next().is_none().then_some(place)
    }
}

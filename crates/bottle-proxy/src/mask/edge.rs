//! The beginning of a part of something longer, which may lie inside a value.

use std::ops::Range;

use super::{MIN_LENGTH, Mask, is_telling};

/// Places inside spellings at which a part may begin.
#[derive(Debug)]
pub(super) struct Edge {
    /// Of each place the spelling's number and how much of it is in front of the part.
    places: Vec<(usize, usize)>,
    /// So much of the part was looked at.
    seen: usize,
    /// So much of it is the end of a spelling.
    covered: usize,
}

impl Edge {
    /// Any place inside any spelling.
    pub(super) fn new(mask: &Mask) -> Self {
        let numbered = mask.spellings.iter().enumerate();
        let inside = |(number, spelling): (usize, &zeroize::Zeroizing<Vec<u8>>)| {
            (1..spelling.len()).map(move |before| (number, before))
        };
        Self {
            places: numbered.flat_map(inside).collect(),
            seen: 0,
            covered: 0,
        }
    }

    /// Looks at the next bytes, as far as that is still of use.
    pub(super) fn over(&mut self, mask: &Mask, bytes: &[u8]) {
        for byte in bytes {
            if self.places.is_empty() {
                return;
            }
            let (seen, covered) = (self.seen, &mut self.covered);
            self.places.retain(|(number, before)| {
                let spelling = mask.spellings.get(*number).map(|each| each.as_slice());
                let spelling = spelling.unwrap_or_default();
                let fits = spelling.get(before + seen) == Some(byte);
                let ends = before + seen + 1 == spelling.len();
                if fits && ends && is_telling(seen + 1, spelling.len()) {
                    *covered = seen + 1;
                }
                fits && !ends
            });
            self.seen += 1;
        }
    }

    /// Whether what comes next decides.
    pub(super) const fn is_open(&self) -> bool {
        !self.places.is_empty()
    }

    /// What at the beginning is the end of a value.
    pub(super) const fn covered(&self) -> Range<usize> {
        0..self.covered
    }

    /// The same when nothing more comes: then all of the part may be from inside a value.
    pub(super) const fn covered_at_the_end(&self) -> Range<usize> {
        if self.is_open() && self.seen >= MIN_LENGTH {
            0..self.seen
        } else {
            self.covered()
        }
    }
}

//! A search for a few long words in whatever case.
//!
//! Every needle has a sample of four bytes at each of its first places, so only every n-th place of a text has to be
//! looked at: as far apart as the shortest needle allows.

use std::fmt;
use std::ops::Range;

/// Bytes of a sample.
const SAMPLE: usize = 4;
/// How far apart the places are at most: further ones would only fill the filter.
const MAX_STEP: usize = 16;
/// Bits of the filter: a table that stays in fast memory.
const FILTER_BITS: u32 = 18;

/// Words that are searched for.
pub(crate) struct Needles {
    words: Vec<Vec<u8>>,
    /// Samples in lower case with their needle and their place in it, sorted.
    samples: Vec<(u32, u32, usize)>,
    filter: Vec<u64>,
    step: usize,
}

impl Default for Needles {
    fn default() -> Self {
        Self::new(Vec::new())
    }
}

impl fmt::Debug for Needles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Needles")
    }
}

impl Needles {
    /// Ready to search for these. Those that are shorter than a sample are left out.
    pub(crate) fn new(mut needles: Vec<Vec<u8>>) -> Self {
        needles.retain(|needle| needle.len() >= SAMPLE);
        let shortest = needles.iter().map(Vec::len).min().unwrap_or(SAMPLE);
        let step = (shortest - SAMPLE + 1).min(MAX_STEP);
        let mut samples = Vec::new();
        for (number, needle) in (0_u32..).zip(&needles) {
            let places = needle.windows(SAMPLE).take(step).enumerate();
            samples.extend(places.filter_map(|(at, bytes)| Some((sample(bytes)?, number, at))));
        }
        samples.sort_unstable();
        let mut filter = vec![0; 1 << (FILTER_BITS - 6)];
        for (sample, _, _) in &samples {
            let (word, bit) = place(*sample);
            if let Some(word) = filter.get_mut(word) {
                *word |= bit;
            }
        }
        Self {
            words: needles,
            samples,
            filter,
            step,
        }
    }

    /// Where they are, by the place at which each was met.
    pub(crate) fn places<'a>(&'a self, text: &'a [u8]) -> impl Iterator<Item = Range<usize>> + 'a {
        let end = if self.words.is_empty() { 0 } else { text.len() };
        let looked_at = (0..end).step_by(self.step);
        looked_at.flat_map(move |at| self.around(text, at))
    }

    /// The needles of which the sample at this place is one.
    fn around<'a>(&'a self, text: &'a [u8], at: usize) -> impl Iterator<Item = Range<usize>> + 'a {
        let sample = text.get(at..at + SAMPLE).and_then(sample);
        let sample = sample.filter(|sample| {
            let (word, bit) = place(*sample);
            self.filter.get(word).is_some_and(|word| word & bit != 0)
        });
        let start = sample.map_or(self.samples.len(), |sample| {
            self.samples.partition_point(|(other, ..)| *other < sample)
        });
        let same = self.samples.get(start..).unwrap_or_default().iter();
        same.take_while(move |(other, ..)| Some(*other) == sample)
            .filter_map(move |(_, needle, offset)| {
                let needle = self.words.get(usize::try_from(*needle).ok()?)?;
                let start = at.checked_sub(*offset)?;
                let place = start..start + needle.len();
                let is_there = text.get(place.clone())?.eq_ignore_ascii_case(needle);
                is_there.then_some(place)
            })
    }
}

/// Four bytes as a number, nearly without their case: other bytes may fall together, too.
fn sample(bytes: &[u8]) -> Option<u32> {
    let bytes = bytes.first_chunk::<SAMPLE>()?;
    Some(u32::from_le_bytes(*bytes) | 0x2020_2020)
}

/// The word and the bit of a sample in the filter.
fn place(sample: u32) -> (usize, u64) {
    let hash = sample.wrapping_mul(0x9E37_79B1) >> (32 - FILTER_BITS);
    let word = usize::try_from(hash >> 6).unwrap_or_default();
    (word, 1 << (hash & 63))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn all_needles_are_found_and_nothing_else(
            needles in prop::collection::vec("[a-cA-C@`]{4,9}", 0..4),
            text in "[a-cA-C@`]{0,60}",
        ) {
            let search = Needles::new(needles.iter().map(|needle| needle.clone().into_bytes()).collect());
            let mut found: Vec<_> = search.places(text.as_bytes()).map(|place| (place.start, place.end)).collect();
            let mut expected: Vec<_> = needles
                .iter()
                .flat_map(|needle| {
                    let text = &text;
                    (0..text.len()).filter_map(move |start| {
                        let end = start + needle.len();
                        text.get(start..end)?.eq_ignore_ascii_case(needle).then_some((start, end))
                    })
                })
                .collect();
            found.sort_unstable();
            expected.sort_unstable();
            prop_assert_eq!(found, expected);
        }
    }
}

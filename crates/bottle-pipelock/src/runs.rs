//! Long words: what tokens and encoded texts consist of.
//!
//! A token is long and has no space in it, so it lies in a long run of a few characters. Most of a text is no such run,
//! and is passed over without looking at each byte of it: a run of twelve has every twelfth byte in it.

use std::ops::Range;

use crate::bytes::ByteSet;

/// The shortest run: no token of a family and nothing encoded that is kept is shorter.
pub(crate) const MIN_RUN: usize = 12;

/// What tokens consist of; both alphabets of base64 are among it.
pub(crate) static WORD: ByteSet = ByteSet::alphanumeric_and(b"_-./+~");

/// The runs of at least `shortest` bytes of a set, in order.
pub(crate) fn runs<'a>(
    text: &'a [u8],
    set: &'a ByteSet,
    shortest: usize,
) -> impl Iterator<Item = Range<usize>> + 'a {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            // Every run that begins here or later has this byte in it, or begins behind it.
            let probe = at + shortest - 1;
            if !set.has(*text.get(probe)?) {
                at = probe + 1;
                continue;
            }
            let start = probe - set.back(text.get(at..probe)?);
            let end = probe + set.front(text.get(probe..)?);
            at = end + 1;
            if end - start >= shortest {
                return Some(start..end);
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn all_long_runs_and_no_others(text in "[a-c ]{0,80}", shortest in 1_usize..9) {
            let set = ByteSet::alphanumeric_and(b"");
            let found: Vec<_> = runs(text.as_bytes(), &set, shortest)
                .map(|run| &text[run])
                .collect();
            let expected: Vec<_> = text.split(' ').filter(|word| word.len() >= shortest).collect();
            prop_assert_eq!(found, expected);
        }
    }
}

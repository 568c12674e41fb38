//! Long words: what tokens and encoded texts consist of.
//!
//! A token is long and has no space in it, so it lies in a long run of a few characters. Most of a text is no such run,
//! and is passed over: in blocks of 64 bytes ([`each_long_word`]), or, where other sets of characters are rarer, without
//! looking at each byte of it, because a run of twelve has every twelfth byte in it ([`runs`]).

use std::ops::{ControlFlow, Range};

use crate::bytes::ByteSet;
use crate::eight;

/// The shortest run: no token of a family and nothing encoded that is kept is shorter.
const MIN_RUN: usize = 12;

/// Bytes that are looked at together when long words are looked for.
const BLOCK: usize = 64;

/// Tells all runs of what tokens consist of ([`words`]) that have at least [`MIN_RUN`] bytes, in order. Nearly every text
/// has many, so each byte of it is looked at, but a block of them in few steps.
pub(crate) fn each_long_word<B>(
    text: &[u8],
    found: &mut dyn FnMut(Range<usize>) -> ControlFlow<B>,
) -> ControlFlow<B> {
    let (blocks, rest) = text.as_chunks();
    let mut last = [0; BLOCK];
    for (place, byte) in last.iter_mut().zip(rest) {
        *place = *byte;
    }
    // Where the run began that goes on from one block to the next.
    let mut open = None;
    for (number, block) in blocks.iter().chain([&last]).enumerate() {
        let start = number * BLOCK;
        let mut words = words(block);
        if let Some(begun) = open {
            let length = words.trailing_ones();
            if length == u64::BITS {
                continue;
            }
            open = None;
            words &= !0_u64 << length;
            let end = start + count(length);
            if end - begun >= MIN_RUN {
                found(begun..end)?;
            }
        }
        let going_on = words.leading_ones();
        if going_on > 0 {
            open = Some(start + BLOCK - count(going_on));
            words &= u64::MAX.checked_shr(going_on).unwrap_or_default();
        }
        each_in_block(words, &mut |first, length| {
            found(start + first..start + first + length)
        })?;
    }
    // The last block is never full.
    ControlFlow::Continue(())
}

/// Tells the beginning and the length of each long run of bits.
fn each_in_block<B>(
    words: u64,
    found: &mut dyn FnMut(usize, usize) -> ControlFlow<B>,
) -> ControlFlow<B> {
    let two = words & words >> 1;
    let four = two & two >> 2;
    let eight = four & four >> 4;
    // Where twelve begin.
    let mut long = eight & four >> 8;
    while long != 0 {
        let first = long.trailing_zeros();
        let length = (words >> first).trailing_ones();
        found(count(first), count(length))?;
        long &= (!0_u64).checked_shl(first + length).unwrap_or_default();
    }
    ControlFlow::Continue(())
}

/// Which bytes of a block tokens consist of: letters, digits and `_-./+~`, both alphabets of base64 among them. The first
/// one is in the lowest place. Nothing is looked up, so that the processor takes many bytes in one step.
fn words(block: &[u8; BLOCK]) -> u64 {
    let mut are = [0_u8; BLOCK];
    for (is, byte) in are.iter_mut().zip(block) {
        let is_letter = u8::from((byte | 0x20).wrapping_sub(b'a') < 26);
        // From the hyphen to the nine.
        let is_digit = u8::from(byte.wrapping_sub(b'-') < 13);
        let is_mark = [b'_', b'+', b'~'].map(|mark| u8::from(*byte == mark));
        *is = is_mark
            .iter()
            .fold(is_letter | is_digit, |is, mark| is | mark);
    }
    let (eights, _) = are.as_chunks();
    let eights = eights.iter().rev();
    eights.fold(0, |words, eight| {
        words << 8 | u64::from(eight::together(u64::from_le_bytes(*eight)))
    })
}

fn count(bits: u32) -> usize {
    usize::try_from(bits).unwrap_or_default()
}

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

    static WORD: ByteSet = ByteSet::alphanumeric_and(b"_-./+~");

    fn long_words(text: &[u8]) -> Vec<Range<usize>> {
        let mut all = Vec::new();
        let _ = each_long_word::<()>(text, &mut |run| {
            all.push(run);
            ControlFlow::Continue(())
        });
        all
    }

    #[test]
    fn words_consist_of_the_same_bytes() {
        for byte in 0..=u8::MAX {
            let mut block = [0; BLOCK];
            block[9] = byte;
            assert_eq!(words(&block), u64::from(WORD.has(byte)) << 9, "{byte}");
        }
    }

    #[test]
    fn long_words_at_every_place() {
        for start in 0..140 {
            for length in 0..140 {
                for behind in [0, 1, 70] {
                    let text = [" ".repeat(start), "x".repeat(length), " ".repeat(behind)].concat();
                    let expected: Vec<_> = runs(text.as_bytes(), &WORD, MIN_RUN).collect();
                    assert_eq!(
                        long_words(text.as_bytes()),
                        expected,
                        "{start} {length} {behind}"
                    );
                }
            }
        }
    }

    proptest! {
        #[test]
        fn all_long_words(text in prop::collection::vec(("[a~Z9_/ ]{1,3}", 0_usize..40), 0..20)) {
            let words: Vec<_> = text.iter().map(|(word, times)| word.repeat(*times)).collect();
            let text = words.join(" ");
            let expected: Vec<_> = runs(text.as_bytes(), &WORD, MIN_RUN).collect();
            prop_assert_eq!(long_words(text.as_bytes()), expected);
        }

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

//! The same bytes with encodings taken off.
//!
//! There are at most [`DEPTH`] rounds and all views together have at most [`MAX_GROWTH`] times the size of the input,
//! so the work is linear in it whatever it holds.

mod base64;
mod hex;
mod text;

use crate::fold;

/// How many encodings may lie on top of each other.
const DEPTH: usize = 3;
/// How many times its size an input may grow when it is decoded. Text that was not made for it stays below ten.
const MAX_GROWTH: usize = 32;
/// What any input may grow by, in bytes.
const MIN_GROWTH: usize = 64 * 1024;
/// The shortest text for which something decoded is kept: shorter than any token.
const MIN_TEXT: usize = 12;

/// Takes one encoding off, where there is any of it.
type Decode = fn(&[u8]) -> Option<Vec<u8>>;

/// All of them.
const DECODERS: [Decode; 5] = [
    fold::fold,
    text::percent,
    text::escapes,
    base64::decode,
    hex::decode,
];

/// The input has more encodings in each other than anybody needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooMany;

/// The first of the views, the input itself among them, in which something is found.
pub(crate) fn find<T>(
    input: &[u8],
    find: impl Fn(&[u8]) -> Option<T>,
) -> Result<Option<T>, TooMany> {
    let mut search = Search {
        find,
        left: input
            .len()
            .saturating_mul(MAX_GROWTH)
            .saturating_add(MIN_GROWTH),
    };
    search.below(input, DEPTH)
}

struct Search<F> {
    find: F,
    /// Bytes that views may still have.
    left: usize,
}

impl<T, F: Fn(&[u8]) -> Option<T>> Search<F> {
    fn below(&mut self, input: &[u8], depth: usize) -> Result<Option<T>, TooMany> {
        let found = (self.find)(input);
        if found.is_some() || depth == 0 {
            return Ok(found);
        }
        for decode in DECODERS {
            let Some(view) = decode(input) else { continue };
            self.left = self.left.checked_sub(view.len()).ok_or(TooMany)?;
            let found = self.below(&view, depth - 1)?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }
}

/// Adds what is readable of something decoded: tokens are, and so is what is encoded once more. The rest is chance.
fn keep_text(decoded: &[u8], output: &mut Vec<u8>) {
    let is_text = |byte: &u8| matches!(byte, b' '..=b'~' | b'\t' | b'\r' | b'\n');
    for text in decoded.split(|byte| !is_text(byte)) {
        if text.len() >= MIN_TEXT {
            output.extend_from_slice(text);
            output.push(0);
        }
    }
}

#[cfg(test)]
mod tests {
    use ::base64::Engine as _;

    use super::*;

    fn sees(input: &str, needle: &str) -> bool {
        find(input.as_bytes(), |view| {
            view.windows(needle.len())
                .any(|part| part == needle.as_bytes())
                .then_some(())
        })
        .unwrap()
        .is_some()
    }

    #[test]
    fn encodings_come_off_three_deep() {
        assert!(sees("a plain needle", "needle"));
        assert!(sees("n%65%65dle", "needle"));
        assert!(sees(r"n\u0065e\u0064le", "needle"));
        assert!(sees("6e6565646c652d6e6565646c65", "needle"));
        assert!(sees("x=bmVlZGxlLW5lZWRsZQ==", "needle-needle"));
        assert!(sees("Ym1WbFpHeGxMVzVsWldSc1pRPT0=", "needle-needle"));
        assert!(sees("%59m1WbFpHeGxMVzVsWldSc1pRPT0=", "needle-needle"));
        assert!(sees("data-bmVlZGxlLW5lZWRsZQ", "needle-needle"));
        assert!(!sees("needl", "needle"));
    }

    #[test]
    fn base64_in_lines() {
        let text = format!("{}needle-needle", "x".repeat(50));
        let encoded = base64::LENIENT.encode(&text);
        let (first, second) = encoded.split_at(64);
        assert!(sees(&format!("{first}\r\n{second}\r\n"), "needle-needle"));
        assert!(sees(&format!("{first}\\n{second}\\n"), "needle-needle"));
    }

    #[test]
    fn views_beyond_the_limit_are_an_error() {
        let text = "%41\\u0041".repeat(100);
        let below = |left| {
            let find = |_: &[u8]| None::<()>;
            Search { find, left }.below(text.as_bytes(), DEPTH)
        };
        assert_eq!(below(100), Err(TooMany));
        assert_eq!(below(MAX_GROWTH * text.len()), Ok(None));
    }
}

//! Values that an upstream sends back are covered before the agent sees them.

use std::fmt;
use std::sync::Arc;

use aho_corasick::{AhoCorasick, MatchKind};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use bottle_core::Guard;
use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderValue};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use zeroize::Zeroizing;

/// What stands in the place of each byte of a value: lengths stay as they are.
const COVER: u8 = b'*';

/// The shortest value that is covered. Shorter ones would be found everywhere.
const MIN_LENGTH: usize = 6;

/// Finds a bottle's own values in what comes back, in the spellings in which an echo has them.
pub(crate) struct Mask {
    finder: AhoCorasick,
    spellings: Vec<Zeroizing<Vec<u8>>>,
}

impl fmt::Debug for Mask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mask")
    }
}

impl Mask {
    /// A mask over these values; none when there is nothing to cover.
    pub(crate) fn over<'a>(values: impl IntoIterator<Item = &'a str>) -> Option<Arc<Self>> {
        let long = values.into_iter().filter(|value| value.len() >= MIN_LENGTH);
        let mut spellings: Vec<_> = long.flat_map(spellings).collect();
        spellings.sort_by(|one, other| one.as_slice().cmp(other));
        spellings.dedup();
        let finder = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .build(spellings.iter().map(|each| each.as_slice()))
            .ok()?;
        (!spellings.is_empty()).then(|| Arc::new(Self { finder, spellings }))
    }

    /// Covers every value that lies wholly in `bytes`.
    pub(crate) fn cover(&self, bytes: Bytes) -> Bytes {
        if self.finder.find(&bytes).is_none() {
            return bytes;
        }
        let mut covered = BytesMut::from(bytes);
        self.cover_in_place(&mut covered);
        covered.freeze()
    }

    /// Covers the values of header fields.
    pub(crate) fn cover_headers(&self, headers: &mut HeaderMap) {
        for value in headers.values_mut() {
            if self.finder.find(value.as_bytes()).is_some() && Guard::MaskFields.is_on() {
                let covered = self.cover(Bytes::copy_from_slice(value.as_bytes()));
                *value = HeaderValue::from_bytes(&covered).unwrap_or(HeaderValue::from_static("*"));
            }
        }
    }

    fn cover_in_place(&self, bytes: &mut BytesMut) {
        let found: Vec<_> = self
            .finder
            .find_iter(&bytes[..])
            .map(|found| found.range())
            .collect();
        for range in found {
            if let Some(place) = bytes.get_mut(range) {
                place.fill(COVER);
            }
        }
    }

    /// How many bytes at the end may be the beginning of a value.
    fn begun(&self, bytes: &[u8]) -> usize {
        if !Guard::MaskSplits.is_on() {
            return 0;
        }
        let longest = |spelling: &Zeroizing<Vec<u8>>| {
            let most = bytes.len().min(spelling.len() - 1);
            let from = bytes.len() - most;
            (from..bytes.len())
                .find(|from| {
                    bytes
                        .get(*from..)
                        .is_some_and(|tail| spelling.starts_with(tail))
                })
                .map_or(0, |from| bytes.len() - from)
        };
        self.spellings.iter().map(longest).max().unwrap_or(0)
    }
}

fn spellings(value: &str) -> [Zeroizing<Vec<u8>>; 4] {
    let percent = utf8_percent_encode(value, NON_ALPHANUMERIC).to_string();
    let base64 = STANDARD.encode(value);
    let url = URL_SAFE_NO_PAD.encode(value);
    [
        value.to_owned(),
        percent,
        base64.trim_end_matches('=').to_owned(),
        url,
    ]
    .map(|text| Zeroizing::new(text.into_bytes()))
}

/// A mask over a stream: a value is found however the stream is cut.
#[derive(Debug)]
pub(crate) struct StreamMask {
    mask: Arc<Mask>,
    /// The end of what came, if a value may begin there.
    held: BytesMut,
}

impl StreamMask {
    pub(crate) fn new(mask: Arc<Mask>) -> Self {
        Self {
            mask,
            held: BytesMut::new(),
        }
    }

    /// What can be passed on after `data` came. Nothing is held back unless a value may have begun.
    pub(crate) fn push(&mut self, data: Bytes) -> Bytes {
        if !Guard::MaskBodies.is_on() {
            return data;
        }
        let whole = if self.held.is_empty() {
            self.mask.cover(data)
        } else {
            let mut whole = self.held.split();
            whole.extend_from_slice(&data);
            self.mask.cover_in_place(&mut whole);
            whole.freeze()
        };
        let mut whole = whole;
        let held = whole.split_off(whole.len() - self.mask.begun(&whole));
        self.held.extend_from_slice(&held);
        whole
    }

    /// What is left at the end.
    pub(crate) fn finish(&mut self) -> Option<Bytes> {
        (!self.held.is_empty()).then(|| self.held.split().freeze())
    }

    /// Covers the values of header fields.
    pub(crate) fn cover_headers(&self, headers: &mut HeaderMap) {
        self.mask.cover_headers(headers);
    }

    /// Whether something is held back.
    pub(crate) fn is_holding(&self) -> bool {
        !self.held.is_empty()
    }

    /// How much.
    pub(crate) fn held(&self) -> usize {
        self.held.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const VALUE: &str = "sk-abab/abc+1";

    fn through(pieces: &[&[u8]]) -> Vec<u8> {
        let mut stream = StreamMask::new(Mask::over([VALUE]).unwrap());
        let mut out = Vec::new();
        for piece in pieces {
            out.extend_from_slice(&stream.push(Bytes::copy_from_slice(piece)));
        }
        out.extend(stream.finish().unwrap_or_default());
        out
    }

    #[test]
    fn every_spelling_is_covered_and_lengths_stay() {
        let percent = utf8_percent_encode(VALUE, NON_ALPHANUMERIC).to_string();
        for spelling in [VALUE.to_owned(), percent, STANDARD.encode(VALUE)] {
            let text = format!("a {spelling} b");
            let out = String::from_utf8(through(&[text.as_bytes()])).unwrap();
            assert_eq!(out.len(), text.len());
            assert!(
                out.starts_with("a ***") && !out.contains(spelling.trim_end_matches('=')),
                "{out}"
            );
        }
        assert_eq!(
            through(&[b"sk-abab/abc is not it"]),
            b"sk-abab/abc is not it"
        );
    }

    #[test]
    fn only_a_possible_beginning_is_held_back() {
        let mut stream = StreamMask::new(Mask::over([VALUE]).unwrap());
        assert_eq!(
            stream.push(Bytes::from_static(b"data: tick\n\n")),
            "data: tick\n\n"
        );
        assert_eq!(stream.push(Bytes::from_static(b"data: sk-ab")), "data: ");
        assert_eq!(stream.push(Bytes::from_static(b"c\n")), "sk-abc\n");
        assert!(!stream.is_holding());
        assert!(Mask::over([]).is_none() && Mask::over(["short"]).is_none());
    }

    proptest! {
        #[test]
        fn any_cut_gives_the_same(around in "[sk\\-ab/c+1 ]{0,24}", rest in "[sk\\-ab/c+1 ]{0,24}", cuts in proptest::collection::vec(0_usize..64, 0..6)) {
            let text = format!("{around}{VALUE}{rest}").into_bytes();
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(text.len())).collect();
            cuts.extend([0, text.len()]);
            cuts.sort_unstable();
            let pieces: Vec<&[u8]> = cuts.windows(2).map(|pair| &text[pair[0]..pair[1]]).collect();
            let out = through(&pieces);
            prop_assert_eq!(out.len(), text.len());
            let hay = String::from_utf8(out).unwrap();
            prop_assert!(!hay.contains(VALUE), "{}", hay);
        }
    }
}

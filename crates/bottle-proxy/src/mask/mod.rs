//! Values that an upstream sends back are covered before the agent sees them.

mod edge;
mod escape;
mod scan;
mod stream;

pub(crate) use self::stream::StreamMask;

use std::collections::HashMap;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use aho_corasick::Anchored;
use aho_corasick::automaton::{Automaton, StateID};
use aho_corasick::nfa::contiguous::NFA;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use bottle_core::Guard;
use bottle_pipelock::{MIN_SECRET_LENGTH, secret_part, secret_spellings};
use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderValue};
use zeroize::Zeroizing;

use self::scan::Scan;

/// What stands in the place of each byte of a value: lengths stay as they are.
const COVER: u8 = b'*';

/// The shortest value that is covered. Shorter ones would be found everywhere.
const MIN_LENGTH: usize = MIN_SECRET_LENGTH;

/// States of the automaton this near to its root have a table of their own: nearly all bytes are looked at there.
const DENSE_DEPTH: usize = 4;

/// Finds a bottle's own values in what comes back, in the spellings in which an echo has them.
///
/// An automaton looks for each value as it is, in hexadecimal and in base64 at each of the three places where it may
/// begin inside something longer; [`Scan`] shows it the text twice, the second time with one layer of escapes taken off.
pub(crate) struct Mask {
    automaton: NFA,
    root: StateID,
    /// States that stand for the beginning of a spelling. Others have none of it behind them.
    begun: HashMap<StateID, Begun>,
    /// Bytes that lead from the root to the root, and begin no escape.
    quiet: [bool; 256],
    spellings: Vec<Zeroizing<Vec<u8>>>,
    /// The length of the longest of them.
    longest: usize,
}

/// How much of a spelling a text ends with, if it does not end with a whole one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Begun {
    length: usize,
    /// It is too much of a value to be shown when nothing follows.
    telling: bool,
}

impl Begun {
    /// The first `length` bytes of a spelling of `whole` bytes.
    fn of(length: usize, whole: usize) -> Self {
        let telling = is_telling(length, whole);
        Self { length, telling }
    }
}

/// Whether `length` bytes at an end of a spelling of `whole` bytes give too much of it away.
const fn is_telling(length: usize, whole: usize) -> bool {
    length >= MIN_LENGTH || 2 * length >= whole
}

impl fmt::Debug for Mask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mask")
    }
}

impl Mask {
    /// A mask over these values; none when there is nothing to cover.
    pub(crate) fn over<'a>(values: impl IntoIterator<Item = &'a str>) -> Option<Arc<Self>> {
        let mut spellings: Vec<_> = values.into_iter().flat_map(spellings).collect();
        spellings.retain(|spelling| spelling.len() >= MIN_LENGTH);
        spellings.sort_by(|one, other| one.as_slice().cmp(other));
        spellings.dedup();
        let automaton = NFA::builder()
            .dense_depth(DENSE_DEPTH)
            .prefilter(false)
            .build(spellings.iter().map(|each| each.as_slice()))
            .ok()?;
        let root = automaton.start_state(Anchored::No).ok()?;
        let mut mask = Self {
            automaton,
            root,
            begun: HashMap::new(),
            quiet: [false; 256],
            longest: spellings.iter().map(|each| each.len()).max()?,
            spellings,
        };
        mask.begun = mask.beginnings();
        mask.quiet = mask.quiet_bytes();
        Some(Arc::new(mask))
    }

    /// Covers every value of any of the masks that lies wholly in `bytes`.
    pub(crate) fn cover_all<'a>(
        masks: impl IntoIterator<Item = &'a Arc<Self>>,
        bytes: Bytes,
    ) -> Bytes {
        // All are found before any is covered: one value may be a part of another.
        let found = masks.into_iter().flat_map(|mask| mask.find(&bytes));
        let found: Vec<_> = found.collect();
        cover(bytes, &found)
    }

    /// Covers the values of header fields.
    pub(crate) fn cover_headers(&self, headers: &mut HeaderMap) {
        for value in headers.values_mut() {
            let found = self.find(value.as_bytes());
            if !found.is_empty() && Guard::MaskFields.is_on() {
                let covered = cover(Bytes::copy_from_slice(value.as_bytes()), &found);
                *value = HeaderValue::from_bytes(&covered).unwrap_or(HeaderValue::from_static("*"));
            }
        }
    }

    fn find(&self, bytes: &[u8]) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        Scan::new(self).over(self, bytes, 0, &mut found);
        found
    }

    fn next(&self, state: StateID, byte: u8) -> StateID {
        self.automaton.next_state(Anchored::No, state, byte)
    }

    /// The length of the longest spelling that ends in a state, if one does.
    fn whole(&self, state: StateID) -> Option<usize> {
        if !self.automaton.is_match(state) {
            return None;
        }
        let all = 0..self.automaton.match_len(state);
        let lengths = all.map(|index| {
            let pattern = self.automaton.match_pattern(state, index);
            self.automaton.pattern_len(pattern)
        });
        lengths.max()
    }

    fn begun(&self, state: StateID) -> Begun {
        self.begun.get(&state).copied().unwrap_or_default()
    }

    fn is_quiet(&self, byte: u8) -> bool {
        self.quiet.get(usize::from(byte)).copied().unwrap_or(false)
    }

    fn beginnings(&self) -> HashMap<StateID, Begun> {
        let mut begun = HashMap::<StateID, Begun>::new();
        let mut ends = Vec::new();
        for spelling in &self.spellings {
            let (mut state, whole) = (self.root, spelling.len());
            for (index, byte) in spelling.iter().enumerate() {
                state = self.next(state, *byte);
                if index + 1 < whole {
                    let each = begun.entry(state).or_default();
                    let now = Begun::of(index + 1, whole);
                    each.telling |= now.telling;
                    each.length = now.length;
                }
            }
            ends.push((state, spelling));
        }
        for (end, spelling) in ends {
            if !begun.contains_key(&end) {
                let inside = self.begun_inside(spelling, &begun);
                begun.insert(end, inside);
            }
        }
        begun
    }

    /// What has begun inside a whole spelling.
    fn begun_inside(&self, spelling: &[u8], begun: &HashMap<StateID, Begun>) -> Begun {
        let mut from = 1;
        loop {
            let rest = spelling.get(from..).unwrap_or_default();
            let next = |state, byte: &u8| self.next(state, *byte);
            let state = rest.iter().fold(self.root, next);
            match (begun.get(&state), self.whole(state)) {
                (Some(known), _) => return *known,
                (None, None) => return Begun::default(),
                // It ends with a whole shorter one: then inside that.
                (None, Some(length)) => from = spelling.len() - length + 1,
            }
        }
    }

    fn quiet_bytes(&self) -> [bool; 256] {
        let mut quiet = [false; 256];
        for (byte, quiet) in (0..=u8::MAX).zip(&mut quiet) {
            *quiet = self.next(self.root, byte) == self.root && !escape::begins(byte);
        }
        quiet
    }
}

fn cover(bytes: Bytes, found: &[Range<usize>]) -> Bytes {
    if found.is_empty() {
        return bytes;
    }
    let mut covered = BytesMut::from(bytes);
    cover_in_place(&mut covered, found);
    covered.freeze()
}

fn cover_in_place(bytes: &mut [u8], found: &[Range<usize>]) {
    for range in found {
        if let Some(place) = bytes.get_mut(range.clone()) {
            place.fill(COVER);
        }
    }
}

/// Every text that gives a value away. Of `user:password` that is the secret half, wherever it is repeated, and the
/// base64 of both, as it was sent.
fn spellings(value: &str) -> Vec<Zeroizing<Vec<u8>>> {
    let part = secret_part(value).unwrap_or(value);
    if part.len() < MIN_LENGTH {
        return Vec::new();
    }
    let mut spellings = secret_spellings(part.as_bytes());
    let hex = part.bytes().map(|byte| format!("{byte:02X}"));
    spellings.push(hex.collect::<String>().into_bytes());
    // Forms write a blank so.
    spellings.push(part.replace(' ', "+").into_bytes());
    for text in [part, value] {
        spellings.push(STANDARD_NO_PAD.encode(text).into_bytes());
        spellings.push(URL_SAFE_NO_PAD.encode(text).into_bytes());
    }
    spellings.into_iter().map(Zeroizing::new).collect()
}

#[cfg(test)]
mod tests;

//! Where a text is worth reading.
//!
//! One pass of an automaton over the raw text finds words that stand in few ordinary texts, in any case and with digits
//! for letters, and what such words may be hidden in. Only around these places a text is taken apart.

mod pattern;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use aho_corasick::automaton::{Automaton as _, StateID};
use aho_corasick::dfa::DFA;
use aho_corasick::{Anchored, MatchKind};

pub(super) use self::pattern::Kind;

/// The automaton of all anchors. `None` if it could not be built, which a test does.
pub(super) static ANCHORS: LazyLock<Option<Anchors>> = LazyLock::new(Anchors::build);

/// What each byte is taken for.
static READ_AS: LazyLock<[u8; 256]> = LazyLock::new(|| {
    let mut table = [0; 256];
    for (byte, entry) in (0..=u8::MAX).zip(&mut table) {
        *entry = read_as(byte);
    }
    table
});

/// Letters without case, digits for the letters that they look like, and one space for whatever divides words.
const fn read_as(byte: u8) -> u8 {
    match byte {
        b'0' => b'o',
        b'1' => b'i',
        b'3' => b'e',
        b'4' | b'@' => b'a',
        b'5' | b'$' => b's',
        b'7' => b't',
        // Bytes of UTF-8 that are not told apart: with fewer than 64 kinds the automaton has half the size. What is
        // found is looked at in any case.
        0x80..=0xbf => byte & 0xf8,
        0xc3..=0xd6 => 0xc3,
        0xe3..=0xe9 => 0xe3,
        0xeb..=0xed => 0xeb,
        b'_' | b'-' | b'.' | b'*' | b'\t' | b'\r' | b'\n' => b' ',
        _ => byte.to_ascii_lowercase(),
    }
}

/// A place that is worth a look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hit {
    /// Where it ends.
    pub(super) end: usize,
    /// How long it is.
    pub(super) length: usize,
    pub(super) kind: Kind,
}

/// All anchors, ready to search.
pub(super) struct Anchors {
    automaton: DFA,
    patterns: Vec<(Kind, Vec<u8>)>,
}

/// How far a search is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cursor {
    state: StateID,
    at: usize,
    /// How many of the anchors that end there are told.
    told: usize,
}

impl Anchors {
    fn build() -> Option<Self> {
        let read = |bytes: &[u8]| bytes.iter().map(|byte| read_as(*byte)).collect::<Vec<_>>();
        let mut known = BTreeSet::new();
        let mut patterns = pattern::all();
        patterns
            .retain(|(kind, bytes)| *kind == Kind::Base64 || known.insert((*kind, read(bytes))));
        let automaton = DFA::builder()
            .match_kind(MatchKind::Standard)
            .build(patterns.iter().map(|(_, bytes)| read(bytes)))
            .ok()?;
        Some(Self {
            automaton,
            patterns,
        })
    }

    /// The beginning of a search.
    pub(super) fn start(&self) -> Option<Cursor> {
        let state = self.automaton.start_state(Anchored::No).ok()?;
        Some(Cursor {
            state,
            at: 0,
            told: 0,
        })
    }

    /// The next anchor.
    pub(super) fn next(&self, text: &[u8], cursor: &mut Cursor) -> Option<Hit> {
        let told = cursor.told;
        if self.automaton.is_match(cursor.state) && told < self.automaton.match_len(cursor.state) {
            cursor.told += 1;
            return self.hit(text, cursor, told);
        }
        let table = &*READ_AS;
        let mut state = cursor.state;
        let rest = text.get(cursor.at..)?;
        for (place, byte) in rest.iter().enumerate() {
            let byte = table.get(usize::from(*byte)).copied().unwrap_or_default();
            state = self.automaton.next_state(Anchored::No, state, byte);
            if self.automaton.is_special(state) && self.automaton.is_match(state) {
                let end = cursor.at + place + 1;
                *cursor = Cursor {
                    state,
                    at: end,
                    told: 1,
                };
                return self.hit(text, cursor, 0);
            }
        }
        *cursor = Cursor {
            at: text.len(),
            told: usize::MAX,
            ..*cursor
        };
        None
    }

    /// One of the anchors that end at a place: several may.
    fn hit(&self, text: &[u8], cursor: &Cursor, which: usize) -> Option<Hit> {
        let end = cursor.at;
        let pattern = self.automaton.match_pattern(cursor.state, which);
        let (kind, bytes) = self.patterns.get(pattern.as_usize())?;
        let length = bytes.len();
        let is_exact = || {
            text.get(end - length..end)
                .is_some_and(|written| written == bytes)
        };
        // Base64 means what it says in one case only.
        let kind = if *kind == Kind::Base64 && !is_exact() {
            Kind::Nothing
        } else {
            *kind
        };
        Some(Hit { end, length, kind })
    }
}

#[cfg(test)]
mod tests {
    use super::ANCHORS;

    #[test]
    fn the_automaton_is_built_and_of_a_size_that_a_sidecar_can_hold() {
        let anchors = ANCHORS.as_ref().unwrap();
        let size = aho_corasick::automaton::Automaton::memory_usage(&anchors.automaton);
        assert!(size < 3 * 1024 * 1024, "{size}");
    }
}

//! One pass over a text for the values of a [`Mask`].

use std::collections::VecDeque;
use std::ops::Range;

use aho_corasick::automaton::StateID;
use bottle_core::Guard;

use super::escape::{self, MAX_ESCAPE, Reading};
use super::{Begun, Mask};

/// How far a text was looked at. What comes next may come in any pieces.
#[derive(Debug)]
pub(super) struct Scan {
    /// Behind the text as it is.
    state: StateID,
    /// Behind the text without escapes; none while both are the same.
    plain: Option<StateID>,
    escapes: Escapes,
}

/// Escapes that are being taken off.
#[derive(Debug, Default)]
struct Escapes {
    /// The beginning of one.
    open: Vec<u8>,
    /// Bytes that the plain text has had since it went its own way.
    count: usize,
    /// At which of them an escape stood, and how much longer it was than what it stood for.
    longer: VecDeque<(usize, usize)>,
}

/// How much at the end of a text may be the beginning of a spelling.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Tail {
    /// So many bytes may be.
    pub(super) begun: usize,
    /// So many bytes are too much to show when nothing follows.
    pub(super) telling: usize,
}

impl Scan {
    pub(super) fn new(mask: &Mask) -> Self {
        Self {
            state: mask.root,
            plain: None,
            escapes: Escapes::default(),
        }
    }

    /// Looks at the bytes behind the first `from`. Adds the places of values to `found`; those that began earlier begin at 0.
    pub(super) fn over(
        &mut self,
        mask: &Mask,
        bytes: &[u8],
        from: usize,
        found: &mut Vec<Range<usize>>,
    ) {
        let mut at = from;
        loop {
            if self.state == mask.root && self.plain.is_none() {
                let rest = bytes.get(at..).unwrap_or_default();
                let loud = rest.iter().position(|byte| !mask.is_quiet(*byte));
                at = loud.map_or(bytes.len(), |quiet| at + quiet);
            }
            let Some(byte) = bytes.get(at) else { return };
            at += 1;
            self.step(mask, *byte, at, found);
        }
    }

    fn step(&mut self, mask: &Mask, byte: u8, end: usize, found: &mut Vec<Range<usize>>) {
        if self.plain.is_none() && escape::begins(byte) && Guard::MaskEscapes.is_on() {
            self.plain = Some(self.state);
            self.escapes.begin();
        }
        self.state = mask.next(self.state, byte);
        if let Some(length) = mask.whole(self.state) {
            add(found, end.saturating_sub(length)..end);
        }
        if let Some(plain) = self.plain {
            let plain = self.escapes.take(mask, (plain, byte, end), found);
            // From here on both see the same again: what the one finds, the other does.
            let same = plain == self.state && self.escapes.open.is_empty();
            self.plain = (!same).then_some(plain);
        }
    }

    pub(super) fn tail(&self, mask: &Mask) -> Tail {
        let Begun { length, telling } = mask.begun(self.state);
        let mut tail = Tail {
            begun: length,
            telling: if telling { length } else { 0 },
        };
        if let Some(plain) = self.plain {
            let Begun { length, telling } = mask.begun(plain);
            let length = self.escapes.length_of(length) + self.escapes.open.len();
            tail.begun = tail.begun.max(length);
            if telling {
                tail.telling = tail.telling.max(length);
            }
        }
        tail
    }
}

/// Adds a place to those found so far, or makes one out of two that overlap: a value of one letter is everywhere in a
/// row of that letter.
fn add(found: &mut Vec<Range<usize>>, place: Range<usize>) {
    match found.last_mut() {
        Some(last) if place.start < last.end && last.start < place.end => {
            last.start = last.start.min(place.start);
            last.end = last.end.max(place.end);
        }
        _ => found.push(place),
    }
}

impl Escapes {
    fn begin(&mut self) {
        self.open.clear();
        self.count = 0;
        self.longer.clear();
    }

    /// Takes one byte of the text, which ends at `end` with it; the state of the plain text behind it.
    fn take(
        &mut self,
        mask: &Mask,
        (state, byte, end): (StateID, u8, usize),
        found: &mut Vec<Range<usize>>,
    ) -> StateID {
        if self.open.is_empty() && !escape::begins(byte) {
            return self.plain(mask, (state, byte, end), 0, found);
        }
        self.open.push(byte);
        let reading = escape::read(&self.open);
        let length = self.open.len();
        match reading {
            Reading::More if length < MAX_ESCAPE => return state,
            Reading::More | Reading::None => return self.give_up(mask, (state, end), found),
            Reading::Byte(_) | Reading::Char(_) => self.open.clear(),
        }
        let mut buffer = [0; 4];
        let bytes: &[u8] = match reading {
            Reading::Char(character) => character.encode_utf8(&mut buffer).as_bytes(),
            Reading::Byte(byte) => {
                buffer = [byte, 0, 0, 0];
                buffer.get(..1).unwrap_or_default()
            }
            Reading::More | Reading::None => &[],
        };
        let mut longer = length.saturating_sub(bytes.len());
        let mut state = state;
        for byte in bytes {
            state = self.plain(mask, (state, *byte, end), longer, found);
            longer = 0;
        }
        state
    }

    /// What was read is no escape. Its last byte may begin another one; those between cannot.
    fn give_up(
        &mut self,
        mask: &Mask,
        (mut state, end): (StateID, usize),
        found: &mut Vec<Range<usize>>,
    ) -> StateID {
        let open = std::mem::take(&mut self.open);
        let mut left = open.len();
        for byte in open {
            left -= 1;
            if left == 0 && escape::begins(byte) {
                self.open.push(byte);
            } else {
                state = self.plain(mask, (state, byte, end.saturating_sub(left)), 0, found);
            }
        }
        state
    }

    /// Takes one byte of the plain text, which was `longer` in the text as it is.
    fn plain(
        &mut self,
        mask: &Mask,
        (state, byte, end): (StateID, u8, usize),
        longer: usize,
        found: &mut Vec<Range<usize>>,
    ) -> StateID {
        self.count += 1;
        let state = mask.next(state, byte);
        if state == mask.root {
            self.longer.clear();
        } else if longer > 0 {
            self.longer.push_back((self.count, longer));
        }
        let oldest = self.count.saturating_sub(mask.longest);
        while self.longer.front().is_some_and(|(at, _)| *at <= oldest) {
            self.longer.pop_front();
        }
        if let Some(length) = mask.whole(state) {
            add(found, end.saturating_sub(self.length_of(length))..end);
        }
        state
    }

    /// How long the last `length` bytes of the plain text are in the text as it is.
    fn length_of(&self, length: usize) -> usize {
        let before = self.count.saturating_sub(length);
        let newest = self.longer.iter().rev();
        let inside = newest.take_while(|(at, _)| *at > before);
        length + inside.map(|(_, longer)| longer).sum::<usize>()
    }
}

//! The parts of a text that are read.

use std::ops::Range;

use super::anchor::{ANCHORS, Anchors, Cursor, Hit, Kind};
use super::worth::{is_hidden_anchor, is_worth_reading, word_with_odd};

/// What is read in front of an anchor: more than the longest row, with tags in it.
const BEFORE: usize = 256;
/// What is read behind one.
const BEHIND: usize = 384;
/// The most that is read at once, so that few words are held at a time.
const MAX_REGION: usize = 16 * 1024;

/// The parts, one after the other. Each reaches back to before the end of the one before, if it was cut off; so the
/// whole is at most a few per cent longer than the text.
pub(super) struct Regions<'a> {
    pub(super) text: &'a [u8],
    anchors: &'a Anchors,
    cursor: Cursor,
    next: Option<Range<usize>>,
    /// How far words of other alphabets are known: one word has many such letters.
    judged: usize,
}

/// A part to read, or a place where something is encoded.
pub(super) enum Place {
    Words(Range<usize>),
    Encoded(Hit),
}

impl<'a> Regions<'a> {
    /// `None` if there are no anchors.
    pub(super) fn new(text: &'a [u8]) -> Option<Self> {
        let anchors = ANCHORS.as_ref()?;
        Some(Self {
            text,
            anchors,
            cursor: anchors.start()?,
            next: None,
            judged: 0,
        })
    }

    pub(super) fn next_place(&mut self, encoded_until: usize) -> Option<Place> {
        loop {
            let Some(hit) = self.anchors.next(self.text, &mut self.cursor) else {
                return self.next.take().map(Place::Words);
            };
            if matches!(hit.kind, Kind::Base64 | Kind::Hidden) {
                if hit.end > encoded_until {
                    return Some(Place::Encoded(hit));
                }
                continue;
            }
            if !self.is_worth_reading(hit) {
                continue;
            }
            if let Some(full) = self.add(hit.end) {
                return Some(Place::Words(full));
            }
        }
    }

    fn is_worth_reading(&mut self, hit: Hit) -> bool {
        if hit.kind != Kind::Odd {
            return is_worth_reading(self.text, hit);
        }
        if hit.end <= self.judged {
            return false;
        }
        let (front, behind) = word_with_odd(self.text, hit.end);
        self.judged = behind;
        is_hidden_anchor(self.text.get(front..behind).unwrap_or_default())
    }

    /// Adds what is around a place; answers with a part that is complete.
    fn add(&mut self, place: usize) -> Option<Range<usize>> {
        let around = place.saturating_sub(BEFORE)..(place + BEHIND).min(self.text.len());
        // What is being read already needs no other anchor.
        let Some(open) = &mut self.next else {
            self.next = Some(around);
            return None;
        };
        if around.start <= open.end && open.len() < MAX_REGION {
            open.end = around.end;
            return None;
        }
        self.next.replace(around)
    }
}

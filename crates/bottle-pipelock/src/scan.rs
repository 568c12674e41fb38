//! Looking at a piece of text and at everything that it may be an encoding of.
//!
//! Encodings are taken off up to [`DEPTH`] times, and all views together have at most [`MAX_GROWTH`] times the size of the
//! input, so the work is linear in it whatever it holds.

use std::borrow::Cow;
use std::ops::{ControlFlow, Range};

use crate::bytes::ByteSet;
use crate::content::unpack;
use crate::eight::Eight;
use crate::finding::Finding;
use crate::fold;
use crate::known::Known;
use crate::piece::{Piece, REACH};
use crate::runs::{each_long_word, runs};
use crate::seed_phrase;
use crate::shapes::{Report, Shapes};
use crate::views::{base32, base64, hex, plain, spaced};

/// How many encodings may lie on top of each other.
pub(crate) const DEPTH: usize = 3;
/// How many times its size an input may grow when it is decoded. Text that was not made for it stays below ten.
const MAX_GROWTH: usize = 32;
/// What any input may grow by, in bytes.
const MIN_GROWTH: usize = 64 * 1024;
/// How far in front of a value its name may begin.
const NAME: usize = 48;
/// A value of such length may have a name without a mark.
const LONG_VALUE: usize = 26;

/// The rule that finds a secret of the bottle itself.
pub(crate) const KNOWN_RULE: &str = "known-secret";
/// The rule that finds the words of a wallet.
pub(crate) const SEED_RULE: &str = "seed-phrase";

/// What is looked for, and how much may still be decoded for it.
pub(crate) struct Scan<'a> {
    known: &'a Known,
    shapes: &'a Shapes,
    left: usize,
    /// There were more encodings in each other than anybody needs.
    pub(crate) is_too_much: bool,
}

impl<'a> Scan<'a> {
    /// For an input of this length.
    pub(crate) const fn new(known: &'a Known, shapes: &'a Shapes, length: usize) -> Self {
        Self {
            known,
            shapes,
            left: length.saturating_mul(MAX_GROWTH).saturating_add(MIN_GROWTH),
            is_too_much: false,
        }
    }

    /// Reports everything in a piece, and in what it encodes.
    pub(crate) fn look(
        &mut self,
        piece: &Piece<'_>,
        depth: usize,
        report: Report<'_>,
    ) -> ControlFlow<()> {
        self.known(piece, report)?;
        if self.shapes.is_exact() {
            self.shapes.among_words(piece, report)?;
        } else {
            self.shapes.everywhere(piece, report)?;
        }
        seed_phrase::each(piece.bytes, &mut |place| {
            if piece.decides(place.start, place.end) {
                report(Finding::of(SEED_RULE).at(place.start).until(place.end))?;
            }
            ControlFlow::Continue(())
        })?;
        self.words(piece, depth, report)?;
        if depth > 0 {
            self.whole(piece, depth, report)?;
        }
        ControlFlow::Continue(())
    }

    fn known(&self, piece: &Piece<'_>, report: Report<'_>) -> ControlFlow<()> {
        let mut places = self.known.places(piece.bytes);
        places.try_for_each(|place| {
            // It is complete, whatever follows.
            if piece.starts || place.start >= REACH {
                report(Finding::of(KNOWN_RULE).at(place.start))?;
            }
            ControlFlow::Continue(())
        })
    }

    /// Long words, and the names in front of them.
    fn words(&mut self, piece: &Piece<'_>, depth: usize, report: Report<'_>) -> ControlFlow<()> {
        let (mut done, mut gathered) = (0, 0);
        each_long_word(piece.bytes, &mut |run| {
            let start = with_name(piece.bytes, &run).max(done);
            done = run.end;
            self.shapes.in_word(piece, start..run.end, report)?;
            if depth > 0 {
                self.encoded(piece, run, &mut gathered, &mut |scan, part, view| {
                    let view = piece.decoded(part.start, part.end, view);
                    scan.below(&view, part.start, depth - 1, report)
                })?;
            }
            ControlFlow::Continue(())
        })
    }

    /// What a long word encodes. Base64 in lines goes on behind it, up to where `gathered` says then.
    fn encoded(
        &mut self,
        piece: &Piece<'_>,
        run: Range<usize>,
        gathered: &mut usize,
        found: Found<'_, Self>,
    ) -> ControlFlow<()> {
        let text = piece.bytes;
        for part in parts(text, &run, &base64::DIGITS, base64::MIN_RUN) {
            if part.start >= *gathered {
                let (lines, end) = gather(text, &part);
                *gathered = end;
                for view in base64::decode(&lines) {
                    found(self, part.start..end, &view)?;
                }
                if let Some(packed) = base64::packed(&lines) {
                    self.unpacked(&base64::decoded(packed), part.start..end, found)?;
                }
            }
            for part in parts(text, &part, &hex::DIGITS, hex::MIN_RUN) {
                let digits = text.get(part.clone()).unwrap_or_default();
                for view in hex::decode(digits) {
                    found(self, part.clone(), &view)?;
                }
                if hex::is_packed(digits) {
                    self.unpacked(&hex::decoded(digits), part.clone(), found)?;
                }
            }
            for part in parts(text, &part, &base32::DIGITS, base32::MIN_RUN) {
                for view in base32::decode(text.get(part.clone()).unwrap_or_default()) {
                    found(self, part.clone(), &view)?;
                }
            }
        }
        ControlFlow::Continue(())
    }

    /// What was compressed before it was encoded.
    fn unpacked(
        &mut self,
        bytes: &[u8],
        part: Range<usize>,
        found: Found<'_, Self>,
    ) -> ControlFlow<()> {
        match unpack(bytes, self.left) {
            Ok(Some(view)) => found(self, part, &view),
            Ok(None) => ControlFlow::Continue(()),
            Err(_) => {
                self.is_too_much = true;
                ControlFlow::Break(())
            }
        }
    }

    /// Views of the text as a whole.
    fn whole(&mut self, piece: &Piece<'_>, depth: usize, report: Report<'_>) -> ControlFlow<()> {
        let text = piece.bytes;
        spaced::each(text, &mut |place, joined| {
            // Not counted as an encoding: it is shorter than what it was made of.
            let view = piece.decoded(place.start, place.end, &joined);
            self.below(&view, place.start, depth, report)
        })?;
        for (decode, source_of) in WHOLE {
            let Some(view) = decode(text) else { continue };
            self.take(view.len())?;
            self.look(
                &piece.decoded(0, text.len(), &view),
                depth - 1,
                &mut |found| report(found.at(source_of(text, found.offset))),
            )?;
        }
        ControlFlow::Continue(())
    }

    /// Looks at a view of what begins at `origin`.
    fn below(
        &mut self,
        view: &Piece<'_>,
        origin: usize,
        depth: usize,
        report: Report<'_>,
    ) -> ControlFlow<()> {
        self.take(view.bytes.len())?;
        self.look(view, depth, &mut |found| report(found.at(origin)))
    }

    fn take(&mut self, length: usize) -> ControlFlow<()> {
        if let Some(left) = self.left.checked_sub(length) {
            self.left = left;
            return ControlFlow::Continue(());
        }
        self.is_too_much = true;
        ControlFlow::Break(())
    }
}

/// What is done with a view of a part of a text.
type Found<'a, S> = &'a mut dyn FnMut(&mut S, Range<usize>, &[u8]) -> ControlFlow<()>;

/// A way to take an encoding off a whole text, and to find a place of the view in the text.
type Whole = (fn(&[u8]) -> Option<Vec<u8>>, fn(&[u8], usize) -> usize);

const WHOLE: [Whole; 2] = [
    (fold::fold, fold::source_of),
    (plain::decode, plain::source_of),
];

/// Where the name of a value begins, if it may have one: the mark of an assignment is among the eight bytes in front of
/// it, or it is long. Else where the value begins.
fn with_name(text: &[u8], run: &Range<usize>) -> usize {
    let near = Eight::before(text, run.start);
    let is_assigned = near.has(b':') || near.has(b'=');
    if is_assigned || run.len() >= LONG_VALUE {
        run.start.saturating_sub(NAME)
    } else {
        run.start
    }
}

/// The parts of a run that consist of certain digits and are long enough.
fn parts<'a>(
    text: &'a [u8],
    run: &Range<usize>,
    digits: &'a ByteSet,
    shortest: usize,
) -> impl Iterator<Item = Range<usize>> + 'a {
    let start = run.start;
    let run = text.get(run.clone()).unwrap_or_default();
    runs(run, digits, shortest).map(move |part| start + part.start..start + part.end)
}

/// A run of base64 with the lines that continue it, and where these end. Most runs are shorter than a line and stay
/// where they are.
fn gather<'a>(text: &'a [u8], part: &Range<usize>) -> (Cow<'a, [u8]>, usize) {
    let mut digits = Cow::Borrowed(text.get(part.clone()).unwrap_or_default());
    let (mut line, mut end) = (part.len(), part.end);
    while line >= base64::MIN_WRAPPED_LINE {
        let rest = text.get(end..).unwrap_or_default();
        let breaks = base64::breaks_length(rest);
        let next = rest.get(breaks..).unwrap_or_default();
        line = base64::DIGITS.front(next);
        if breaks == 0 || line == 0 {
            break;
        }
        let next = next.get(..line).unwrap_or_default();
        digits.to_mut().extend_from_slice(next);
        end += breaks + line;
    }
    (digits, end)
}

//! The search through one text.

use std::collections::BTreeSet;
use std::ops::Range;

use bottle_core::RuleName;

use super::class::{BOUNDARY, TURN};
use super::code::{self, Blocks};
use super::encoded;
use super::index::INDEX;
use super::mention::is_mention;
use super::notation::Notation;
use super::quote::is_quoted;
use super::reader;
use super::region::{Place, Regions};
use super::row::{Row, Rule};
use super::token::Token;
use super::{Encodings, Injection};

/// How many words behind a mark of a chat template an order counts wherever it stands.
const TURN_LENGTH: usize = 24;

/// What is told of a text that could not be searched.
pub(super) const UNREAD_RULE: &str = "not-searched";

/// A search that goes through a text once.
struct Search<'a> {
    regions: Regions<'a>,
    blocks: Blocks<'a>,
    notation: Option<Notation>,
    /// Rules whose signs are none.
    allowed: &'a BTreeSet<RuleName>,
}

/// A sign among the words around it.
#[derive(Clone, Copy)]
struct Context<'a> {
    before: &'a [Token],
    sign: &'a [Token],
    behind: &'a [Token],
}

/// The first sign in a text. A text that cannot be read counts as one.
pub(super) fn find(
    text: &[u8],
    encodings: Encodings,
    allowed: &BTreeSet<RuleName>,
) -> Option<Injection> {
    match Search::new(text, allowed) {
        Some(search) => search.find(encodings),
        None => Some(Injection {
            rule: UNREAD_RULE,
            offset: 0,
        }),
    }
}

impl<'a> Search<'a> {
    /// `None` if there are no anchors: nothing was read then.
    fn new(text: &'a [u8], allowed: &'a BTreeSet<RuleName>) -> Option<Self> {
        Some(Self {
            regions: Regions::new(text)?,
            blocks: Blocks::new(text),
            notation: None,
            allowed,
        })
    }

    fn find(mut self, encodings: Encodings) -> Option<Injection> {
        let mut encoded_until = match encodings {
            Encodings::Taken => 0,
            Encodings::Left => usize::MAX,
        };
        while let Some(place) = self.regions.next_place(encoded_until) {
            let found = match place {
                Place::Words(part) => self.read(part),
                Place::Encoded(hit) => {
                    let (run, decoded) = encoded::decode(self.regions.text, encoded_until, hit);
                    encoded_until = run.end;
                    let inner = find(&decoded, Encodings::Left, self.allowed);
                    inner.map(|inner| Injection {
                        offset: run.start,
                        ..inner
                    })
                }
            };
            if found.is_some() {
                return found;
            }
        }
        None
    }

    /// The first sign in a part.
    fn read(&mut self, part: Range<usize>) -> Option<Injection> {
        let tokens = reader::tokens(self.regions.text, part);
        let met = tokens.iter().fold(0, |met, token| met | token.classes);
        let (rows, firsts) = INDEX.possible(met, |rule: &Rule| !self.allowed.contains(rule.name));
        let starts = tokens.iter().enumerate();
        starts
            .filter(|(_, token)| token.classes & firsts != 0)
            .flat_map(|(start, token)| {
                let begun = INDEX.begun(rows, token.classes);
                begun.map(move |(rule, row)| (start, rule, row))
            })
            .find_map(|(start, rule, row)| {
                let (before, rest) = tokens.split_at(start);
                let length = row.match_at(rest)?;
                let (sign, behind) = rest.split_at(length);
                let context = Context {
                    before,
                    sign,
                    behind,
                };
                self.judge(rule, row, &context)
            })
    }

    fn judge(&mut self, rule: &Rule, row: &Row, context: &Context<'_>) -> Option<Injection> {
        let Context {
            before,
            sign,
            behind,
        } = *context;
        let (first, last) = (sign.first()?, sign.last()?);
        let place = first.place.start..last.place.end;
        // A quotation may end within what looks like a sign.
        let head = first.place.start..sign.get(1).unwrap_or(last).place.end;
        let turn = before.iter().rev().take(TURN_LENGTH);
        let marks = turn.fold(0, |classes, token| classes | token.classes);
        // A template is shown with all of its marks.
        let is_in_turn = first.classes & (TURN | BOUNDARY) == 0 && marks & (TURN | BOUNDARY) != 0;
        let is_mentioned = || is_mention(before, sign, behind, row.voice);
        let is_excused = !is_in_turn && (is_mentioned() || self.is_shown(&place, &head));
        let offset = place.start;
        (!is_excused).then_some(Injection {
            rule: rule.name,
            offset,
        })
    }

    /// Whether a sign is shown to the reader: quoted, in a block of code, as a pattern or a name of a program.
    fn is_shown(&mut self, place: &Range<usize>, head: &Range<usize>) -> bool {
        let text = self.regions.text;
        let notation = *self.notation.get_or_insert_with(|| Notation::of(text));
        is_quoted(text, head, notation)
            || code::is_quoted_line(text, place.start)
            || is_pattern(text, place)
            || is_identifier(text, place, notation)
            || self.blocks.has(place.start)
    }
}

/// Whether a sign is a regular expression: `ignore\s+previous`.
fn is_pattern(text: &[u8], place: &Range<usize>) -> bool {
    let written = text.get(place.clone()).unwrap_or_default();
    let has = |piece: &[u8]| memchr::memmem::find(written, piece).is_some();
    has(b"\\s") || has(b".*") || has(b")?") || has(b"[^")
}

/// Whether a sign is one name of a program: `ignore_previous_instructions(`.
fn is_identifier(text: &[u8], place: &Range<usize>, notation: Notation) -> bool {
    let written = text.get(place.clone()).unwrap_or_default();
    let is_one = written.contains(&b'_') && !written.iter().any(u8::is_ascii_whitespace);
    let behind = text.get(place.end..).unwrap_or_default();
    let end = behind
        .iter()
        .find(|byte| !byte.is_ascii_alphanumeric() && **byte != b'_');
    is_one && (notation == Notation::Program || end.is_some_and(|byte| b"(=:,)".contains(byte)))
}

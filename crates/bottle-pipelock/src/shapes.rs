//! All families at once: a search for their literals, then the shape of whichever was met.

use std::ops::{ControlFlow, Range};
use std::sync::{LazyLock, OnceLock};

use aho_corasick::Span;
use aho_corasick::packed::{self, Searcher};
use regex_automata::dfa::dense::DFA;
use regex_automata::dfa::{Automaton as _, StartKind};
use regex_automata::meta::Regex;
use regex_automata::util::syntax;
use regex_automata::{Anchored, Input};

use crate::checks;
use crate::families::{self, Checksum, Family, Finder};
use crate::finding::Finding;
use crate::literals::{Literal, Literals};
use crate::numbers;
use crate::piece::Piece;

/// The rule of a text that everybody knows: the key in the documentation of some vendor.
pub(crate) const EXAMPLE_RULE: &str = "documented-example";
/// A block is searched with each group of literals while it is in the fastest memory.
const BLOCK: usize = 32 * 1024;
/// No literal of the whole text is longer: blocks overlap by so much.
const LONGEST_LITERAL: usize = 64;
/// Literals that one searcher takes at full speed.
const GROUP: usize = 32;

/// Bytes that one automaton may take, and that making it may take.
const MAX_AUTOMATON: usize = 256 * 1024;

/// Whoever is told of tokens; `Break` ends the search.
pub(crate) type Report<'a> = &'a mut dyn FnMut(Finding) -> ControlFlow<()>;

/// All shapes, ready to search.
pub(crate) struct Shapes {
    words: Literals,
    numbers: Literals,
    texts: Literals,
    /// Searchers for the literals in `texts`; none in any case, where every place is looked at.
    searchers: Vec<Searcher>,
    members: Vec<Shape>,
}

/// A family, ready to be looked for at a place.
struct Shape {
    family: &'static Family,
    any_case: bool,
    /// Made when it is needed first; `None` never: a test makes all.
    automaton: OnceLock<Option<Automaton>>,
}

/// What knows a shape.
enum Automaton {
    /// One step for each byte.
    Dense(Box<DFA<Vec<u32>>>),
    /// For the shapes of which that would take too much room.
    Large(Regex),
}

/// As they are written.
pub(crate) static EXACT: LazyLock<Option<Shapes>> = LazyLock::new(|| Shapes::build(false));
/// As they are in a host name, which has no capitals.
pub(crate) static ANY_CASE: LazyLock<Option<Shapes>> = LazyLock::new(|| Shapes::build(true));

impl Shapes {
    /// `None` never: a test builds both.
    fn build(any_case: bool) -> Option<Self> {
        let members = families::all().map(|family| Shape {
            family,
            any_case,
            automaton: OnceLock::new(),
        });
        let members = members.collect();
        let none = || Literals::of(&[], any_case);
        if any_case {
            let all = [Finder::Word, Finder::Text, Finder::Number];
            let (words, numbers, texts) = (none(), none(), Literals::of(&all, any_case));
            let searchers = Vec::new();
            return Some(Self {
                words,
                numbers,
                texts,
                searchers,
                members,
            });
        }
        let texts = Literals::of(&[Finder::Text], any_case);
        let mut literals: Vec<_> = texts.all().collect();
        literals.sort_by_key(|literal| literal.len());
        let searchers = literals.chunks(GROUP).map(searcher);
        Some(Self {
            words: Literals::of(&[Finder::Word], any_case),
            numbers: Literals::of(&[Finder::Number], any_case),
            searchers: searchers.collect::<Option<_>>()?,
            texts,
            members,
        })
    }

    /// Whether capitals count.
    pub(crate) const fn is_exact(&self) -> bool {
        !self.searchers.is_empty()
    }

    /// Every token in a short text, wherever it stands.
    pub(crate) fn everywhere(&self, piece: &Piece<'_>, report: Report<'_>) -> ControlFlow<()> {
        self.in_range(&self.texts, piece, 0..piece.bytes.len(), report)
    }

    /// The tokens that may consist of short words, and numbers.
    pub(crate) fn among_words(&self, piece: &Piece<'_>, report: Report<'_>) -> ControlFlow<()> {
        let mut start = 0;
        while start < piece.bytes.len() {
            let end = piece.bytes.len().min(start + BLOCK + LONGEST_LITERAL);
            for searcher in &self.searchers {
                let mut at = start;
                while let Some(met) = searcher.find_in(piece.bytes, Span { start: at, end }) {
                    at = met.start() + 1;
                    if met.start() < start + BLOCK {
                        self.at(&self.texts, piece, met.start(), report)?;
                    }
                }
            }
            start += BLOCK;
        }
        numbers::rows(piece.bytes)
            .try_for_each(|row| self.in_range(&self.numbers, piece, row, report))
    }

    /// The tokens that begin at these places, which are in a long word or in the name in front of it.
    pub(crate) fn in_word(
        &self,
        piece: &Piece<'_>,
        places: Range<usize>,
        report: Report<'_>,
    ) -> ControlFlow<()> {
        self.in_range(&self.words, piece, places, report)
    }

    fn in_range(
        &self,
        literals: &Literals,
        piece: &Piece<'_>,
        range: Range<usize>,
        report: Report<'_>,
    ) -> ControlFlow<()> {
        literals.each_place(piece.bytes, range, &mut |place| {
            self.at(literals, piece, place, report)
        })
    }

    fn at(
        &self,
        literals: &Literals,
        piece: &Piece<'_>,
        place: usize,
        report: Report<'_>,
    ) -> ControlFlow<()> {
        let rest = piece.bytes.get(place..).unwrap_or_default();
        literals
            .at(rest)
            .try_for_each(|Literal { text, family, .. }| {
                let shape = self.members.get(family);
                let Some((rule, end)) =
                    shape.and_then(|shape| shape.rule_at(piece, place, text.len()))
                else {
                    return ControlFlow::Continue(());
                };
                let (offset, literal, end) = (place, text, Some(end));
                report(Finding {
                    rule,
                    offset,
                    literal,
                    end,
                })
            })
    }
}

fn searcher(literals: &[&str]) -> Option<Searcher> {
    packed::Config::new().builder().extend(literals).build()
}

impl Shape {
    /// The rule by which something at this place is a token, if it is one, and where it ends.
    fn rule_at(
        &self,
        piece: &Piece<'_>,
        start: usize,
        literal: usize,
    ) -> Option<(&'static str, usize)> {
        let text = piece.bytes;
        let value = piece.value_of(start);
        let mut fronts = [Some(0), value].into_iter().flatten();
        let is_apart = fronts.any(|front| {
            let before = text.get(front..start);
            before.is_some_and(self.family.before)
        });
        if !is_apart && !matches!(self.family.checksum, Checksum::Sufficient(_)) {
            return None;
        }
        let end = self.end_of(text, start)?;
        let token = text.get(start..end)?;
        let is_one = match self.family.checksum {
            Checksum::Unasked => true,
            // Numbers beside each other are no longer number.
            Checksum::Required(check) => {
                let is_number = self.family.finder == Finder::Number;
                check(token) && !(is_number && value != piece.value_of(end - 1))
            }
            Checksum::Sufficient(check) => is_apart || check(token),
        };
        let is_placeholder = || checks::is_placeholder(token.get(literal..).unwrap_or_default());
        if !is_one || is_placeholder() || !piece.decides(start, end) {
            return None;
        }
        let rest = token.get(literal..).unwrap_or_default();
        let is_example = (self.family.is_example)(token) || checks::is_alphabet(rest);
        let rule = if is_example {
            EXAMPLE_RULE
        } else {
            self.family.name
        };
        Some((rule, end))
    }

    /// Where the text of the shape that begins here ends. Without an automaton everything has the shape.
    fn end_of(&self, text: &[u8], start: usize) -> Option<usize> {
        let input = Input::new(text).range(start..).anchored(Anchored::Yes);
        match self.automaton.get_or_init(|| self.build()) {
            Some(Automaton::Dense(automaton)) => match automaton.try_search_fwd(&input) {
                Ok(found) => Some(found?.offset()),
                Err(_) => Some(text.len()),
            },
            Some(Automaton::Large(regex)) => Some(regex.search_half(&input)?.offset()),
            None => Some(text.len()),
        }
    }

    fn build(&self) -> Option<Automaton> {
        let syntax = syntax::Config::new()
            .unicode(false)
            .utf8(false)
            .case_insensitive(self.any_case);
        let config = DFA::config()
            .start_kind(StartKind::Anchored)
            .dfa_size_limit(Some(MAX_AUTOMATON))
            .determinize_size_limit(Some(MAX_AUTOMATON));
        let dense = DFA::builder()
            .syntax(syntax)
            .configure(config)
            .build(self.family.shape);
        let large = || {
            let regex = Regex::builder().syntax(syntax).build(self.family.shape);
            regex.ok().map(Automaton::Large)
        };
        dense
            .map(|automaton| Automaton::Dense(Box::new(automaton)))
            .ok()
            .or_else(large)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_shape_is_one() {
        for shapes in [&EXACT, &ANY_CASE] {
            let shapes = shapes.as_ref().unwrap();
            for shape in &shapes.members {
                assert!(shape.build().is_some(), "{}", shape.family.name);
            }
        }
    }

    #[test]
    fn every_family_has_a_name_of_its_own() {
        let names: BTreeSet<_> = families::all().map(|family| family.name).collect();
        assert_eq!(names.len(), families::all().count());
        // That is how a finding of a known secret is told from one of a shape.
        assert!(!names.iter().any(|name| name.contains("known")));
    }
}

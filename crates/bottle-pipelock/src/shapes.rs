//! All families at once: one search for their literals, then the shape of whichever was met.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use regex_automata::meta::Regex;
use regex_automata::util::syntax;
use regex_automata::{Anchored, Input};

use crate::checks;
use crate::families::{self, Checksum, Family};

/// A family, ready to search.
struct Shape {
    family: &'static Family,
    regex: Regex,
}

/// All shapes, ready to search.
pub(crate) struct Shapes {
    finder: AhoCorasick,
    /// Each literal, and the place of its family in `members`.
    owners: Vec<(&'static str, usize)>,
    members: Vec<Shape>,
}

/// As they are written.
pub(crate) static EXACT: LazyLock<Option<Shapes>> = LazyLock::new(|| Shapes::build(false));
/// As they are in a host name, which has no capitals.
pub(crate) static ANY_CASE: LazyLock<Option<Shapes>> = LazyLock::new(|| Shapes::build(true));

impl Shapes {
    /// `None` never: a test builds both.
    fn build(any_case: bool) -> Option<Self> {
        let owners: Vec<_> = families::all()
            .enumerate()
            .flat_map(|(number, family)| family.literals.iter().map(move |each| (*each, number)))
            .collect();
        let finder = AhoCorasick::builder()
            // Beyond a hundred patterns it would take a slower one by itself.
            .kind(Some(AhoCorasickKind::DFA))
            .match_kind(MatchKind::Standard)
            .ascii_case_insensitive(any_case)
            .build(owners.iter().map(|(literal, _)| literal))
            .ok()?;
        let syntax = syntax::Config::new()
            .unicode(false)
            .utf8(false)
            .case_insensitive(any_case);
        let members = families::all().map(|family| {
            let regex = Regex::builder().syntax(syntax).build(family.shape).ok()?;
            Some(Shape { family, regex })
        });
        Some(Self {
            finder,
            owners,
            members: members.collect::<Option<_>>()?,
        })
    }

    /// The name of the first family of which a token is in the text.
    pub(crate) fn find(&self, text: &[u8]) -> Option<&'static str> {
        self.hits(text).next().map(|hit| hit.rule)
    }

    /// Every token in the text.
    pub(crate) fn hits(&self, text: &[u8]) -> impl Iterator<Item = Hit> {
        let met = self.finder.find_overlapping_iter(text);
        met.filter_map(move |found| {
            let (literal, owner) = *self.owners.get(found.pattern().as_usize())?;
            let shape = self.members.get(owner)?;
            let is_there = shape.is_at(text, found.start(), literal.len());
            is_there.then_some(Hit {
                rule: shape.family.name,
                start: found.start(),
                literal,
            })
        })
    }
}

/// A token in a text.
pub(crate) struct Hit {
    pub(crate) rule: &'static str,
    /// Where the literal begins by which it was found.
    pub(crate) start: usize,
    /// That literal.
    pub(crate) literal: &'static str,
}

impl Shape {
    fn is_at(&self, text: &[u8], start: usize, literal: usize) -> bool {
        let is_apart = (self.family.before)(text.get(..start).unwrap_or_default());
        if !is_apart && !matches!(self.family.checksum, Checksum::Sufficient(_)) {
            return false;
        }
        let input = Input::new(text).range(start..).anchored(Anchored::Yes);
        let Some(token) = self
            .regex
            .find(input)
            .and_then(|found| text.get(found.range()))
        else {
            return false;
        };
        let is_one = match self.family.checksum {
            Checksum::Unasked => true,
            Checksum::Required(check) => check(token),
            Checksum::Sufficient(check) => is_apart || check(token),
        };
        let rest = token.get(literal..).unwrap_or_default();
        is_one && !(self.family.is_example)(token) && !checks::is_placeholder(rest)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_shape_is_one() {
        assert!(EXACT.is_some() && ANY_CASE.is_some());
    }

    #[test]
    fn every_family_has_a_name_of_its_own() {
        let names: BTreeSet<_> = families::all().map(|family| family.name).collect();
        assert_eq!(names.len(), families::all().count());
        // That is how a finding of a known secret is told from one of a shape.
        assert!(!names.iter().any(|name| name.contains("known")));
    }
}

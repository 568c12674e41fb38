//! A rule as rows of classes of words.

use super::class::Classes;
use super::token::{CLOSES, Flags, Token};

/// A family of orders.
#[derive(Debug)]
pub(super) struct Rule {
    /// How it is called.
    pub(super) name: &'static str,
    /// Any of these is a sign.
    pub(super) rows: &'static [Row],
}

/// Words in this order.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) steps: &'static [Step],
    pub(super) voice: Voice,
}

/// Whom a row has to speak to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Voice {
    /// It begins with a verb, which must not belong to somebody else: "models ignore", "to ignore".
    Order,
    /// It speaks for itself.
    Plain,
}

/// A word of one of these classes.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) classes: Classes,
    /// What it must look like.
    pub(super) flags: Flags,
    /// How many other words may stand in front, behind the step before.
    pub(super) within: usize,
}

impl Step {
    const fn takes(&self, token: &Token) -> bool {
        token.classes & self.classes != 0 && token.flags & self.flags == self.flags
    }
}

impl Row {
    /// Where the row ends that begins with the first of these words: the place behind its last word.
    ///
    /// Each step takes the nearest word that it can, but for the first of two attempts that fail: a word may be both
    /// what a step looks for and what stands between, so the next one is tried as well. Both loops are bounded by the
    /// row, so this takes constant time.
    pub(super) fn match_at(&self, tokens: &[Token]) -> Option<usize> {
        let (first, rest) = self.steps.split_first()?;
        first.takes(tokens.first()?).then_some(())?;
        follow(rest, tokens, 1)
    }
}

/// How many words a step may pass over and still be of one sentence with the step before.
const SAME_SENTENCE: usize = 5;

/// How far the last step got, of those that lie before `at`.
fn follow(steps: &[Step], tokens: &[Token], at: usize) -> Option<usize> {
    let Some((step, rest)) = steps.split_first() else {
        return Some(at);
    };
    let is_one_sentence = step.within <= SAME_SENTENCE;
    let near = tokens.get(at.checked_sub(1)?..)?.windows(2);
    let near = near
        .take(step.within + 1)
        .take_while(|pair| !(is_one_sentence && pair.first().is_some_and(|word| word.is(CLOSES))));
    let mut places = near
        .enumerate()
        .filter(|(_, pair)| pair.last().is_some_and(|token| step.takes(token)));
    // Two: the work of a row stays below two to the power of its steps, of which there are at most six.
    let first = places.next().map(|(place, _)| at + place + 1)?;
    follow(rest, tokens, first).or_else(|| {
        follow(
            rest,
            tokens,
            at + places.next().map(|(place, _)| place)? + 1,
        )
    })
}

/// Exactly the next word.
pub(super) const fn then(classes: Classes) -> Step {
    near(classes, 0)
}

/// A word behind at most so many others.
pub(super) const fn near(classes: Classes, within: usize) -> Step {
    Step {
        classes,
        flags: 0,
        within,
    }
}

/// A word that looks like this, behind at most so many others.
pub(super) const fn marked(classes: Classes, flags: Flags, within: usize) -> Step {
    Step {
        classes,
        flags,
        within,
    }
}

/// A row that begins with a verb.
pub(super) const fn order(steps: &'static [Step]) -> Row {
    let voice = Voice::Order;
    Row { steps, voice }
}

/// A row that needs nobody to speak to.
pub(super) const fn plain(steps: &'static [Step]) -> Row {
    let voice = Voice::Plain;
    Row { steps, voice }
}

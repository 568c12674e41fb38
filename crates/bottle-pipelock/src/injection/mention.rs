//! Orders that are only spoken of.

use super::class::{
    ALL, ATTACK, IF, IGNORE, MAKE, MAY, MENTION, MODEL, MUST, NOT, SET, SUBJECT, TO, WORD, YOU,
    YOUR,
};
use super::row::Voice;
use super::token::{CLOSES, ENDS, LABEL, STARTS, Token};

/// How many words in front of an order may say that it is one of somebody else.
const BEFORE: usize = 6;
/// How many words behind it may say so.
const BEHIND: usize = 2;
/// How many words of a condition are read.
const CONDITION: usize = 12;

/// Whether the words in front of a sign, or behind it, say that it is an example, a report, or forbidden.
pub(super) fn is_mention(before: &[Token], sign: &[Token], behind: &[Token], voice: Voice) -> bool {
    let before = sentence_before(before);
    is_introduced(before)
        || is_named(behind)
        || (voice == Voice::Order && (is_of_others(before, sign) || is_condition(before, sign)))
}

/// The words of the same sentence in front.
fn sentence_before(before: &[Token]) -> &[Token] {
    let near = before
        .get(before.len().saturating_sub(CONDITION)..)
        .unwrap_or(before);
    let end = near.iter().rposition(|token| token.is(CLOSES));
    end.map_or(near, |end| near.get(end + 1..).unwrap_or_default())
}

fn is_introduced(before: &[Token]) -> bool {
    let near = before.iter().rev().take(BEFORE);
    near.clone()
        .any(|token| token.classes & MENTION != 0 && token.classes & IGNORE == 0)
}

fn is_named(behind: &[Token]) -> bool {
    let near = behind.iter().take(BEHIND);
    near.take_while(|token| !token.is(STARTS))
        .any(|token| token.classes & ATTACK != 0)
}

/// Whether the verb is that of somebody else: "models ignore", "told it to ignore", "never ignore".
fn is_of_others(before: &[Token], sign: &[Token]) -> bool {
    let Some((last, rest)) = before.split_last() else {
        return false;
    };
    let is_set = sign.first().is_some_and(|verb| verb.classes & SET != 0);
    match last.classes {
        classes if classes & NOT != 0 => true,
        classes if classes & SUBJECT != 0 => rest
            .last()
            .is_none_or(|word| word.classes & (YOU | MODEL) == 0),
        classes if classes & TO != 0 => is_made(rest),
        // "Each party shall ignore".
        classes if classes & MUST != 0 => rest.last().is_some_and(is_noun),
        // "The court set aside": the same in the past.
        _ => is_set && is_noun(last),
    }
}

/// Whether somebody else is made to do it: "tell it to", and not "I tell you to", but "we never ask you to".
fn is_made(before: &[Token]) -> bool {
    let near = before
        .get(before.len().saturating_sub(BEFORE)..)
        .unwrap_or(before);
    let who = near
        .iter()
        .rposition(|word| word.classes & (MAKE | SUBJECT | YOU | YOUR) != 0);
    let Some((word, rest)) = who.and_then(|who| near.get(..=who)?.split_last()) else {
        return false;
    };
    let is_asked = rest.last().is_some_and(|word| word.classes & MAKE != 0);
    let is_denied = rest.iter().any(|word| word.classes & NOT != 0);
    word.classes & (YOU | YOUR) == 0 || (is_asked && is_denied)
}

/// Whether a word is none that the rules know, in the middle of a sentence: most are names of somebody.
const fn is_noun(word: &Token) -> bool {
    word.classes == WORD && word.flags & (ENDS | LABEL | CLOSES) == 0
}

/// Whether it holds under a condition, as steps of a guide do: "if you use Docker, ignore the steps above".
fn is_condition(before: &[Token], sign: &[Token]) -> bool {
    let has = |classes| before.iter().any(|token| token.classes & classes != 0);
    let is_wide = sign.iter().any(|token| token.classes & ALL != 0);
    !is_wide && has(IF | MAY) && !has(MODEL)
}

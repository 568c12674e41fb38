//! Orders that are only spoken of.

use super::class::{
    ALL, ATTACK, IF, IGNORE, MAKE, MAY, MENTION, MODEL, NOT, SUBJECT, TO, YOU, YOUR,
};
use super::row::Voice;
use super::token::{CLOSES, STARTS, Token};

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
        || (voice == Voice::Order && (is_of_others(before) || is_condition(before, sign)))
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
fn is_of_others(before: &[Token]) -> bool {
    let Some((last, rest)) = before.split_last() else {
        return false;
    };
    let mut near = rest.iter().rev().take(BEFORE);
    match last.classes {
        classes if classes & NOT != 0 => true,
        classes if classes & SUBJECT != 0 => rest
            .last()
            .is_none_or(|word| word.classes & (YOU | MODEL) == 0),
        // "Tell it to", and not "I tell you to".
        classes if classes & TO != 0 => near
            .find(|word| word.classes & (MAKE | SUBJECT | YOU | YOUR) != 0)
            .is_some_and(|word| word.classes & (YOU | YOUR) == 0),
        _ => false,
    }
}

/// Whether it holds under a condition, as steps of a guide do: "if you use Docker, ignore the steps above".
fn is_condition(before: &[Token], sign: &[Token]) -> bool {
    let has = |classes| before.iter().any(|token| token.classes & classes != 0);
    let is_wide = sign.iter().any(|token| token.classes & ALL != 0);
    !is_wide && has(IF | MAY) && !has(MODEL)
}

//! A text without what Unicode can hide in it.
//!
//! A model reads letters of another alphabet, or letters with nothing between them, as it reads ASCII, and so may
//! whoever receives them; a search for bytes does not. In the folded view letters are ASCII where they look like it, and
//! what cannot be seen is gone.

mod invisible;
mod letter;
mod lookalike;
#[cfg(test)]
mod tests;

use unicode_normalization::char::{decompose_compatible, is_combining_mark};

use self::invisible::Invisible;
pub(crate) use self::letter::{letter, stays_foreign};
use crate::piece::Source;

/// The text folded: invisible characters, exotic spaces and combining marks left out, compatibility forms (NFKD) and
/// look-alikes of ASCII written in ASCII. Behind it, after a zero byte, come the bytes that tag characters and
/// variation selectors spell. Bytes that are no UTF-8 stay as they are.
///
/// `None` when that is the text itself, for example if it is ASCII. Takes time linear in the text, and answers with at
/// most eleven times its size (U+FDFA).
pub(crate) fn fold(text: &[u8]) -> Option<Vec<u8>> {
    if text.is_ascii() {
        return None;
    }
    let mut shown = Vec::with_capacity(text.len());
    let mut hidden = Vec::new();
    each(text, &mut |_, part| match part {
        Part::Shown(bytes) => shown.extend_from_slice(bytes),
        Part::Hidden(byte) => hidden.push(byte),
    });
    if !hidden.is_empty() {
        shown.push(0);
        shown.append(&mut hidden);
    }
    (shown != text).then_some(shown)
}

/// The place in the text of a place in its folded view; the first hidden character for all of what is hidden.
pub(crate) fn source_of(text: &[u8], offset: usize) -> usize {
    let mut source = Source::new(offset);
    let mut first_hidden = None;
    each(text, &mut |at, part| match part {
        Part::Shown(bytes) => source.add(at, bytes.len()),
        Part::Hidden(_) => first_hidden = first_hidden.or(Some(at)),
    });
    match (source.is_found(), first_hidden) {
        (false, Some(hidden)) => hidden,
        _ => source.found(),
    }
}

/// A part of the view.
enum Part<'a> {
    /// What a reader sees.
    Shown(&'a [u8]),
    /// What an invisible character spells.
    Hidden(u8),
}

/// All parts of the view, each with its place in the text.
fn each(text: &[u8], part: &mut dyn FnMut(usize, Part<'_>)) {
    let mut at = 0;
    for chunk in text.utf8_chunks() {
        let mut rest = chunk.valid();
        while !rest.is_empty() {
            let beyond = rest.bytes().position(|byte| !byte.is_ascii());
            let (plain, tail) = rest.split_at(beyond.unwrap_or(rest.len()));
            part(at, Part::Shown(plain.as_bytes()));
            at += plain.len();
            let mut letters = tail.chars();
            if let Some(letter) = letters.next() {
                each_of(letter, &mut |piece| part(at, piece));
                at += letter.len_utf8();
            }
            rest = letters.as_str();
        }
        part(at, Part::Shown(chunk.invalid()));
        at += chunk.invalid().len();
    }
}

/// What becomes of a letter beyond ASCII.
fn each_of(letter: char, part: &mut dyn FnMut(Part<'_>)) {
    match Invisible::of(letter) {
        Some(Invisible::Byte(byte)) => part(Part::Hidden(byte)),
        Some(Invisible::Nothing) => {}
        None => {
            let letter = lookalike::ascii(letter).unwrap_or(letter);
            decompose_compatible(letter, |piece| {
                // A compatibility form of a space is one.
                if !is_combining_mark(piece) && piece != ' ' {
                    let piece = lookalike::ascii(piece).unwrap_or(piece);
                    part(Part::Shown(piece.encode_utf8(&mut [0; 4]).as_bytes()));
                }
            });
        }
    }
}

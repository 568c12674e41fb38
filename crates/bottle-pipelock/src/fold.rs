//! A text without what Unicode can hide in it.
//!
//! A model reads letters of another alphabet, or letters with nothing between them, as it reads ASCII, and so may
//! whoever receives them; a search for bytes does not. In the folded view letters are ASCII where they look like it, and
//! what cannot be seen is gone.

mod invisible;
mod lookalike;
#[cfg(test)]
mod tests;

use unicode_normalization::char::{decompose_compatible, is_combining_mark};

use self::invisible::Invisible;

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
    let mut view = View {
        shown: Vec::with_capacity(text.len()),
        hidden: Vec::new(),
    };
    for chunk in text.utf8_chunks() {
        chunk.valid().chars().for_each(|letter| view.add(letter));
        view.shown.extend_from_slice(chunk.invalid());
    }
    let view = view.finish();
    (view != text).then_some(view)
}

struct View {
    /// What a reader sees.
    shown: Vec<u8>,
    /// What invisible characters spell.
    hidden: Vec<u8>,
}

impl View {
    fn add(&mut self, letter: char) {
        if let Ok(byte) = u8::try_from(letter)
            && byte.is_ascii()
        {
            self.shown.push(byte);
            return;
        }
        match Invisible::of(letter) {
            Some(Invisible::Byte(byte)) => self.hidden.push(byte),
            Some(Invisible::Nothing) => {}
            None => {
                let letter = lookalike::ascii(letter).unwrap_or(letter);
                decompose_compatible(letter, |part| self.show(part));
            }
        }
    }

    fn show(&mut self, part: char) {
        // A compatibility form of a space is one.
        if is_combining_mark(part) || part == ' ' {
            return;
        }
        let part = lookalike::ascii(part).unwrap_or(part);
        self.shown
            .extend_from_slice(part.encode_utf8(&mut [0; 4]).as_bytes());
    }

    fn finish(mut self) -> Vec<u8> {
        if !self.hidden.is_empty() {
            self.shown.push(0);
            self.shown.append(&mut self.hidden);
        }
        self.shown
    }
}

//! What a terminal sends, as keys.
//!
//! Ours instead of crossterm's: that one waits for the size of the window in the same breath, and loses what was typed then
//! until something else is typed.

use super::model::Key;

/// What was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Input {
    /// A key.
    Key(Key),
    /// A text that was pasted.
    Paste(String),
}

/// What begins a sequence, and is a key alone.
const ESCAPE: u8 = 0x1b;
/// The longest sequence of a key that is waited for, in bytes.
const LONGEST: usize = 32;
/// The longest text that is pasted, in bytes; what is longer is cut. Protects our memory.
const LONGEST_PASTE: usize = 16 * 1024;
/// What stands before and behind what is pasted (xterm, bracketed paste mode).
const PASTE_BEGINS: &[u8] = b"\x1b[200~";
const PASTE_ENDS: &[u8] = b"\x1b[201~";

/// Bytes of a terminal that are not taken for keys yet.
#[derive(Debug, Default)]
pub(crate) struct Decoder {
    bytes: Vec<u8>,
    /// What was pasted so far, until its end comes.
    pasted: Option<Vec<u8>>,
}

/// What the first bytes are.
enum First {
    /// So many of them are this.
    Is(usize, Option<Input>),
    /// So many of them begin a paste.
    Pastes(usize),
    /// There are too few to tell.
    Open,
}

impl Decoder {
    /// Takes further bytes. Answers what they make together with those before.
    pub(crate) fn take(&mut self, bytes: &[u8]) -> Vec<Input> {
        self.bytes.extend_from_slice(bytes);
        let mut inputs = Vec::new();
        loop {
            if self.pasted.is_some() {
                match self.paste() {
                    Some(text) => inputs.push(Input::Paste(text)),
                    None => return inputs,
                }
            }
            match first(&self.bytes) {
                First::Open => return inputs,
                First::Is(count, input) => {
                    self.bytes.drain(..count);
                    inputs.extend(input);
                }
                First::Pastes(count) => {
                    self.bytes.drain(..count);
                    self.pasted = Some(Vec::new());
                }
            }
        }
    }

    /// Whether there is the beginning of something, which may be all of it.
    pub(crate) const fn is_open(&self) -> bool {
        !self.bytes.is_empty() && self.pasted.is_none()
    }

    /// Nothing more came: the beginning of something was all of it.
    pub(crate) fn end(&mut self) -> Option<Input> {
        if !self.is_open() {
            return None;
        }
        let is_escape = self.bytes == [ESCAPE];
        self.bytes.clear();
        is_escape.then_some(Input::Key(Key::Escape))
    }

    /// Forgets everything.
    pub(crate) fn forget(&mut self) {
        *self = Self::default();
    }

    /// What is pasted, once its end is there.
    fn paste(&mut self) -> Option<String> {
        let text = self.pasted.as_mut()?;
        let end = position(&self.bytes, PASTE_ENDS);
        // The end may have come in part.
        let keep = PASTE_ENDS.len().saturating_sub(1);
        let count = end.unwrap_or_else(|| self.bytes.len().saturating_sub(keep));
        let room = LONGEST_PASTE.saturating_sub(text.len());
        let new = self.bytes.drain(..count).take(room);
        text.extend(new);
        end?;
        self.bytes.drain(..PASTE_ENDS.len());
        let text = self.pasted.take()?;
        Some(String::from_utf8_lossy(&text).into_owned())
    }
}

fn position(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|each| each == wanted)
}

fn key(count: usize, key: Key) -> First {
    First::Is(count, Some(Input::Key(key)))
}

fn first(bytes: &[u8]) -> First {
    match bytes {
        [] | [ESCAPE] | [ESCAPE, b'O'] => First::Open,
        [ESCAPE, ESCAPE, ..] => key(1, Key::Escape),
        [ESCAPE, b'[', rest @ ..] => sequence(bytes, rest),
        [ESCAPE, b'O', letter, ..] => First::Is(3, letter_key(*letter).map(Input::Key)),
        // With Alt a key is another one.
        [ESCAPE, ..] => First::Is(2, None),
        [0x03, ..] => key(1, Key::Interrupt),
        [0x0c, ..] => key(1, Key::Redraw),
        [0x15, ..] => key(1, Key::Clear),
        [b'\r' | b'\n', ..] => key(1, Key::Enter),
        [b'\t', ..] => key(1, Key::Tab),
        [0x7f | 0x08, ..] => key(1, Key::Backspace),
        [0..0x20, ..] => First::Is(1, None),
        _ => sign(bytes),
    }
}

/// A control sequence (ECMA-48, 5.4): parameters, then one byte that ends it.
fn sequence(bytes: &[u8], rest: &[u8]) -> First {
    if bytes.starts_with(PASTE_BEGINS) {
        return First::Pastes(PASTE_BEGINS.len());
    }
    let length = rest
        .iter()
        .take_while(|byte| matches!(byte, 0x20..=0x3f))
        .count();
    let (parameters, end) = rest.split_at(length);
    let count = length + 3;
    match (parameters, end) {
        (_, []) if bytes.len() > LONGEST => First::Is(bytes.len(), None),
        (_, []) => First::Open,
        ([], [letter, ..]) => First::Is(count, letter_key(*letter).map(Input::Key)),
        (b"1" | b"7", [b'~', ..]) => key(count, Key::Home),
        (b"4" | b"8", [b'~', ..]) => key(count, Key::End),
        (b"5", [b'~', ..]) => key(count, Key::PageUp),
        (b"6", [b'~', ..]) => key(count, Key::PageDown),
        _ => First::Is(count, None),
    }
}

const fn letter_key(letter: u8) -> Option<Key> {
    Some(match letter {
        b'A' => Key::Up,
        b'B' => Key::Down,
        b'F' => Key::End,
        b'H' => Key::Home,
        b'Z' => Key::BackTab,
        _ => return None,
    })
}

/// A sign of UTF-8. What is none is passed over.
fn sign(bytes: &[u8]) -> First {
    let start = bytes.get(..4).unwrap_or(bytes);
    let (valid, error) = match std::str::from_utf8(start) {
        Ok(text) => (text, None),
        Err(error) => {
            let valid = start.get(..error.valid_up_to()).unwrap_or_default();
            (std::str::from_utf8(valid).unwrap_or_default(), Some(error))
        }
    };
    match (valid.chars().next(), error.map(|error| error.error_len())) {
        (Some(sign), _) => key(sign.len_utf8(), Key::Char(sign)),
        (None, Some(None)) => First::Open,
        (None, _) => First::Is(1, None),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all(bytes: &[u8]) -> Vec<Input> {
        let mut decoder = Decoder::default();
        let mut inputs = decoder.take(bytes);
        inputs.extend(decoder.end());
        inputs
    }

    #[test]
    fn keys_are_found() {
        for (bytes, expected) in [
            (&b"a"[..], vec![Key::Char('a')]),
            ("ü漢".as_bytes(), vec![Key::Char('ü'), Key::Char('漢')]),
            (b"\x1b", vec![Key::Escape]),
            (b"\x1b\x1b", vec![Key::Escape, Key::Escape]),
            (
                b"\x1b[A\x1bOB\x1b[H\x1b[4~\x1b[5~\x1b[6~\x1b[Z",
                vec![
                    Key::Up,
                    Key::Down,
                    Key::Home,
                    Key::End,
                    Key::PageUp,
                    Key::PageDown,
                    Key::BackTab,
                ],
            ),
            (
                b"\r\n\t\x7f\x08\x03\x0c\x15\x01",
                vec![
                    Key::Enter,
                    Key::Enter,
                    Key::Tab,
                    Key::Backspace,
                    Key::Backspace,
                    Key::Interrupt,
                    Key::Redraw,
                    Key::Clear,
                ],
            ),
            // With a modifier it is another key; a mouse and an answer of the terminal are none.
            (
                b"\x1by\x1b[1;5A\x1b[<0;1;1M\x1b[24;80Ry",
                vec![Key::Char('y')],
            ),
            (b"\xff\xfey", vec![Key::Char('y')]),
            (b"\x1b[12", vec![]),
        ] {
            let expected: Vec<Input> = expected.into_iter().map(Input::Key).collect();
            assert_eq!(all(bytes), expected, "{bytes:?}");
        }
    }

    #[test]
    fn what_is_pasted_is_no_key() {
        let pasted = |text: &str| Input::Paste(text.to_owned());
        let bytes = b"\x1b[200~y\r\x1b[Aq\x1b[201~n";
        let expected = [pasted("y\r\u{1b}[Aq"), Input::Key(Key::Char('n'))];
        assert_eq!(all(bytes), expected);
        // Without an end nothing of it is one either.
        assert_eq!(all(b"\x1b[200~yyyyyyyyyyyyyyyyyyyyyyyyy"), []);
        let long = [PASTE_BEGINS, &vec![b'y'; 100_000], PASTE_ENDS].concat();
        assert_eq!(all(&long), [pasted(&"y".repeat(LONGEST_PASTE))]);
    }

    proptest! {
        #[test]
        fn it_does_not_matter_how_bytes_come(
            bytes in prop::collection::vec(prop_oneof![any::<u8>(), prop::sample::select(b"\x1b[O~201ABy".to_vec())], 0..200),
            cut in any::<prop::sample::Index>(),
        ) {
            let whole = all(&bytes);
            let (left, right) = bytes.split_at(cut.index(bytes.len() + 1));
            let mut decoder = Decoder::default();
            let mut inputs = decoder.take(left);
            inputs.extend(decoder.take(right));
            inputs.extend(decoder.end());
            prop_assert_eq!(inputs, whole);
        }
    }
}

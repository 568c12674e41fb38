//! JSON (RFC 8259), as far as it can be read: one document, lines of them, or a piece of one.

mod quoted;
mod row;
mod tokens;

use self::quoted::Quoted;
use self::row::Rows;
use self::tokens::{Token, Tokens};
use super::inside::Inside;
use super::reader::{Reader, TooComplex};
use super::text::Text;

/// Strings, keys and rows of numbers in some texts, and what is in the strings.
pub(super) fn read<'a>(
    reader: &mut Reader,
    texts: impl IntoIterator<Item = &'a [u8]>,
    depth: usize,
) -> Result<(), TooComplex> {
    let mut seen = Seen::default();
    for text in texts {
        seen.values.reserve(text.len());
        Tokens::of(text).for_each(|token| seen.take(token));
        seen.rows.end();
    }
    reader.keep(seen.values)?;
    reader.keep(seen.keys)?;
    reader.keep(seen.rows.finish())?;
    seen.inside.read(reader, depth)
}

/// What a reader of documents has seen.
#[derive(Default)]
struct Seen {
    values: Text,
    keys: Text,
    rows: Rows,
    inside: Inside,
}

impl Seen {
    fn take(&mut self, token: Token<'_>) {
        match token {
            Token::Key(key) => {
                self.keys.add(|bytes| key.write(bytes));
            }
            Token::Value(value) => {
                self.rows.end();
                let value = self.values.add(|bytes| value.write(bytes));
                self.inside.note(value);
            }
            Token::Number(Some(byte)) => self.rows.add(byte),
            Token::Number(None) | Token::Word => self.rows.end(),
        }
    }
}

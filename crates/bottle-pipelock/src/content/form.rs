//! Forms and queries: `application/x-www-form-urlencoded` (URL Standard, section 5).

use super::inside::Inside;
use super::reader::{Reader, TooComplex};
use super::text::Text;
use super::transfer::hex;

/// The values of a query's parameters as one text, and their names as another. A text without anything is left out.
pub fn parameters(query: &[u8]) -> Vec<Text> {
    let Fields { names, values } = Fields::of(query, |_| ());
    let texts = [values, names].into_iter();
    texts.filter(|text| !text.bytes.is_empty()).collect()
}

/// Values and names of a form, and what is in the values.
pub(super) fn read(reader: &mut Reader, body: &[u8], depth: usize) -> Result<(), TooComplex> {
    let mut inside = Inside::default();
    let Fields { names, values } = Fields::of(body, |value| inside.note(value));
    reader.keep(values)?;
    reader.keep(names)?;
    inside.read(reader, depth)
}

struct Fields {
    names: Text,
    values: Text,
}

impl Fields {
    /// Splits at `;`, too, as older servers do.
    fn of(text: &[u8], mut note: impl FnMut(&[u8])) -> Self {
        let (mut names, mut values) = (Text::default(), Text::default());
        values.reserve(text.len());
        for field in text.split(|byte| matches!(byte, b'&' | b';')) {
            let equals = memchr::memchr(b'=', field).unwrap_or(field.len());
            let (name, value) = field.split_at(equals);
            names.add(|bytes| decode(name, bytes));
            note(values.add(|bytes| decode(value.get(1..).unwrap_or_default(), bytes)));
        }
        Self { names, values }
    }
}

/// Percent-encoding, with `+` for a space.
fn decode(text: &[u8], decoded: &mut Vec<u8>) {
    let mut rest = text;
    while let Some(at) = memchr::memchr2(b'%', b'+', rest) {
        let (plain, tail) = rest.split_at(at);
        decoded.extend_from_slice(plain);
        let (mark, after) = tail.split_first().unwrap_or((&b'+', &[]));
        let encoded = hex(after).filter(|_| *mark == b'%');
        let (byte, after) = encoded.unwrap_or((if *mark == b'+' { b' ' } else { *mark }, after));
        decoded.push(byte);
        rest = after;
    }
    decoded.extend_from_slice(rest);
}

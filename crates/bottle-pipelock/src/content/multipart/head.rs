//! The header fields of a part.

use crate::content::parameter::{Parameter, parameters};

/// Those that say something about its body, each with all its values.
#[derive(Debug, Default)]
pub(super) struct Head {
    disposition: Vec<u8>,
    content_type: Vec<u8>,
    pub transfer_encoding: Vec<u8>,
    pub content_encoding: Vec<u8>,
}

impl Head {
    /// Splits a part at its first empty line. Without one it is all body, to who does not insist on it.
    pub(super) fn split(part: &[u8]) -> (Self, &[u8]) {
        let (mut head, mut name, mut rest) = (Self::default(), Vec::new(), part);
        while !rest.is_empty() {
            let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
            let (line, after) = rest.split_at(end);
            rest = after.get(1..).unwrap_or_default();
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            if line.is_empty() {
                return (head, rest);
            }
            if matches!(line.first(), Some(b' ' | b'\t')) {
                head.add(&name, line);
                continue;
            }
            let colon = memchr::memchr(b':', line).unwrap_or(line.len());
            name = line
                .get(..colon)
                .unwrap_or_default()
                .trim_ascii()
                .to_ascii_lowercase();
            head.end(&name);
            head.add(
                &name,
                line.get(colon + 1..).unwrap_or_default().trim_ascii_start(),
            );
        }
        (head, part)
    }

    /// The names in it, and whether each is that of a file.
    pub(super) fn names(&self) -> impl Iterator<Item = (bool, Vec<u8>)> {
        let fields = [&self.disposition, &self.content_type].into_iter();
        let named = fields.flat_map(|field| parameters(field));
        named.filter_map(|Parameter { name, value }| match name.as_slice() {
            b"filename" => Some((true, value)),
            b"name" => Some((false, value)),
            _ => None,
        })
    }

    /// What the body is.
    pub(super) fn content_type(&self) -> Option<&[u8]> {
        (!self.content_type.is_empty()).then_some(&self.content_type)
    }

    /// Another field of this name begins: it is read as more of the first.
    fn end(&mut self, name: &[u8]) {
        if let Some((value, separator)) = self.field(name)
            && !value.is_empty()
        {
            value.push(separator);
        }
    }

    fn add(&mut self, name: &[u8], value: &[u8]) {
        if let Some((field, _)) = self.field(name) {
            field.extend_from_slice(value);
        }
    }

    /// The field of this name, and what separates its values.
    fn field(&mut self, name: &[u8]) -> Option<(&mut Vec<u8>, u8)> {
        match name {
            b"content-disposition" => Some((&mut self.disposition, b';')),
            b"content-type" => Some((&mut self.content_type, b';')),
            b"content-transfer-encoding" => Some((&mut self.transfer_encoding, b',')),
            b"content-encoding" => Some((&mut self.content_encoding, b',')),
            _ => None,
        }
    }
}

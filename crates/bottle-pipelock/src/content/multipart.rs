//! Multipart bodies (RFC 2046 section 5.1, RFC 7578), read as the most lenient server reads them.

mod boundary;
mod head;
mod parts;

use std::borrow::Cow;

use self::boundary::boundaries;
pub(super) use self::boundary::is_apparent;
use self::head::Head;
use self::parts::Parts;
use super::reader::{Reader, TooComplex};
use super::text::Text;
use super::{Undecodable, coding, transfer};

/// Names, file names and bodies of the parts, and what is in each.
pub(super) fn read(
    reader: &mut Reader,
    content_type: Option<&[u8]>,
    body: &[u8],
    depth: usize,
) -> Result<(), TooComplex> {
    for boundary in boundaries(content_type, body)? {
        let mut seen = Seen::default();
        for part in Parts::of(body, &boundary) {
            reader.part()?;
            seen.take(reader, part, depth)?;
        }
        seen.keep(reader)?;
    }
    Ok(())
}

/// What a reader of the parts has seen.
#[derive(Default)]
struct Seen {
    names: Text,
    file_names: Text,
    bodies: Text,
    /// Some body has other bytes than those in the part.
    is_decoded: bool,
}

impl Seen {
    fn take(&mut self, reader: &mut Reader, part: &[u8], depth: usize) -> Result<(), TooComplex> {
        let (head, raw) = Head::split(part);
        for (is_file_name, name) in head.names() {
            let names = if is_file_name {
                &mut self.file_names
            } else {
                &mut self.names
            };
            names.push(&name);
        }
        let body = plain(&head, raw, reader.left())?;
        self.is_decoded |= matches!(body, Cow::Owned(_));
        self.bodies.push(&body);
        reader.look(head.content_type(), &body, depth)
    }

    fn keep(self, reader: &mut Reader) -> Result<(), TooComplex> {
        reader.keep(self.names)?;
        reader.keep(self.file_names)?;
        // One alone can be seen in the whole as it stands.
        if self.is_decoded || self.bodies.starts.len() > 1 {
            reader.keep(self.bodies)?;
        }
        Ok(())
    }
}

/// The body of a part without its encodings. Servers seldom know of a coding here: where it is not true, the bytes count
/// as they are.
fn plain<'a>(head: &Head, raw: &'a [u8], limit: usize) -> Result<Cow<'a, [u8]>, TooComplex> {
    let body = transfer::decode(&head.transfer_encoding, raw);
    match coding::decode([head.content_encoding.as_slice()], &body, limit) {
        Ok(Cow::Owned(plain)) => Ok(Cow::Owned(plain)),
        Err(Undecodable::TooLarge) => Err(TooComplex),
        Ok(Cow::Borrowed(_)) | Err(_) => Ok(body),
    }
}

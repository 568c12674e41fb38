//! What values hold: documents and files.

use percent_encoding::percent_decode;

use super::reader::{Reader, TooComplex};
use super::text::Text;
use super::{json, transfer};

/// Values of strings and fields that are more than text.
#[derive(Debug, Default)]
pub(super) struct Inside {
    /// JSON documents.
    documents: Text,
    /// What `data:` URLs carry in base64.
    files: Text,
}

impl Inside {
    /// Takes note of a value, if it is one of them.
    pub(super) fn note(&mut self, value: &[u8]) {
        let value = value.trim_ascii();
        match (value.first(), value.last()) {
            (Some(b'{'), Some(b'}')) | (Some(b'['), Some(b']')) => self.documents.push(value),
            (Some(b'd' | b'D'), _) => {
                if let Some(encoded) = data_url(value) {
                    self.files.add(|file| {
                        transfer::base64(&percent_decode(encoded).collect::<Vec<u8>>(), file);
                    });
                }
            }
            _ => {}
        }
    }

    /// Reads all of them, if they do not lie too deep: then they stay the text that they are.
    pub(super) fn read(self, reader: &mut Reader, depth: usize) -> Result<(), TooComplex> {
        let Some(depth) = depth.checked_sub(1) else {
            return Ok(());
        };
        if !self.documents.bytes.is_empty() {
            json::read(reader, self.documents.pieces(), depth)?;
        }
        for file in self.files.pieces() {
            reader.look(None, file, depth)?;
        }
        reader.keep(self.files)
    }
}

/// What is encoded in a `data:` URL (RFC 2397), if it is in base64.
fn data_url(value: &[u8]) -> Option<&[u8]> {
    /// What media type and parameters may have: nothing is searched for the comma of another text.
    const MAX_HEAD: usize = 1024;
    let (scheme, rest) = value.split_at_checked(5)?;
    let head = rest.get(..rest.len().min(MAX_HEAD)).unwrap_or_default();
    let comma = memchr::memchr(b',', head)?;
    let head = head.get(..comma)?.trim_ascii();
    let marker = head.get(head.len().checked_sub(6)?..)?;
    (scheme.eq_ignore_ascii_case(b"data:") && marker.eq_ignore_ascii_case(b"base64"))
        .then(|| rest.get(comma + 1..).unwrap_or_default())
}

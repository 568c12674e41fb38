//! Structure and compression, taken off bodies.
//!
//! The scanner looks at the bytes of a body as they are. [`decode`] takes off what `Content-Encoding` names before that,
//! and [`texts`] gives what a reader of the format sees besides: a token that is cut over several values of a JSON
//! document, fields of a form, parts of a multipart body or tags of a page is whole again in one [`Text`].
//!
//! What stands beside the data in what is compressed (a file name of gzip, a skippable frame of zstd) is in the clear
//! there and is in none of the answers.
//!
//! Whoever wrote the body may be hostile: the work is linear in its length, containers nest [`DEPTH`] deep at most, and
//! what comes out is bounded.

mod coding;
mod decoder;
mod form;
mod inside;
mod json;
mod kind;
mod markup;
mod multipart;
mod packed;
mod parameter;
mod reader;
#[cfg(test)]
mod tests;
mod text;
mod transfer;

pub use self::coding::{Undecodable, decode};
pub use self::form::parameters;
pub(crate) use self::packed::unpack;
pub use self::packed::{Extent, Plain, plain};
pub use self::reader::TooComplex;
pub use self::text::Text;

use self::reader::{DEPTH, Reader};

/// What a reader of the format sees in a body that its bytes do not show.
///
/// The format is what `Content-Type` says, and also what the first bytes look like when that is something else:
///
/// - JSON (RFC 8259), one document or many: the values of all strings, the keys, what arrays of small numbers spell;
///   documents and `data:` URLs in strings are entered;
/// - forms (`application/x-www-form-urlencoded`): values and keys;
/// - multipart (RFC 2046): names, file names and bodies of the parts, which are looked at in turn;
/// - XML and HTML: the text without tags and entities, the values of attributes;
/// - gzip, zlib and zstd: what is in it, which is looked at in turn.
///
/// A broken document is no error: what can be read of it is given. Nothing is given that is a whole piece of the body as
/// it stands.
///
/// # Errors
///
/// [`TooComplex`] when a body holds more than anybody needs, so that it cannot be looked at.
pub fn texts(content_type: Option<&[u8]>, body: &[u8]) -> Result<Vec<Text>, TooComplex> {
    let mut reader = Reader::new(body.len());
    reader.look(content_type, body, DEPTH)?;
    Ok(reader.finish())
}

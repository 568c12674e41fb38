//! XML and HTML, as a reader of the page sees it.

mod end;
mod entity;
mod scan;

use self::scan::Scan;
use super::reader::{Reader, TooComplex};

/// The text without tags, comments and entities, and the values of attributes; nothing if there is none of these.
pub(super) fn read(reader: &mut Reader, body: &[u8]) -> Result<(), TooComplex> {
    let Scan {
        text, attributes, ..
    } = Scan::of(body);
    if text.bytes != body {
        reader.keep(text)?;
    }
    reader.keep(attributes)
}

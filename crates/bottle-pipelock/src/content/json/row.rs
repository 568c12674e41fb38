//! Bytes that are written as numbers.

use crate::content::text::Text;

/// The shortest row that is taken for bytes: coordinates and dates are shorter.
const MIN_ROW: usize = 8;

/// Rows of numbers that are bytes, with no other value between them: arrays, and the objects that JavaScript makes of
/// them (`{"0":65,"1":66}`).
#[derive(Default)]
pub(super) struct Rows {
    text: Text,
    /// The row that has not ended yet.
    row: Vec<u8>,
}

impl Rows {
    pub(super) fn add(&mut self, byte: u8) {
        self.row.push(byte);
    }

    /// Something else follows.
    pub(super) fn end(&mut self) {
        if self.row.len() >= MIN_ROW {
            self.text.push(&self.row);
        }
        self.row.clear();
    }

    /// All long rows.
    pub(super) fn finish(mut self) -> Text {
        self.end();
        self.text
    }
}
